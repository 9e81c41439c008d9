"""The way of the text part that the fast one must equal: one reader's blocks, each link counted where it stands."""

from newsletter.issues.digest import is_widened
from newsletter.issues.frozen import FrozenIssue
from newsletter.rendering.arrange import arrange, section_places
from newsletter.rendering.compose import Personal
from newsletter.rendering.plaintext import wrap
from newsletter.rendering.sentinels import NUMBER
from newsletter.rendering.textpart import name_lines, text_pieces
from newsletter.rendering.values import greeting_name
from tests.unit.rendering.slow_way import own_document, own_reasons, own_sections


def write_for_one(frozen: FrozenIssue, language: str, personal: Personal) -> str:
    """Give the text part of one reader."""
    return _Text(frozen, language, personal).written()


class _Text:
    def __init__(self, frozen: FrozenIssue, language: str, personal: Personal) -> None:
        self.personal = personal
        self.document = own_document(frozen, language, personal)
        strings = self.document.strings
        self.pieces = text_pieces(self.document, own_sections(frozen, strings, personal))
        self.arranged = arrange(personal.chosen, section_places(frozen))
        self.reasons = own_reasons(frozen, strings, personal)
        count = strings.count("{count} more story online", "{count} more stories online", personal.more)
        self.values = {
            "token": personal.token,
            "name": greeting_name(personal.name),
            "more": count,
            "list_name": name_lines(personal.list_name),
        }
        self.number = 1
        self.out: list[str] = []

    def written(self) -> str:
        self.put("header")
        self.put("named" if self.values["name"] else "greeting")
        if self.document.issue.intro_html:
            self.put_block("intro")
        if is_widened(self.personal.chosen):
            self.put("widen")
        for at in range(len(self.arranged) + 1):
            if at == self.document.announcement_place and self.document.issue.announcement_html:
                self.put_block("announcement")
            if at < len(self.arranged):
                self.put_section(at)
        if self.personal.more > 0:
            self.put("more")
        self.put("tail")
        return "".join(self.out)

    def put_section(self, at: int) -> None:
        section, first = self.arranged[at], self.number
        self.put(f"section:{section.index}")
        for one in section.chosen:
            self.values["reason"] = f"{wrap(next(self.reasons))}\n"
            self.number = self.put(f"card:{one.post_id}", self.number)
        if first < self.number:
            self.out.append("\n")
        for one in section.chosen:
            first = self.put(f"links:{one.post_id}", first)
        assert first == self.number  # as many addresses as numbers

    def put_block(self, name: str) -> None:
        """An editor's text says its numbers, then come the addresses with the same."""
        segments = self.pieces[name]
        half = segments.count(NUMBER) // 2
        numbers = [*range(self.number, self.number + half)] * 2
        self.out += [one if isinstance(one, str) else str(numbers.pop(0)) for one in segments]
        self.number += half

    def put(self, name: str, number: int = 0) -> int:
        for segment in self.pieces[name]:
            if segment == NUMBER:
                self.out.append(str(number))
                number += 1
            else:
                self.out.append(segment if isinstance(segment, str) else self.values[segment.name])
        return number

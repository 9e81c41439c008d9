"""Subject and preheader: texts with `{first_title}` and `{second_title}`, encoded once for each story where one title
decides."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from newsletter.base.ids import PostId
from newsletter.rendering.strings import NAMES
from newsletter.rendering.values import one_line, shorten

SUBJECT_LENGTH = 200
PREHEADER_LENGTH = 160


class TitlePlace(Enum):
    """Where a title goes."""

    FIRST = "first_title"
    SECOND = "second_title"


SAME_FOR_ALL = ("newsletter", "number", "date")


def unknown_values(text: str) -> list[str]:
    """Give what stands in braces and is no value that is put in."""
    known = {*SAME_FOR_ALL, *(place.value for place in TitlePlace)}
    return [name for name in NAMES.findall(text) if name not in known]


@dataclass(frozen=True, slots=True)
class TitleTemplate:
    """A text in which only the titles of the first two stories of a mail are open."""

    parts: tuple[str | TitlePlace, ...]
    length: int

    def uses(self, place: TitlePlace) -> bool:
        return place in self.parts

    def fill(self, first: str | None, second: str | None) -> str:
        """Put the titles in; empty when one is missing that the text needs."""
        titles = {TitlePlace.FIRST: first, TitlePlace.SECOND: second}
        words = [titles[part] if isinstance(part, TitlePlace) else part for part in self.parts]
        known = [word for word in words if word is not None]
        return shorten("".join(known).strip(), self.length) if len(known) == len(words) else ""


def title_template(text: str, values: Mapping[str, str], length: int) -> TitleTemplate:
    """Put in what is the same for all readers ({newsletter}, {number}, {date}). Other braces stay as they are, and
    braces within a value are never read."""
    places = {place.value: place for place in TitlePlace}
    parts: list[str | TitlePlace] = []
    for at, part in enumerate(NAMES.split(one_line(text))):
        if at % 2 == 0:
            parts.append(part)
        else:
            parts.append(places.get(part) or (one_line(values[part]) if part in values else f"{{{part}}}"))
    return TitleTemplate(tuple(parts), length)


@dataclass(frozen=True, slots=True)
class EncodedTitles:
    """The encoded texts of a template: looked up where one title (or none) decides, else made."""

    template: TitleTemplate
    made: Mapping[PostId, bytes]
    uses_first: bool
    uses_second: bool
    encode: Callable[[str], bytes]

    def take(self, first: PostId | None, second: PostId | None, titles: Mapping[PostId, str]) -> bytes:
        """Give the encoded text for these stories; empty where a title is missing that it needs."""
        if self.uses_first and self.uses_second:
            if first is None or second is None:
                return b""
            return _encoded(self.template.fill(titles[first], titles[second]), self.encode)
        deciding = first if self.uses_first else second if self.uses_second else PostId(0)
        return b"" if deciding is None else self.made[deciding]


def encode_titles(
    template: TitleTemplate, titles: Mapping[PostId, str], encode: Callable[[str], bytes]
) -> EncodedTitles:
    """Encode a template for every story that can decide it."""
    uses_first, uses_second = template.uses(TitlePlace.FIRST), template.uses(TitlePlace.SECOND)
    made: dict[PostId, bytes] = {}
    if not uses_first and not uses_second:
        made[PostId(0)] = _encoded(template.fill(None, None), encode)
    elif uses_first != uses_second:
        made = {post: _encoded(template.fill(title, title), encode) for post, title in titles.items()}
    return EncodedTitles(template, made, uses_first, uses_second, encode)


def _encoded(text: str, encode: Callable[[str], bytes]) -> bytes:
    return encode(text) if text else b""

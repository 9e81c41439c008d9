"""The text part: the same blocks as the HTML, in plain lines, worth reading on its own.

What is there to read is numbered, `[3]`, and its address stands at the end of its section: so the lines read on without
addresses in them, and nobody scrolls to the end of the mail for one. Numbers run through the whole mail of one reader,
who may say "the third link". What is the reader's own (to leave, to change) is not numbered: it stands with its address
on a line of its own, where it is looked for.
"""

from collections.abc import Iterable, Iterator, Sequence

from newsletter.rendering.cards import CardFacts
from newsletter.rendering.document import Document, SectionFacts
from newsletter.rendering.markdown import PlainBlock
from newsletter.rendering.plaintext import NUMBER_PLACE, WIDTH, beside, linked, underlined, width, wrap
from newsletter.rendering.sentinels import LIST_NAME, MORE, NAME, NUMBER, REASON, TOKEN, Hole, Segment
from newsletter.rendering.strings import NAMES, Strings

_WHY = "You receive {newsletter} because you subscribed to {list}."
_RULE = "=" * WIDTH
_BOX = "*" * WIDTH
_ROOM_OF_NAME = 24  # columns kept free for a name that is not known yet; a longer one gets lines of its own

TextPieces = dict[str, list[Segment]]


def text_pieces(document: Document, sections: Sequence[SectionFacts]) -> TextPieces:
    """Give the text of each piece, by the names that the HTML's pieces have; and `links:ID`, a card's addresses."""
    pieces: TextPieces = {
        "header": _header(document),
        "named": [*_translated(document.strings, "Hello {name},", {"name": NAME}), "\n"],
        "greeting": [document.strings.text("Hello,") + "\n"],
        "intro": ["\n", *_block(document.intro)],
        "widen": _widen(document),
        "announcement": _announcement(document),
        "more": ["\n\n", MORE, "\n", document.links.own_view, TOKEN, "\n"],
        "tail": _tail(document),
    }
    for section in sections:
        heading = wrap(section.heading, direction=document.face.direction)
        pieces[f"section:{section.index}"] = [f"\n\n{heading}\n{_RULE}"]
        for card in section.cards:
            pieces[f"card:{card.id}"] = _card(card, document)
            pieces[f"links:{card.id}"] = _addresses(_links(card, document.strings))
    return pieces


def name_lines(name: str) -> str:
    """Give a list's name as it is put into the tail: a long one on lines of its own."""
    return name if width(name) <= _ROOM_OF_NAME else f"\n{wrap(name)}"


def _header(document: Document) -> list[Segment]:
    issue, strings = document.issue, document.strings
    return [
        f"{wrap(issue.newsletter)}\n{beside((issue.title, issue.date), strings.direction)}\n\n",
        f"{strings.text('View in browser')}\n{document.links.public}\n",
        *_own_link(strings.text("Unsubscribe"), document.links.leave),
        f"\n{_RULE}\n\n",
    ]


def _widen(document: Document) -> list[Segment]:
    strings = document.strings
    said = wrap(strings.text("Your topics had nothing new for a while, so here is what the editors chose."))
    return [f"\n{said}\n", *_own_link(strings.text("Widen your topics"), document.links.preferences)]


def _announcement(document: Document) -> list[Segment]:
    heading = document.issue.announcement_heading
    above = f"\n\n{_BOX}\n{underlined(heading, '-')}\n\n" if heading else f"\n\n{_BOX}\n"
    return [above, *_block(document.announcement), f"{_BOX}\n"]


def _tail(document: Document) -> list[Segment]:
    strings, links, issue = document.strings, document.links, document.issue
    return [
        f"\n\n{_RULE}\n\n",
        *_translated(strings, _WHY, {"newsletter": issue.newsletter, "list": LIST_NAME}),
        "\n\n",
        *_own_link(strings.text("Preferences"), links.preferences),
        *_own_link(strings.text("Unsubscribe"), links.leave),
        *_own_link(strings.text("Your digest on the web"), links.own_view),
        *_own_link(strings.text("Why these stories?"), links.why),
        f"\n{wrap(issue.postal_address)}\n",
    ]


def _own_link(label: str, address: str) -> list[Segment]:
    return [f"{label}\n{address}", TOKEN, "\n"]


def _block(block: PlainBlock) -> list[Segment]:
    """Give an editor's text with its addresses below."""
    addresses = ["\n", *_addresses(block.links)] if block.links else []
    return [*_numbered(block.text), "\n", *addresses]


def _numbered(text: str) -> Iterator[Segment]:
    first, *rest = text.split(NUMBER_PLACE)
    yield first
    for part in rest:
        yield from (NUMBER, part)


def _addresses(links: Iterable[str]) -> list[Segment]:
    return [segment for link in links for segment in ("[", NUMBER, f"] {link}\n")]


def _translated(strings: Strings, message: str, values: dict[str, str | Hole]) -> list[Segment]:
    """Translate a message with a hole in it, wrapped as if a usual name stood there."""
    parts = NAMES.split(strings.template(message))
    (hole,) = (value for value in values.values() if isinstance(value, Hole))
    name = "\0" * _ROOM_OF_NAME  # no word is like it
    words = {key: name if value is hole else str(value) for key, value in values.items()}
    before, after = wrap("".join(words[part] if at % 2 else part for at, part in enumerate(parts))).split(name)
    return [before, hole, after]


def _card(card: CardFacts, document: Document) -> list[Segment]:
    strings, own = document.strings, _known_direction(card)
    title = underlined(linked(card.title) if card.url else card.title, "-", direction=own)
    meta = wrap(beside((card.label, card.source, card.date), strings.direction), direction=strings.direction)
    blocks = [wrap(card.excerpt, direction=own)] if card.excerpt else []
    details = "\n".join(_details(card, strings))
    body = "\n\n".join([*blocks, *([details] if details else [])])
    return [*_numbered(f"\n\n{title}\n{meta}\n"), REASON, *_numbered(f"\n{body}\n" if body else "")]


def _known_direction(card: CardFacts) -> str:
    return "" if card.own.direction == "auto" else card.own.direction.value


def _details(card: CardFacts, strings: Strings) -> Iterator[str]:
    """Give dates, places and deadlines a line each, then what else there is to open, side by side."""
    told: list[str] = []
    if card.event:
        told = [card.event.when, card.event.place, card.event.register_by]
    elif card.call:
        told = [card.call.deadline, card.call.countries]
    yield from (wrap(line, direction=strings.direction) for line in told if line)
    more = [linked(label) for label, _ in _more_links(card, strings)]
    if more:
        yield wrap(beside(more, strings.direction), direction=strings.direction)


def _links(card: CardFacts, strings: Strings) -> Iterator[str]:
    """Give a card's addresses in the order of their numbers."""
    if card.url:
        yield card.url
    yield from (address for _, address in _more_links(card, strings))


def _more_links(card: CardFacts, strings: Strings) -> Iterator[tuple[str, str]]:
    if card.event and card.event.livestream:
        yield strings.text("Watch the livestream"), card.event.livestream
    if card.call and card.call.page:
        yield strings.text("Page of the call"), card.call.page
    calendar = card.event.calendar if card.event else card.call.calendar if card.call else ""
    if calendar:
        yield strings.text("Add to calendar"), calendar

"""The text part: the same blocks as the HTML, in plain lines, worth reading on its own."""

from collections.abc import Iterator, Sequence

from newsletter.rendering.cards import CardFacts
from newsletter.rendering.document import Document, SectionFacts
from newsletter.rendering.plaintext import WIDTH, underlined, wrap
from newsletter.rendering.sentinels import LIST_NAME, MORE, NAME, REASON, TOKEN, Segment
from newsletter.rendering.strings import NAMES, Strings

_WHY = "You receive {newsletter} because you subscribed to {list}."

TextPieces = dict[str, list[Segment]]


def text_pieces(document: Document, sections: Sequence[SectionFacts]) -> TextPieces:
    """Give the text of each piece, by the names that the HTML's pieces have."""
    pieces: TextPieces = {
        "header": _header(document),
        "named": [*_translated(document.strings, "Hello {name},", name=NAME), "\n\n"],
        "greeting": [document.strings.text("Hello,") + "\n\n"],
        "intro": [f"{document.issue.intro_text}\n\n"],
        "widen": _widen(document),
        "more": [MORE, "\n", document.links.own_view, TOKEN, "\n\n"],
        "tail": _tail(document),
    }
    for section in sections:
        pieces[f"section:{section.index}"] = [f"\n{wrap(section.heading)}\n{'=' * WIDTH}\n\n"]
        pieces |= {f"card:{card.id}": _card(card, document.strings) for card in section.cards}
    return pieces


def _header(document: Document) -> list[Segment]:
    issue, strings = document.issue, document.strings
    return [
        f"{wrap(issue.newsletter)}\n{issue.title} · {issue.date}\n\n",
        f"{strings.text('View in browser')}\n{document.links.public}\n",
        *_link(strings.text("Unsubscribe"), document.links.leave),
        "\n" + "=" * WIDTH + "\n\n",
    ]


def _widen(document: Document) -> list[Segment]:
    strings = document.strings
    said = wrap(strings.text("Your topics had nothing new for a while, so here is what the editors chose."))
    return [f"{said}\n", *_link(strings.text("Widen your topics"), document.links.preferences), "\n"]


def _tail(document: Document) -> list[Segment]:
    strings, links, issue = document.strings, document.links, document.issue
    return [
        "\n" + "=" * WIDTH + "\n\n",
        *_translated(strings, _WHY, newsletter=issue.newsletter, list=LIST_NAME),
        "\n\n",
        *_link(strings.text("Preferences"), links.preferences),
        *_link(strings.text("Unsubscribe"), links.leave),
        *_link(strings.text("Your digest on the web"), links.own_view),
        *_link(strings.text("Why these stories?"), links.why),
        f"\n{wrap(issue.postal_address)}\n",
    ]


def _link(label: str, address: str) -> list[Segment]:
    return [f"{label}\n{address}", TOKEN, "\n"]


def _translated(strings: Strings, message: str, **values: Segment) -> list[Segment]:
    """Translate a message with a hole in it. It is not wrapped: its length is not known here."""
    parts = NAMES.split(strings.template(message))
    return [values[part] if at % 2 else part for at, part in enumerate(parts)]


def _card(card: CardFacts, strings: Strings) -> list[Segment]:
    meta = " · ".join(part for part in (card.label, card.source, card.date) if part)
    body = "\n\n".join(_blocks(card, strings))
    return [f"{underlined(card.title, '-')}\n{wrap(meta)}\n", REASON, f"\n{body}\n\n\n" if body else "\n"]


def _blocks(card: CardFacts, strings: Strings) -> Iterator[str]:
    if card.excerpt:
        yield wrap(card.excerpt)
    if card.event:
        event = card.event
        yield "\n".join(wrap(line) for line in (event.when, event.place, event.register_by) if line)
        if event.livestream:
            yield f"{strings.text('Watch the livestream')}\n{event.livestream}"
        yield f"{strings.text('Add to calendar')}\n{event.calendar}"
    if card.call and (card.call.deadline or card.call.countries):
        yield "\n".join(wrap(line) for line in (card.call.deadline, card.call.countries) if line)
    if card.call and card.call.page:
        yield f"{strings.text('Page of the call')}\n{card.call.page}"
    if card.call and card.call.calendar:
        yield f"{strings.text('Add to calendar')}\n{card.call.calendar}"
    if card.url:
        yield card.url

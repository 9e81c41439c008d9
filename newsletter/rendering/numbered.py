"""The numbers of links in a text part: which one is the third depends on the stories that stand before it.

So a card keeps a place for each of its numbers, and the mail counts on. A title's number is joined in, what else a card
links is filled by `bytes % numbers`: that costs a reader a hundredth of the signature.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from newsletter.base.ids import PostId
from newsletter.rendering.quoted import encode_around_numbers
from newsletter.rendering.sentinels import NUMBER, REASON, Segment

_MOST_OF_A_CARD = 4  # links; textpart.py prints three at most

Numbers = tuple[int, ...]  # 0, 1, 2 ...: a slice of it fills a template
Pieces = Mapping[str, Sequence[Segment]]


@dataclass(frozen=True, slots=True)
class NumberedBlock:
    """An editor's text with its addresses below: each number stands in both."""

    template: bytes
    count: int

    def fill(self, numbers: Numbers, first: int) -> bytes:
        """Give the text with the numbers from `first` on."""
        return self.template % (numbers[first : first + self.count] * 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberedCard:
    """A card, cut at the number of its title and at its reason; and the lines of its addresses, which end its section.

    `after` and `more_links` are templates where `more` says that they have numbers.
    """

    is_linked: bool  # else the title has no number, and `end_of_title` and `address` are empty
    title: bytes
    end_of_title: bytes
    after: bytes
    address: bytes  # behind "[" and the number
    more: int
    more_links: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberedPart:
    """What of a text part is numbered."""

    numbers: Numbers  # enough for a mail with every card
    digits: tuple[bytes, ...]  # the same, printed
    intro: bytes  # always first, so its numbers are the same for all
    first: int  # the number behind those of the intro
    announcement: NumberedBlock | None
    cards: Mapping[PostId, NumberedCard]


def numbered_part(pieces: Pieces) -> NumberedPart:
    """Encode intro, announcement and cards (`card:ID` with its `links:ID`) of a text part."""
    intro, announcement = (_block(pieces.get(name, ())) for name in ("intro", "announcement"))
    cards = {PostId(int(name[5:])): _card(pieces, name[5:]) for name in pieces if name.startswith("card:")}
    numbers = tuple(range(1 + intro.count + announcement.count + _MOST_OF_A_CARD * len(cards) + 1))
    return NumberedPart(
        numbers=numbers,
        digits=tuple(b"%d" % number for number in numbers),
        intro=intro.fill(numbers, 1),
        first=1 + intro.count,
        announcement=announcement if announcement.template else None,
        cards=cards,
    )


def _block(segments: Sequence[Segment]) -> NumberedBlock:
    return NumberedBlock(_template(segments), segments.count(NUMBER) // 2)


def _card(pieces: Pieces, post: str) -> NumberedCard:
    segments, links = pieces[f"card:{post}"], pieces[f"links:{post}"]
    at = segments.index(REASON)
    title, *end = encode_around_numbers(segments[:at])
    after = segments[at + 1 :]
    more = after.count(NUMBER)
    addresses = links[3:] if end else links  # each has three segments: "[", the number, "] ...", as textpart.py says
    return NumberedCard(
        is_linked=bool(end),
        title=title,
        end_of_title=b"".join(end),
        after=_template(after) if more else b"".join(encode_around_numbers(after)),
        address=encode_around_numbers(links[:3])[1] if end else b"",
        more=more,
        more_links=_template(addresses) if more else b"",
    )


def _template(segments: Sequence[Segment]) -> bytes:
    return b"%d".join(part.replace(b"%", b"%%") for part in encode_around_numbers(segments))

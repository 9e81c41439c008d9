"""Topics and sources as rows of a form."""

from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.app.offers import Offer


@dataclass(frozen=True, slots=True)
class WishRow:
    """What can be wished for, as a row of a form."""

    field: str
    id: str  # of the row; a source's name may have spaces, an id has none
    name: str


def wish_rows(kind: str, offers: Sequence[Offer]) -> list[WishRow]:
    return [WishRow(one.key, f"{kind}-{place}", one.name) for place, one in enumerate(offers, 1)]

"""Finds floods: many items of a feed that turn "new" at once, because the feed gives its old ones other ids. Pure.

Rule: of a source that was read before, more than ten items, or more than 40 % of the document's (at least four), must
not turn new at once. Those among them that cannot be shown to be fresh wait for an editor. Fresh is an item whose title
the source never had and that is dated after the last good reading (a feed may lag two days), unless more than ten bear
the very same moment: that is an import's stamp. An undated item is fresh if it stands above all items known before, and
there are at most ten: a feed that changes its ids keeps none.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

FLOOD = "came in a flood"  # how the reason of a post held by this guard begins
ELSEWHERE = "was found elsewhere"  # how the reason of a post held by this guard begins
_MOST_AT_ONCE = 10
_MOST_SHARE = 0.4
_LEAST = 4
_LAG = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One item of a document, as the guard sees it. `is_new`: no key of it is known, or it was held in a flood."""

    is_new: bool
    published: datetime | None
    has_known_title: bool = False


def find_flood(arrivals: Sequence[Arrival], *, last_good_at: datetime | None) -> list[int]:
    """Give the places of the items to hold: none where there is no flood, or on a first reading."""
    new = [place for place, one in enumerate(arrivals) if one.is_new]
    if last_good_at is None or not is_many(len(new), of=len(arrivals)):
        return []
    moments = Counter(one.published for one in arrivals if one.is_new)
    top = _undated_on_top(arrivals)
    return [
        place
        for place in new
        if not _is_fresh(arrivals[place], moments, since=last_good_at - _LAG) and place not in top
    ]


def is_many(new: int, *, of: int) -> bool:
    """Tell whether so many new items at once are too many for a newsroom."""
    return new > _MOST_AT_ONCE or (new >= _LEAST and new > _MOST_SHARE * of)


def flood_reason(new: int, *, of: int) -> str:
    """Say why a post is held."""
    return f"{FLOOD}: {new} of {of} items turned new at once, and this one does not look like news"


def _is_fresh(one: Arrival, moments: Counter[datetime | None], *, since: datetime) -> bool:
    if one.has_known_title or one.published is None or moments[one.published] > _MOST_AT_ONCE:
        return False
    return one.published > since


def _undated_on_top(arrivals: Sequence[Arrival]) -> set[int]:
    first_known = next((place for place, one in enumerate(arrivals) if not one.is_new), None)
    if first_known is None:
        return set()
    top = {
        place for place, one in enumerate(arrivals[:first_known]) if one.published is None and not one.has_known_title
    }
    return top if len(top) <= _MOST_AT_ONCE else set()

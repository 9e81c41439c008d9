"""Finds floods: many items of a feed that turn "new" at once, because the feed gives its old ones other ids. Pure.

Rule: of a source that was read before, more than ten items, or more than 40 % of the document's (at least four), must
not turn new at once. Those among them that cannot be shown to be fresh wait for an editor. Fresh is an item whose title
the source never had and that is dated after the last good reading (a feed may lag two days), unless more than ten bear
dates within one hour, or more than 40 within a day: those are an import's stamps. An undated item is fresh if it stands
above all items known before, and there are at most ten: a feed that changes its ids keeps none. More than 100 fresh
ones at once are none: no newsroom writes as many between two readings.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

FLOOD = "came in a flood"  # how the reason of a post held by this guard begins
ELSEWHERE = "was found elsewhere"  # how the reason of a post held by this guard begins
_MOST_AT_ONCE = 10
_MOST_SHARE = 0.4
_LEAST = 4
_LAG = timedelta(days=2)
_BURSTS = ((timedelta(hours=1), _MOST_AT_ONCE), (timedelta(days=1), 40))  # within so long, more are an import
_MOST_FRESH = 100


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
    dated = {place: date for place in new if (date := arrivals[place].published) is not None}
    stamped = {place for within, most in _BURSTS for place in _bursts(dated, within=within, most=most)}
    fresh = {place for place in dated if _is_fresh(arrivals[place], since=last_good_at - _LAG)} - stamped
    fresh |= _undated_on_top(arrivals)
    return [place for place in new if place not in fresh or len(fresh) > _MOST_FRESH]


def _bursts(dated: Mapping[int, datetime], *, within: timedelta, most: int) -> set[int]:
    """Give the places of items that are more than `most` within so long a time, wherever that begins."""
    places = sorted(dated, key=dated.__getitem__)
    dates = [dated[place] for place in places]
    found: set[int] = set()
    for first in range(len(places) - most):
        if dates[first + most] - dates[first] < within:
            found.update(places[first : first + most + 1])
    return found


def is_many(new: int, *, of: int) -> bool:
    """Tell whether so many new items at once are too many for a newsroom."""
    return new > _MOST_AT_ONCE or (new >= _LEAST and new > _MOST_SHARE * of)


def flood_reason(new: int, *, of: int) -> str:
    """Say why a post is held."""
    return f"{FLOOD}: {new} of {of} items turned new at once, and this one does not look like news"


def _is_fresh(one: Arrival, *, since: datetime) -> bool:
    return not one.has_known_title and one.published is not None and one.published > since


def _undated_on_top(arrivals: Sequence[Arrival]) -> set[int]:
    first_known = next((place for place, one in enumerate(arrivals) if not one.is_new), None)
    if first_known is None:
        return set()
    top = {
        place for place, one in enumerate(arrivals[:first_known]) if one.published is None and not one.has_known_title
    }
    return top if len(top) <= _MOST_AT_ONCE else set()

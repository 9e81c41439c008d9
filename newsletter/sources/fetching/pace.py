"""Decides how soon a source is asked again, from how often it posts. Pure: `now` is an argument.

The one rule: never sooner than the operator set, never later than a day. A feed's own <ttl> and sy:updatePeriod are not
read: most are the default of the program that wrote the feed, and say nothing of the people who fill it. What the
server's Cache-Control says is honoured elsewhere (freshness.py).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

LONGEST = timedelta(days=1)
_LOOKS_A_POST = 100  # a post is found after a hundredth of the usual time between two: monthly ones within seven hours
_QUIET = 3  # usual times between two posts, after which a source counts as quiet
_LEAST_TO_TELL = 3  # posts; fewer show no habit


def next_pause(dates: Sequence[datetime], *, every: timedelta, now: datetime) -> timedelta:
    """Tell how long to leave a source alone that is well and posted at these times.

    `every` is the shortest pause. Silence counts like the time between two posts, so a source that has gone quiet is
    asked ever more rarely, and one without any post once a day.
    """
    past = [date for date in dates if date <= now]
    if not past:
        return max(every, LONGEST)
    gap = max(usual_gap(past) or timedelta(), now - max(past))
    return max(every, min(gap / _LOOKS_A_POST, LONGEST))


def usual_gap(dates: Sequence[datetime]) -> timedelta | None:
    """Tell the mean time between two posts, those of one day counted once; None where there are no two posts."""
    if len(dates) < 2:
        return None
    return (max(dates) - min(dates)) / max(_days(dates) - 1, 1)


def quiet_since(dates: Sequence[datetime], *, now: datetime) -> datetime | None:
    """Give the newest post's date, if it is longer ago than this source's habit explains; else None."""
    past = [date for date in dates if date <= now]
    gap = usual_gap(past)
    if gap is None or len(past) < _LEAST_TO_TELL or _days(past) < 2:
        return None
    newest = max(past)
    return newest if now - newest > max(_QUIET * gap, timedelta(days=_QUIET)) else None


def _days(dates: Sequence[datetime]) -> int:
    return len({date.date() for date in dates})

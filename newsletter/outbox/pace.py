"""Pace: what is configured is what happens, across processes. GCRA, one durable row a bucket.

A bucket lets one message pass every `period / count`; `next_at` is the theoretical arrival time of the next. Tokens are
reserved in the claim's own transaction, so a crash can only lose a few, never double them. Up to ten messages a second
pass one by one; above that as many at once as a tenth of a second brings, so that a claim is not a single message.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

_PART = re.compile(r"(\d+)\s*/\s*([smhd])")
_PERIODS = {"s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_BURST = timedelta(milliseconds=100)


@dataclass(frozen=True, slots=True)
class Rate:
    """One window of a configured rate: `count` messages a `period`."""

    name: str  # of its bucket: "relay 5/s"
    count: int
    period: timedelta

    @property
    def interval(self) -> timedelta:
        """The time between two messages, never rounded down: many of them would add up to one message more."""
        return timedelta(microseconds=-(-self.period // timedelta(microseconds=1) // self.count))

    @property
    def most_at_once(self) -> int:
        """How many may pass at once after a rest; a window of the period holds this less one above the count."""
        return max(1, _BURST // self.interval)


@dataclass(frozen=True, slots=True)
class Grant:
    """How many may be claimed now, when to ask again, and the buckets' new rows."""

    count: int
    wait: timedelta
    next_at: dict[str, datetime]


def parse_rates(text: str, provider: str) -> tuple[Rate, ...]:
    """Read "5/s, 500/h"; the text was checked with the settings."""
    return tuple(
        Rate(f"{provider} {count}/{unit}", int(count), _PERIODS[unit])
        for count, unit in _PART.findall(text)
        if int(count)
    )


def reserve(rates: Sequence[Rate], next_at: Mapping[str, datetime], *, wanted: int, now: datetime) -> Grant:
    """Decide how many of `wanted` may go now so that every window keeps its rate."""
    count, wait = wanted, timedelta(0)
    for rate in rates:
        free, pause = _free(rate, next_at.get(rate.name, now), now)
        count, wait = min(count, free), max(wait, pause)
    new = {rate.name: _begin(rate, next_at.get(rate.name, now), now) + rate.interval * count for rate in rates}
    return Grant(count, wait, {}) if not count else Grant(count, timedelta(0), new)


def _begin(rate: Rate, next_at: datetime, now: datetime) -> datetime:
    """Give when the next may pass: never further ahead than a burst. Only a clock that was set back leaves more."""
    return min(max(next_at, now), now + rate.interval * rate.most_at_once)


def _free(rate: Rate, next_at: datetime, now: datetime) -> tuple[int, timedelta]:
    burst = rate.interval * rate.most_at_once
    ahead = _begin(rate, next_at, now) - now
    free = (burst - ahead) // rate.interval
    if free >= 1:
        return free, timedelta(0)
    return 0, ahead + rate.interval - burst

"""How a source is: when it was read, what is wrong since when, how often it posts. Pure: `now` is an argument.

The one rule: nothing is guessed. What fails is told from the last good reading on, since that is what people miss.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsletter.sources.fetching.pace import quiet_since
from newsletter.sources.source import Source

MONTHS_COUNTED = 3
COUNTED = timedelta(days=30 * MONTHS_COUNTED)
NEEDS_SOMEBODY = timedelta(days=1)
_ERRORS_THAT_TELL = 2  # one bad answer to a source that is asked once a day is no day of failing


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How a source is."""

    source: Source
    posts_a_month: float  # of the last 90 days
    newest: datetime | None  # when its newest post came out
    quiet_since: datetime | None  # longer without a post than its habit explains

    @property
    def stale_since(self) -> datetime | None:
        """Since when nothing was read, though it was tried; None: all is well, or it never was read at all."""
        return self.source.last_good_at if is_failing(self.source) else None


def health_of(source: Source, dates: Sequence[datetime], count: int, *, now: datetime) -> Health:
    """Judge a source by the dates of its last posts and their number in the time COUNTED."""
    return Health(
        source=source,
        posts_a_month=round(count / MONTHS_COUNTED, 1),
        newest=newest_of(dates, now=now),
        quiet_since=quiet_since(dates, now=now),
    )


def newest_of(dates: Iterable[datetime], *, now: datetime) -> datetime | None:
    """Give when the newest post came out: one that tells no date, when it was first seen; one of the future is no
    news yet.
    """
    return max((date for date in dates if date <= now), default=None)


def is_failing(source: Source) -> bool:
    """Tell whether a source could not be read when it was last its turn: it failed, or its server wants
    to be left alone. One that waits for another request of ours does not fail.
    """
    return source.last_error != "" or source.failing_since is not None


def needs_somebody(source: Source, *, now: datetime) -> bool:
    """Tell whether a source failed, or could not be asked, for so long that a person should know."""
    is_sure = source.error_count >= _ERRORS_THAT_TELL or not source.last_error
    return is_sure and source.failing_since is not None and now - source.failing_since >= NEEDS_SOMEBODY


def failing_words(source: Source) -> str:
    """Say what is wrong and since when; empty when nothing is."""
    if not is_failing(source):
        return ""
    read = f"not read since {_minute(source.last_good_at)}" if source.last_good_at else "never read yet"
    if not source.last_error:
        until = f" until {_minute(source.next_fetch_at)}" if source.next_fetch_at else ""
        return f"waits for its server{until} ({read})"
    times = "once" if source.error_count == 1 else f"{source.error_count} times in a row"
    since = f", failing since {_minute(source.failing_since)}" if source.failing_since else ""
    return f"{source.last_error} ({times}{since}, {read})"


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"

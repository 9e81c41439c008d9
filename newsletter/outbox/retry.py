"""When a delivery is tried again: pure policy."""

from datetime import datetime, timedelta

FIRST_DELAY = timedelta(minutes=2)
LONGEST_DELAY = timedelta(hours=3)  # RFC 1123, 5.3.1.1: every two or three hours once the first hour is over
LANE_FIRST_DELAY = timedelta(seconds=30)
LANE_LONGEST_DELAY = timedelta(minutes=30)


def next_due(
    *, attempts: int, now: datetime, retry_after: timedelta | None, stale_at: datetime | None, jitter: float
) -> datetime | None:
    """Tell when a delivery that was refused for now is due again, or None when it would be stale by then.

    The delay doubles with each attempt up to three hours; `jitter` (0 to 1) spreads it by up to a quarter, so that
    what failed together does not come back together. The other side's own wish is a lower bound.
    """
    doubled: timedelta = FIRST_DELAY * (1 << min(max(attempts - 1, 0), 12))
    delay = min(doubled, LONGEST_DELAY) * (1 + jitter / 4)
    due = now + max(delay, retry_after or timedelta(0))
    return None if stale_at is not None and due > stale_at else due


def hold_until(*, failures: int, now: datetime, retry_after: timedelta | None) -> datetime:
    """Tell how long a lane or a provider rests after its `failures`-th trouble in a row."""
    doubled: timedelta = LANE_FIRST_DELAY * (1 << min(max(failures - 1, 0), 10))
    delay = min(doubled, LANE_LONGEST_DELAY)
    return now + max(delay, retry_after or timedelta(0))

"""When a delivery is tried again, and how long a lane rests."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from newsletter.outbox.retry import FIRST_DELAY, LANE_LONGEST_DELAY, LONGEST_DELAY, hold_until, next_due

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
_SPANS = st.timedeltas(timedelta(0), timedelta(days=3))


@given(attempts=st.integers(1, 10_000), jitter=st.floats(0, 1))
def test_delays_grow_to_three_hours_and_are_spread(attempts: int, jitter: float) -> None:
    """Each delay is at least the one before, between the first and the longest and a quarter more."""
    due = next_due(attempts=attempts, now=NOW, retry_after=None, stale_at=None, jitter=jitter)
    later = next_due(attempts=attempts + 1, now=NOW, retry_after=None, stale_at=None, jitter=jitter)
    assert due is not None
    assert later is not None
    assert NOW + FIRST_DELAY <= due <= later <= NOW + LONGEST_DELAY * 1.25


@given(attempts=st.integers(1, 50), jitter=st.floats(0, 1), asked=_SPANS, stale=_SPANS)
def test_the_other_sides_wish_and_the_end_are_kept(
    attempts: int, jitter: float, asked: timedelta, stale: timedelta
) -> None:
    """Never before the other side allows it, never after it is stale: then it is given up."""
    due = next_due(attempts=attempts, now=NOW, retry_after=asked, stale_at=NOW + stale, jitter=jitter)
    unbounded = next_due(attempts=attempts, now=NOW, retry_after=asked, stale_at=None, jitter=jitter)
    assert unbounded is not None
    assert due == (unbounded if unbounded <= NOW + stale else None)
    assert unbounded >= NOW + asked


@given(failures=st.integers(1, 10_000), asked=_SPANS)
def test_a_lane_rests_longer_each_time(failures: int, asked: timedelta) -> None:
    """Up to half an hour, or as long as the other side asks."""
    until = hold_until(failures=failures, now=NOW, retry_after=asked)
    assert until <= hold_until(failures=failures + 1, now=NOW, retry_after=asked)
    assert NOW + asked <= until <= NOW + max(LANE_LONGEST_DELAY, asked)

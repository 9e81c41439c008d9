"""The clock: aware, in UTC, and never guessed."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from newsletter.base.clock import FixedClock, SystemClock


def test_the_clock_of_this_machine_tells_utc() -> None:
    """The present instant is aware, in UTC, and now."""
    before = datetime.now(UTC)
    found = SystemClock().now()
    assert found.tzinfo == UTC
    assert timedelta() <= found - before < timedelta(seconds=10)


def test_a_fixed_clock_stands_still_and_tells_utc() -> None:
    """An instant given in any zone is told in UTC, each time the same."""
    clock = FixedClock(datetime(2026, 10, 25, 2, 30, tzinfo=timezone(timedelta(hours=2))))
    assert clock.now() == clock.now() == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert clock.now().tzinfo == UTC


def test_a_time_without_a_zone_is_refused() -> None:
    """A naive time is an error at once: the zone of the machine is never taken for the reader's."""
    with pytest.raises(ValueError, match="without a zone"):
        FixedClock(datetime(2026, 10, 25, 2, 30))  # noqa: DTZ001 - the mistake that this test is about

"""The pace at which a source is asked, and when it counts as quiet."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.sources.fetching.pace import LONGEST, next_pause, quiet_since, usual_gap

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DATES = st.lists(st.integers(-20_000, 10_000).map(lambda hours: NOW + timedelta(hours=hours)), max_size=12)


def posts(every: timedelta, *, newest: timedelta, count: int = 12) -> list[datetime]:
    return [NOW - newest - number * every for number in range(count)]


@pytest.mark.parametrize(
    ("dates", "least", "most"),
    [
        (posts(HOUR, newest=HOUR), HOUR, HOUR),
        (posts(DAY, newest=HOUR), HOUR, HOUR),
        (posts(7 * DAY, newest=DAY), HOUR, 3 * HOUR),
        (posts(30 * DAY, newest=10 * DAY), 6 * HOUR, 8 * HOUR),
        (posts(DAY, newest=200 * DAY), DAY, DAY),
        ([NOW - 365 * DAY], DAY, DAY),
        ([], DAY, DAY),
        ([NOW + DAY], DAY, DAY),
        ([NOW - DAY * 30] * 5 + [NOW - DAY] * 5, 2 * HOUR, 8 * HOUR),
    ],
)
def test_who_posts_often_is_asked_often(dates: list[datetime], least: timedelta, most: timedelta) -> None:
    """Daily: hourly; monthly: a few times a day; silent: once a day. A burst a month is a monthly pace."""
    assert least <= next_pause(dates, every=HOUR, now=NOW) <= most


@given(DATES, st.integers(1, 5000))
def test_a_pause_is_never_shorter_than_set_nor_longer_than_a_day(dates: list[datetime], minutes: int) -> None:
    """Whatever the dates, the operator's shortest pause holds, and a day ends every pause that it does not lengthen."""
    every = timedelta(minutes=minutes)
    pause = next_pause(dates, every=every, now=NOW)
    assert every <= pause <= max(every, LONGEST)


@given(DATES.filter(lambda dates: any(date <= NOW for date in dates)), st.integers(0, 500))
def test_silence_never_quickens_the_pace(dates: list[datetime], days: int) -> None:
    """The longer nothing comes, the longer the pause."""
    past = [date for date in dates if date <= NOW]
    later = NOW + timedelta(days=days)
    assert next_pause(past, every=HOUR, now=NOW) <= next_pause(past, every=HOUR, now=later)


@given(DATES)
def test_the_order_of_dates_does_not_matter(dates: list[datetime]) -> None:
    """A feed that lists its posts upside down is asked at the same pace."""
    assert next_pause(dates, every=HOUR, now=NOW) == next_pause(sorted(dates), every=HOUR, now=NOW)


def test_a_source_is_quiet_after_three_of_its_gaps() -> None:
    """Weekly posts are missed after more than three weeks; a source that never had a habit is never quiet."""
    weekly = posts(7 * DAY, newest=21 * DAY)
    assert quiet_since(weekly, now=NOW) is None
    assert quiet_since(weekly, now=NOW + HOUR) == NOW - 21 * DAY
    assert quiet_since(weekly[:2], now=NOW + 90 * DAY) is None
    assert quiet_since(posts(HOUR, newest=2 * DAY), now=NOW) is None
    assert quiet_since([], now=NOW) is None
    assert quiet_since([NOW - 9 * DAY] * 5, now=NOW) is None


def test_the_usual_gap_is_the_mean() -> None:
    """Ten posts in nine days come a day apart, however they bunch; one post shows no gap."""
    assert usual_gap(posts(DAY, newest=DAY, count=10)) == DAY
    assert usual_gap([NOW]) is None

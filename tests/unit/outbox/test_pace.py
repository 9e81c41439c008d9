"""Pace: no window sees more than its rate, and under load the mean is the rate."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.outbox.pace import Rate, parse_rates, reserve

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
_UNITS = st.sampled_from([timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)])
_RATES = st.lists(
    st.builds(lambda count, period: Rate(f"box {count}/{period}", count, period), st.integers(1, 400), _UNITS),
    min_size=1,
    max_size=3,
    unique_by=lambda rate: rate.name,
)


def pass_through(rates: list[Rate], gaps: list[int], wanted: int) -> list[tuple[datetime, int]]:
    """Ask again and again, waiting as told and a while more; gives when how many passed."""
    now, passed = NOW, list[tuple[datetime, int]]()
    next_at: dict[str, datetime] = {}
    for gap in gaps:
        grant = reserve(rates, next_at, wanted=wanted, now=now)
        assert bool(grant.count) != bool(grant.wait)
        if grant.count:
            passed.append((now, grant.count))
            next_at |= grant.next_at
        now += grant.wait + timedelta(milliseconds=gap)
    return passed


@settings(max_examples=60, deadline=None)
@given(rates=_RATES, gaps=st.lists(st.integers(0, 3000), max_size=60), wanted=st.integers(1, 200))
def test_no_window_sees_more_than_its_rate(rates: list[Rate], gaps: list[int], wanted: int) -> None:
    """In any window of a period at most its count passes, and what a tenth of a second brings less one."""
    passed = pass_through(rates, gaps, wanted)
    for rate in rates:
        for start, _ in passed:
            inside = sum(count for at, count in passed if start <= at < start + rate.period)
            assert inside <= rate.count + rate.most_at_once - 1


@settings(max_examples=40, deadline=None)
@given(count=st.integers(1, 10), unit=_UNITS)
def test_slow_rates_are_exact(count: int, unit: timedelta) -> None:
    """Up to ten a second nothing passes at once: a window of the period holds the count, never one more."""
    rate = Rate("box", count, unit)
    assert rate.most_at_once == 1
    passed = pass_through([rate], [0] * (6 * count), 50)
    for start, _ in passed:
        assert sum(n for at, n in passed if start <= at < start + unit) <= count


@settings(max_examples=40, deadline=None)
@given(count=st.integers(1, 2000), wanted=st.integers(1, 200))
def test_under_load_the_mean_is_the_rate(count: int, wanted: int) -> None:
    """Asked as soon as it is told to, it lets through the configured number: not one in a hundred less."""
    rate = Rate("box", count, timedelta(seconds=1))
    passed = pass_through([rate], [0] * 400, wanted)
    last = passed[-1][0] - passed[0][0]
    total = sum(n for at, n in passed if at < passed[-1][0])
    assert total >= 0.99 * count * last.total_seconds() - rate.most_at_once
    assert total <= count * last.total_seconds() + rate.most_at_once


def test_a_rest_is_not_saved_up() -> None:
    """After a quiet day no more passes at once than after a quiet second."""
    rate = Rate("box", 100, timedelta(seconds=1))
    first = reserve([rate], {}, wanted=500, now=NOW)
    later = reserve([rate], first.next_at, wanted=500, now=NOW + timedelta(days=1))
    assert (first.count, later.count) == (10, 10)


def test_a_clock_that_was_set_back_stops_nothing() -> None:
    """What a run for another day left in the bucket never holds mail up for days."""
    rate = Rate("box", 5, timedelta(seconds=1))
    left = reserve([rate], {}, wanted=1, now=NOW + timedelta(days=30)).next_at
    grant = reserve([rate], left, wanted=1, now=NOW)
    assert grant.wait <= rate.interval


def test_the_strictest_rate_decides() -> None:
    """With several windows each keeps its own: the wait is the longest."""
    rates = parse_rates("5/s, 2/m", "box")
    first = reserve(rates, {}, wanted=9, now=NOW)
    assert first.count == 1
    assert reserve(rates, first.next_at, wanted=9, now=NOW).wait == timedelta(seconds=30)


def test_without_rates_everything_passes() -> None:
    """No rate, no pace."""
    assert reserve([], {}, wanted=200, now=NOW).count == 200


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", []), ("5/s", ["box 5/s"]), ("5/s, 500/h, 10000/d", ["box 5/s", "box 500/h", "box 10000/d"])],
)
def test_rates_are_read_as_written(text: str, expected: list[str]) -> None:
    """Each part is a bucket of its own, named after provider and rate."""
    assert [rate.name for rate in parse_rates(text, "box")] == expected

"""Limits hold on SQLite and on PostgreSQL, within a window and across its edge, and with many at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select

from newsletter.db.engine import reading, writing
from newsletter.db.limits import Limit, take, wait_for, window_start
from newsletter.db.tables import rate_counts

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
FORM, SENDER = Limit(name="form", most=3, window=HOUR), Limit(name="sender", most=2, window=HOUR)


def ask(engine: Engine, *limits: Limit, now: datetime = NOW) -> timedelta | None:
    with writing(engine) as db:
        return take(db, limits, now=now)


def test_a_limit_lets_so_many_through(engine: Engine) -> None:
    """The third of two must wait, and whoever waits as long as told is let through."""
    assert [ask(engine, SENDER, now=NOW + 10 * MINUTE) for _ in range(2)] == [None, None]
    wait = ask(engine, SENDER, now=NOW + 20 * MINUTE)
    assert wait is not None
    assert wait > 40 * MINUTE
    assert ask(engine, SENDER, now=NOW + 20 * MINUTE + wait - timedelta(seconds=1)) is not None
    assert ask(engine, SENDER, now=NOW + 20 * MINUTE + wait) is None


def test_what_one_limit_forbids_counts_against_none(engine: Engine) -> None:
    """An act that is refused has not been: the other limit is as it was. Names do not share."""
    for _ in range(2):
        assert ask(engine, FORM, SENDER) is None
    assert ask(engine, FORM, SENDER) is not None
    assert ask(engine, FORM) is None
    assert ask(engine, Limit(name="other", most=1, window=HOUR)) is None


def test_old_counts_go(engine: Engine) -> None:
    """Nothing is kept of windows that no limit looks at any more."""
    ask(engine, FORM)
    ask(engine, SENDER, now=NOW + timedelta(days=4))
    with reading(engine) as db:
        assert db.execute(select(func.count()).select_from(rate_counts)).scalar() == 1


def test_many_at_once_pass_no_limit_together(engine: Engine) -> None:
    """Of twelve at the same time exactly three are let through."""
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: ask(engine, FORM), range(12)))
    assert answers.count(None) == 3


@settings(max_examples=60)
@given(st.integers(1, 9), st.integers(0, 9), st.integers(1, 9), st.integers(0, 3599))
def test_whoever_waits_as_told_is_let_through(most: int, before: int, present: int, passed: int) -> None:
    """Waiting moves the window on: then the same act is within the limit."""
    limit = Limit(name="x", most=most, window=HOUR)
    now = NOW + timedelta(seconds=passed)
    wait = wait_for(limit, before=min(before, most), present=min(present, most + 1), now=now)
    later = now + wait
    counts = [min(before, most), min(present, most + 1)]
    if window_start(limit, later) != window_start(limit, now):
        has_next = window_start(limit, later) == window_start(limit, now) + HOUR
        counts = [counts[1] - 1 if has_next else 0, 1]
    again = wait_for(limit, before=counts[0], present=counts[1], now=later)
    assert again <= timedelta(milliseconds=1)


def test_a_limit_that_cannot_be_is_refused() -> None:
    """None at all, or over more than a day, is no limit."""
    for most, window in ((0, HOUR), (1, timedelta(days=2)), (1, timedelta(0))):
        with pytest.raises(ValueError, match="a limit"):
            Limit(name="x", most=most, window=window)

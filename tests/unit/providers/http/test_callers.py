"""The rests that an API asks for, between calls."""

import itertools
import time
from collections.abc import Sequence
from datetime import timedelta

import httpx
import pytest

from newsletter.providers.http.callers import Callers
from newsletter.providers.http.dialect import Answer, Item
from newsletter.providers.provider import Accepted, Scope, Temporary
from tests.fakes.hand_over import HandOver


def carry(rest: timedelta) -> tuple[HandOver, list[float]]:
    """Hand over three batches, each of which is answered with that rest."""
    hand_over, posted = HandOver(), []

    def post(_: httpx.Client, batch: Sequence[Item]) -> Answer:
        posted.append(time.monotonic())
        return Answer([Accepted("1")] * len(batch), rest=rest)

    with Callers(1, httpx.Client, post, hand_over.intend, hand_over.report) as callers:
        for number in range(3):
            callers.hand_over([Item(f"issue:12:{number}", b"")])
            callers.wait_for_free()
    return hand_over, posted


def test_a_short_rest_is_waited_out() -> None:
    """The next call is not made before the window has ended, and then it is."""
    hand_over, posted = carry(timedelta(seconds=0.1))
    assert [type(outcome) for outcome in hand_over.outcomes.values()] == [Accepted] * 3
    assert min(later - sooner for sooner, later in itertools.pairwise(posted)) >= 0.1


def test_in_a_long_rest_the_others_come_back_later() -> None:
    """Nobody waits here for a minute: what is left goes back with the time at which it may go."""
    hand_over, posted = carry(timedelta(seconds=60))
    assert len(posted) == 1
    assert isinstance(hand_over.of(0), Accepted)
    for number in (1, 2):
        outcome = hand_over.of(number)
        assert isinstance(outcome, Temporary)
        assert outcome.scope is Scope.PROVIDER
        assert outcome.retry_after is not None
        assert outcome.retry_after.total_seconds() == pytest.approx(60, abs=2)


def test_after_an_error_nothing_is_reported() -> None:
    """When the outbox itself fails, what is left belongs to the caller of carry, whatever the API said before."""
    reported: list[str] = []

    def report(key: str, _: object) -> None:
        reported.append(key)
        raise OSError("database is gone")

    def post(_: httpx.Client, batch: Sequence[Item]) -> Answer:
        return Answer([Accepted("1")] * len(batch), Temporary("later", scope=Scope.PROVIDER))

    def carry_three() -> None:
        with Callers(1, httpx.Client, post, HandOver().intend, report) as callers:
            for number in range(3):
                callers.hand_over([Item(f"issue:12:{number}", b"")])
                callers.wait_for_free()

    with pytest.raises(OSError, match="database is gone"):
        carry_three()
    assert reported == ["issue:12:0"]

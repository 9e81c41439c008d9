"""Pulling in a thread of its own."""

import itertools
import threading
import time
from collections.abc import Iterator

from newsletter.providers.feeder import BatchFeeder, Feeder
from newsletter.providers.provider import Outgoing
from tests.fakes.hand_over import make_outgoing


def supply(count: int) -> Iterator[Outgoing]:
    return (make_outgoing(number) for number in range(count))


def take_all(feeder: Feeder, arrived: threading.Event) -> list[str]:
    """Take until the end, waiting when nothing is there."""
    keys = []
    while True:
        arrived.clear()
        feeder.hungry = True
        has_ended = feeder.has_ended
        while (outgoing := feeder.take()) is not None:
            keys.append(outgoing.key)
        if has_ended:
            return keys
        assert arrived.wait(5)


def test_everything_comes_in_order() -> None:
    """What is pulled comes out once and in order, however small the queue is."""
    arrived = threading.Event()
    feeder = Feeder(supply(200), 3, arrived.set)
    feeder.start()
    assert take_all(feeder, arrived) == [f"issue:12:{number}" for number in range(200)]
    feeder.join()


def test_it_waits_for_room() -> None:
    """Not more than `ahead` messages are pulled before one is taken, and none after `stop`."""
    pulled = []

    def watched() -> Iterator[Outgoing]:
        for number in itertools.count():
            pulled.append(number)
            yield make_outgoing(number)

    feeder = Feeder(watched(), 4, lambda: None)
    feeder.start()
    time.sleep(0.05)
    assert len(pulled) == len(feeder) == 4
    feeder.stop()
    feeder.join()
    assert len(pulled) == 4
    assert feeder.has_ended


def test_an_error_is_kept_for_the_caller() -> None:
    """An error ends the supply; what came before it is still there."""

    def broken() -> Iterator[Outgoing]:
        yield make_outgoing(1)
        raise KeyError("claim")

    feeder = Feeder(broken(), 4, lambda: None)
    feeder.start()
    feeder.join()
    assert isinstance(feeder.error, KeyError)
    assert (len(feeder), feeder.has_ended) == (1, True)


def test_a_batch_is_what_is_there() -> None:
    """While one batch is on its way the next fills; no batch is over its limit, and none waits to be full."""
    go_on = threading.Event()

    def slow() -> Iterator[Outgoing]:
        yield make_outgoing(0)
        assert go_on.wait(5)
        yield from (make_outgoing(number) for number in range(1, 30))

    sizes = []
    with BatchFeeder(slow(), 10) as feeder:
        for batch in feeder:
            sizes.append(len(batch))
            go_on.set()
            time.sleep(0.01)
    assert sizes[0] == 1
    assert max(sizes) <= 10
    assert sum(sizes) == 30
    assert len(sizes) <= 8


def test_leaving_early_ends_the_pulling() -> None:
    """A carry that breaks off leaves no thread behind."""
    before = threading.active_count()
    with BatchFeeder(supply(100), 5) as feeder:
        assert next(iter(feeder))
    assert threading.active_count() == before

"""The sender of a process: an owner, its contexts, and the loop that drains the lanes, each in a thread of its own."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from newsletter.app import holds
from newsletter.app.app import App
from newsletter.app.notices import NoticeComposer
from newsletter.app.portions import lanes_with_work, plan_some, send_some
from newsletter.outbox.compose import Composer
from newsletter.outbox.context import IssueContexts
from newsletter.outbox.owner import take_office
from newsletter.outbox.send import Outbox, finish_issues

_LANES_AT_A_TIME = 8


@contextmanager
def sending(app: App) -> Iterator[Outbox]:
    """Take office, recover what dead senders left, and resign at the end. SendingHeld when this home must not send."""
    holds.check_sending(app)
    owner = take_office(app.engine, app.home, app.clock)
    contexts = IssueContexts(app.build_edition)
    try:
        yield Outbox(
            engine=app.engine,
            clock=app.clock,
            epoch=owner.epoch,
            contexts=contexts,
            compose=Composer(contexts=contexts, keys=app.keys, bounces=app.bounces, notice=NoticeComposer(app)),
            make_provider=app.provider,
            rates=app.rates,
        )
    finally:
        owner.resign(app.engine, app.clock)


def drain(app: App, outbox: Outbox, *, stop: threading.Event) -> int:
    """Plan and send until nothing that is due is left; gives how many deliveries were decided."""
    total = 0
    while not stop.is_set():
        while plan_some(app) and not stop.is_set():
            pass
        lanes = lanes_with_work(app)
        with ThreadPoolExecutor(_LANES_AT_A_TIME, thread_name_prefix="lane") as pool:
            decided = sum(pool.map(lambda lane: send_some(app, outbox, lane, stop=stop), lanes))
        total += decided
        if not decided:
            break
    finish_issues(app.engine, app.clock)
    return total


def send_forever(app: App, outbox: Outbox, *, stop: threading.Event, pause: float = 1.0) -> None:
    """Drain, rest, and again, until `stop`: what `serve`'s child does."""
    while not stop.is_set():
        started = time.monotonic()
        drain(app, outbox, stop=stop)
        stop.wait(max(0.0, pause - (time.monotonic() - started)))

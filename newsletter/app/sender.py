"""The sender of a process: an owner, its contexts, and the loop that drains the lanes, each in a thread of its own."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import timedelta

from newsletter.app import holds
from newsletter.app.app import App
from newsletter.app.notices.composer import NoticeComposer
from newsletter.app.portions import lanes_with_work, plan_some, send_some
from newsletter.base.errors import NewsletterError
from newsletter.base.log import get_log
from newsletter.db.engine import reading, writing
from newsletter.issues import sending_store
from newsletter.outbox import alert_store, lane_store
from newsletter.outbox.compose import Composer
from newsletter.outbox.context import IssueContexts
from newsletter.outbox.delivery import provider_of
from newsletter.outbox.errors import OfficeLost
from newsletter.outbox.finish import finish_issues
from newsletter.outbox.owner import recover, take_office
from newsletter.outbox.send import Outbox

_LANES_AT_A_TIME = 8
_LOOK_SECONDS = 0.2  # between two looks for lanes that got work meanwhile
_LANE_REST_SECONDS = 1.0  # its readers are in flight elsewhere, or its pace makes it wait
_REST = timedelta(minutes=5)  # of a provider that cannot be built


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
            compose=Composer(
                contexts=contexts, keys=app.keys, bounces=app.bounces, signers=app.signers, notice=NoticeComposer(app)
            ),
            make_provider=app.provider,
            rates=app.rates,
        )
    finally:
        owner.resign(app.engine, app.clock)


def drain(app: App, outbox: Outbox, *, stop: threading.Event) -> int:
    """Plan and send until nothing that is due is left; gives how many deliveries were decided.

    Lanes are drained in threads of their own while planning goes on: the first mail waits for the first portion only,
    and a lane that waits for its pace blocks no other.
    """
    recover(app.engine, app.home, app.clock)
    with ThreadPoolExecutor(_LANES_AT_A_TIME, thread_name_prefix="lane") as pool:
        try:
            total = _drain_with(pool, app, outbox, stop)
        except BaseException:
            stop.set()  # the pool waits for its lanes: they must not go on for half a minute
            raise
    finish_issues(app.engine, app.clock)
    _forget_the_finished(app, outbox)
    return total


def send_forever(app: App, outbox: Outbox, *, stop: threading.Event, pause: float = 1.0) -> None:
    """Drain, rest, and again, until `stop`: what `serve`'s child does."""
    while not stop.is_set():
        started = time.monotonic()
        drain(app, outbox, stop=stop)
        stop.wait(max(0.0, pause - (time.monotonic() - started)))


def _drain_with(pool: ThreadPoolExecutor, app: App, outbox: Outbox, stop: threading.Event) -> int:
    total = 0
    running: dict[str, Future[int]] = {}
    rest_until: dict[str, float] = {}  # lanes that had nothing that could leave just now
    while not stop.is_set():
        planned = plan_some(app)
        for lane in lanes_with_work(app):
            if lane not in running and rest_until.get(lane, 0) <= time.monotonic():
                running[lane] = pool.submit(_send_lane, app, outbox, lane, stop)
        if not running and not planned:
            break
        wait(running.values(), timeout=0 if planned else _LOOK_SECONDS, return_when=FIRST_COMPLETED)
        for lane in [lane for lane, future in running.items() if future.done()]:
            decided = running.pop(lane).result()
            total += decided
            if not decided:
                rest_until[lane] = time.monotonic() + _LANE_REST_SECONDS
    return total + sum(future.result() for future in running.values())


def _send_lane(app: App, outbox: Outbox, lane: str, stop: threading.Event) -> int:
    """Send what is due in one lane. A provider that cannot even be built rests, and people are told."""
    try:
        return send_some(outbox, lane, stop=stop)
    except OfficeLost:
        raise  # no fault of the provider: this sender has to take office anew
    except NewsletterError as error:
        get_log("app").error("lane.failed", lane=lane, error=str(error))
        now, provider = app.clock.now(), provider_of(lane)
        with writing(app.engine) as db:
            lane_store.hold(db, provider, until=now + _REST, reason=str(error), failures=1)
            words = f"the provider {provider} cannot be used: {error}. Deliveries stay and are tried again"
            alert_store.raise_alert(db, f"provider:{provider}", words, remedy="newsletter doctor", now=now)
        return 0


def _forget_the_finished(app: App, outbox: Outbox) -> None:
    with reading(app.engine) as db:
        outbox.contexts.keep_only(sending_store.sendable_issues(db))

"""The scheduler wakes portions and survives their faults."""

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest
import structlog

from newsletter.app.app import App
from newsletter.jobs.timetable import PORTIONS, Timetable, tell_some
from tests.fakes.home import make_empty_home

NO_APP = cast("App", None)  # the portions of these tests need none
SOON = timedelta(milliseconds=30)
PATIENCE = 10.0  # seconds; only a fault waits so long


def run(portions: dict[str, Callable[[App], int]], until: threading.Event, every: timedelta = SOON) -> None:
    timetable = Timetable(NO_APP, {name: (portion, every) for name, portion in portions.items()})
    timetable.start()
    try:
        assert until.wait(PATIENCE)
    finally:
        timetable.stop()


def test_a_portion_is_looped_to_zero() -> None:
    """One waking does all that is due, however many pieces that are."""
    left, seen, done = [3, 2, 1, 0], list[int](), threading.Event()

    def portion(_app: App) -> int:
        seen.append(left.pop(0))
        if not left:
            done.set()
        return seen[-1]

    run({"work": portion}, done, every=timedelta(hours=1))
    assert seen == [3, 2, 1, 0]


def test_a_portion_is_woken_again() -> None:
    """With nothing due now, it is asked again at its interval."""
    seen, done = list[int](), threading.Event()

    def portion(_app: App) -> int:
        seen.append(0)
        if len(seen) > 2:
            done.set()
        return 0

    run({"work": portion}, done)
    assert len(seen) > 2


def test_a_fault_is_logged_and_the_job_lives_on() -> None:
    """What goes wrong once is tried again, and stops no other job."""
    calls, other, done = [], threading.Event(), threading.Event()

    def failing(_app: App) -> int:
        calls.append(1)
        if len(calls) > 2 and other.is_set():
            done.set()
        raise ValueError("no network today")

    def working(_app: App) -> int:
        other.set()
        return 0

    with structlog.testing.capture_logs() as log:
        run({"failing": failing, "working": working}, done)
    faults = [entry for entry in log if entry["event"] == "job.failed"]
    assert len(faults) >= 2
    assert {entry["job"] for entry in faults} == {"failing"}


def test_a_portion_never_runs_beside_itself() -> None:
    """A slow portion is not doubled by the next waking."""
    running, most, calls, done = [0], [0], [0], threading.Event()

    def slow(_app: App) -> int:
        running[0] += 1
        most[0] = max(most[0], running[0])
        threading.Event().wait(0.1)
        running[0] -= 1
        calls[0] += 1
        if calls[0] > 2:
            done.set()
        return 0

    run({"slow": slow}, done)
    assert most[0] == 1


def test_stopping_ends_a_loop_that_never_comes_to_zero() -> None:
    """A portion that always finds more is left after the piece in hand."""
    done = threading.Event()

    def endless(_app: App) -> int:
        done.set()
        return 1

    run({"endless": endless}, done)


@pytest.mark.parametrize("name", sorted(PORTIONS))
def test_every_portion_runs_on_an_empty_home(name: str, tmp_path: Path) -> None:
    """With nothing due each portion does nothing and says zero: it could not be looped otherwise."""
    app = make_empty_home(tmp_path / "home")
    assert PORTIONS[name][0](app) == 0
    app.close()


def test_people_are_told(tmp_path: Path) -> None:
    """The job that tells people counts nothing: it is no queue that could be looped."""
    app = make_empty_home(tmp_path / "home")
    assert tell_some(app) == 0
    app.close()

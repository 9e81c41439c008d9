"""A child that is kept: started again, ended, and never left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from newsletter.jobs.keeper import Keeper, sender_command

PATIENCE = 15.0  # seconds; only a fault waits so long
CHILD = """\
import os, signal, sys, threading
from pathlib import Path
from newsletter.jobs.keeper import watch_parent
folder = Path(sys.argv[1])
stop = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stop.set())
watch_parent(lambda: ((folder / "orphan").touch(), stop.set()))
(folder / f"child-{os.getpid()}").touch()
while not stop.wait(0.02):
    pass
(folder / "ended").touch()
"""
PARENT = """\
import sys, threading
from newsletter.jobs.keeper import Keeper
Keeper([sys.executable, sys.argv[1], sys.argv[2]]).start()
threading.Event().wait()
"""


def until(what: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


def children(folder: Path) -> list[int]:
    return [int(path.name.removeprefix("child-")) for path in folder.glob("child-*")]


@pytest.fixture
def program(tmp_path: Path) -> list[str]:
    script = tmp_path / "child.py"
    script.write_text(CHILD, encoding="utf-8")
    return [sys.executable, str(script), str(tmp_path)]


def test_stopping_ends_the_child_and_waits(program: list[str], tmp_path: Path) -> None:
    """After stop the child has come to its own end."""
    keeper = Keeper(program)
    keeper.start()
    until(lambda: bool(children(tmp_path)))
    keeper.stop()
    assert (tmp_path / "ended").exists()
    assert not (tmp_path / "orphan").exists()
    assert keeper.child_id is None


def test_a_dead_child_is_started_again(program: list[str], tmp_path: Path) -> None:
    """A sender that dies comes back."""
    keeper = Keeper(program, first_pause=0.01)
    keeper.start()
    until(lambda: len(children(tmp_path)) == 1)
    os.kill(children(tmp_path)[0], signal.SIGKILL)
    until(lambda: len(children(tmp_path)) == 2)
    keeper.stop()


def test_stopping_does_not_wait_for_a_pause(tmp_path: Path) -> None:
    """Between two tries there is no child to end, and stopping is at once."""
    script = "import pathlib, sys; pathlib.Path(sys.argv[1]).touch(); sys.exit(3)"
    keeper = Keeper([sys.executable, "-c", script, str(tmp_path / "ran")], first_pause=1000.0)
    keeper.start()
    until(lambda: (tmp_path / "ran").exists() and keeper.child_id is None)
    started = time.monotonic()
    keeper.stop()
    assert time.monotonic() - started < PATIENCE


def test_the_child_ends_with_its_parent(program: list[str], tmp_path: Path) -> None:
    """kill -9 of the parent leaves no sender behind."""
    script = tmp_path / "parent.py"
    script.write_text(PARENT, encoding="utf-8")
    parent = subprocess.Popen([sys.executable, str(script), program[1], str(tmp_path)])
    until(lambda: bool(children(tmp_path)))
    parent.kill()
    parent.wait()
    until(lambda: (tmp_path / "orphan").exists() and (tmp_path / "ended").exists())


def test_the_sender_is_this_program(tmp_path: Path) -> None:
    """The child is the same Python and the same home, named absolutely."""
    command = sender_command(tmp_path)
    assert command[0] == sys.executable
    assert command[-3:] == ["--home", str(tmp_path), "send-loop"]

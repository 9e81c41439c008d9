"""Keeps a child process alive: started again with a growing pause when it dies, ended with SIGTERM and waited for.

The child holds the reading end of a pipe as its stdin. When this process dies, however it dies, the pipe ends, and the
child sees that: no sender is left behind without anybody who knows of it.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from newsletter.base.log import get_log

_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0  # seconds
_STDIN = 0
_STEADY = 60.0  # seconds; a child that lived so long starts with the first pause again


def sender_command(home: Path) -> list[str]:
    """Give the command of a home's sender."""
    return [sys.executable, "-m", "newsletter", "--home", str(home.absolute()), "send-loop"]


class Keeper:
    """Keeps one child. Start it once, stop it once."""

    def __init__(self, command: Sequence[str], *, first_pause: float = _FIRST_PAUSE) -> None:
        self._command = command
        self._first_pause = first_pause
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep, name="keeper")

    def start(self) -> None:
        """Start the child, and a thread that watches it."""
        self._thread.start()

    def stop(self) -> None:
        """End the child and wait for it: it finishes what is in flight, which may take as long as a server's answer."""
        with self._lock:
            self._stop.set()
            if self._child is not None:
                self._child.terminate()
        self._thread.join()

    @property
    def child_id(self) -> int | None:
        """The child's process id while there is one."""
        child = self._child
        return child.pid if child is not None else None

    def _keep(self) -> None:
        pause = self._first_pause
        while not self._stop.is_set():
            started = time.monotonic()
            code = self._run_once()
            if self._stop.is_set():
                return
            pause = self._first_pause if time.monotonic() - started > _STEADY else pause
            get_log("jobs").error("child.died", code=code, again_in=pause)
            self._stop.wait(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    def _run_once(self) -> int | None:
        with self._lock:  # between the look at `stop` and the start nobody may ask to stop
            if self._stop.is_set():
                return None
            child = subprocess.Popen(self._command, stdin=subprocess.PIPE)  # noqa: S603 - our own command
            self._child = child
        try:
            return child.wait()
        finally:
            self._child = None
            if child.stdin is not None:
                child.stdin.close()


def watch_parent(on_end: Callable[[], None]) -> None:
    """In the child: call `on_end` when the parent is gone, that is when the pipe at stdin ends."""

    def wait() -> None:
        # The bare descriptor: a thread inside sys.stdin's lock would make Python abort at its own end.
        while os.read(_STDIN, 1):
            pass
        on_end()

    threading.Thread(target=wait, name="parent", daemon=True).start()

"""Shows on the terminal what the demo is doing: a line that moves while a step lasts, and one that stays after it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.text import Text


class Steps:
    """Tells of one step after the other on a console."""

    def __init__(self, console: Console) -> None:
        self._console = console

    @contextmanager
    def step(self, words: str, *, count: Callable[[], int] | None = None, total: int = 0) -> Iterator[None]:
        """Show a step while it lasts; with `count`, how far it is. One that fails leaves no line of success."""
        started = time.monotonic()
        with self._console.status(_Moving(words, count, total), spinner="dots"):
            yield
        done = f" ({count()})" if count else ""
        took = f"{time.monotonic() - started:.1f} s"
        self._console.print(Text.assemble(("  ✓ ", "green"), f"{words}{done} ", (took, "dim")))


class _Moving:
    """A text that is made anew at every turn of the spinner."""

    def __init__(self, words: str, count: Callable[[], int] | None, total: int) -> None:
        self._words = words
        self._count = count
        self._total = total

    def __rich__(self) -> Text:
        if self._count is None:
            return Text(f"{self._words} ...")
        of = f" of {self._total}" if self._total else ""
        return Text(f"{self._words} ... {self._count()}{of}")

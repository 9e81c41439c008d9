"""Progress on the terminal while people are imported, taken back or exported."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


@contextmanager
def bar(words: str, *, is_quiet: bool) -> Iterator[Callable[[int, int | None], None]]:
    """Give what to call with the rows done and the rows in all; nothing is shown where nobody looks."""
    console = Console(stderr=True)
    hidden = is_quiet or not console.is_terminal  # a bar leaves an empty line there
    columns = (TextColumn(words), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=hidden) as progress:
        task = progress.add_task("", total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)

"""Progress on the terminal while an issue goes out."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from newsletter.app.app import App


@contextmanager
def watching(app: "App", issue: str, *, quiet: bool) -> Iterator[None]:
    """Show on stderr how many of an issue's deliveries are decided; nothing where nobody looks."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield
        return
    stop = threading.Event()
    thread = threading.Thread(target=_show, args=(app, issue, stop, console), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _show(app: "App", issue: str, stop: threading.Event, console: Console) -> None:
    from newsletter.app.status import issue_status

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(f"sending {issue}", total=None)
        while not stop.wait(0.25):
            found = issue_status(app, issue)
            if found.readers.number is None:  # of a few who share a sensitive topic: not how many they are
                continue
            counts = found.counts
            progress.update(
                task, total=counts.candidates, completed=counts.candidates - counts.planned - counts.in_flight
            )

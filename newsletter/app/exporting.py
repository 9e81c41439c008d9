"""Exports of people by an operator's hand: to a file that appears whole or not at all, or to standard output."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, TextIO
from uuid import uuid4

from newsletter.app.app import App
from newsletter.db import audit
from newsletter.db.engine import reading, writing
from subscribers.exporting.rows import count_of_list, export_list, export_suppressed, write_csv, write_lines

Format = Literal["csv", "jsonl"]
Progress = Callable[[int, int | None], None]  # rows written, and in all where that is known
_WRITERS = {"csv": write_csv, "jsonl": write_lines}
_STEP = 500  # rows between two looks at the progress bar


def export_people(app: App, list_slug: str, out: Path | None, *, form: Format, by: str, on_progress: Progress) -> int:
    """Write everybody on a list; gives how many rows. Without a file they go to standard output."""
    with reading(app.engine) as db:
        total = count_of_list(db, list_slug)
    rows = export_list(lambda: reading(app.engine), list_slug)
    written = _write(rows, out, form, lambda done: on_progress(done, total))
    _note(app, f"list:{list_slug}", written, by)
    return written


def export_all_suppressed(app: App, out: Path | None, *, form: Format, by: str, on_progress: Progress) -> int:
    """Write the suppressions of all addresses that are stored, of whatever list."""
    rows = export_suppressed(lambda: reading(app.engine))
    written = _write(rows, out, form, lambda done: on_progress(done, None))
    _note(app, "suppressed", written, by)
    return written


def _write(rows: Iterable[dict[str, Any]], out: Path | None, form: Format, on_progress: Callable[[int], None]) -> int:
    done = 0
    with _target(out) as file:
        for done in _WRITERS[form](rows, file):
            if done % _STEP == 0:
                on_progress(done)
    return done


@contextmanager
def _target(out: Path | None) -> Iterator[TextIO]:
    """Open what is written to. A file is readable by its owner only, and takes its name when it is complete."""
    if out is None:
        yield sys.stdout
        sys.stdout.flush()
        return
    unfinished = out.with_name(f".{out.name}.{uuid4().hex}")
    try:
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(out)
    finally:
        unfinished.unlink(missing_ok=True)


def _note(app: App, subject: str, rows: int, by: str) -> None:
    """Tell the audit log: addresses have left the home."""
    with writing(app.engine) as db:
        audit.record(db, at=app.clock.now(), who=by, act="subscriber.export", subject=subject, details=str(rows))

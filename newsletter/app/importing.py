"""Imports by an operator's hand: what a file would do, then doing it. The home keeps a copy until it is done.

When this process dies, `tick` or `serve` goes on from the copy.
"""

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Connection

from newsletter.app.app import App
from newsletter.app.leaves import note_imported_noes
from newsletter.app.turns import writing_in_turn
from newsletter.db import audit
from newsletter.db.engine import reading, writing
from newsletter.outbox import alert_store
from newsletter.sources import topic_store
from subscribers.errors import InvalidImport
from subscribers.importing.archive import is_archive, standing_by_name, unpack
from subscribers.importing.count import ImportCount, Planned, count_import
from subscribers.importing.csv_reading import count_rows, read_header
from subscribers.importing.layout import lay_out, left_aside, meanings
from subscribers.importing.options import ImportOptions
from subscribers.importing.run import ImportReport, import_report, import_some, same_before, spooled_paths, start_import
from subscribers.importing.undo import start_undo, undo_report, undo_some
from subscribers.lists.keep import list_by_slug

Progress = Callable[[int, int], None]  # rows done (people, when one is taken back), and in all
_A_DAY = 24 * 60 * 60  # seconds
_NOES = {"unsubscribed", "cleaned"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedImport:
    """Files that are ready to be imported, in this order, and what they would do."""

    folder: Path  # holds the copies; goes when nothing is imported
    files: tuple[Planned, ...]
    left_aside: tuple[str, ...]  # files of an archive that are not about people
    list_slug: str
    consent: str
    count: ImportCount
    columns: Mapping[str, Sequence[str]]  # what columns mean here ("": an attribute), to their names in the files
    columns_aside: Sequence[str]  # names of columns that are not taken over


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoneImport:
    """What taking an import back came to."""

    people: int  # whom it had made or changed; 0: it was taken back before
    kept: int  # of these, as they are: they did something since, or another import has them


def prepare_import(
    app: App,
    file: Path,
    list_slug: str,
    *,
    consent: str,
    columns: Mapping[str, str],
    without_suppressions: bool,
) -> PreparedImport:
    """Copy a CSV or unpack a ZIP into the home, and count what importing it would do. Nothing is written yet.

    Raises InvalidImport or UnknownList, and leaves nothing behind then.
    """
    with reading(app.engine) as db:
        list_by_slug(db, list_slug)  # a slip there is told before a large file is read
    folder = app.home / "imports" / uuid4().hex
    folder.parent.mkdir(mode=0o700, exist_ok=True)
    folder.mkdir(mode=0o700)
    try:
        files, aside = _files(app, file, folder, columns, without_suppressions=without_suppressions)
        for one in files:
            _settle(one.path)
        count = count_import(lambda: reading(app.engine), files, list_slug, consent=consent, now=app.clock.now())
    except BaseException:
        shutil.rmtree(folder)
        raise
    return PreparedImport(
        folder=folder,
        files=tuple(files),
        left_aside=tuple(aside),
        list_slug=list_slug,
        consent=consent,
        count=count,
        columns=_columns(files),
        columns_aside=_columns_aside(files),
    )


def discard_import(prepared: PreparedImport) -> None:
    """Forget what was prepared."""
    shutil.rmtree(prepared.folder)


def carry_out_import(
    app: App, prepared: PreparedImport, *, by: str, on_progress: Progress
) -> list[tuple[int, ImportReport]]:
    """Import the files to their end; gives each one's number and report, in the order of the files."""
    now = app.clock.now()
    with writing(app.engine) as db:
        numbers = [
            start_import(
                db,
                file.path,
                file.name,
                prepared.list_slug,
                consent=prepared.consent,
                by=by,
                now=now,
                options=file.options,
                folder=app.home,
            )
            for file in prepared.files
        ]
        for number, file in zip(numbers, prepared.files, strict=True):
            audit.record(db, at=now, who=by, act="subscriber.import", subject=f"import:{number}", details=file.name)
    total = sum(count_rows(file.path) for file in prepared.files)
    done = 0
    while rows := import_some(
        lambda: writing(app.engine),
        now=app.clock.now(),
        folder=app.home,
        on_noes=partial(note_imported_noes, app),
        on_stop=partial(tell_of_stop, app),
        look=lambda: reading(app.engine),
    ):
        done += rows
        on_progress(min(done, total), total)
    reports = _reports(app, numbers)
    _end_stops(app, numbers, reports)
    shutil.rmtree(prepared.folder, ignore_errors=True)
    return list(zip(numbers, reports, strict=True))


def tell_of_stop(app: App, db: Connection, number: int, why: str) -> None:
    """Tell people of an import that could not go on: the noes behind that place were not read."""
    alert_store.raise_alert(
        db,
        _stopped(number),
        f"import {number} was not finished. {why}",
        remedy=f"import the file again, or take back what was read of it: newsletter subscriber undo-import {number}",
        now=app.clock.now(),
    )


def _end_stops(app: App, numbers: Sequence[int], reports: Sequence[ImportReport]) -> None:
    """A file that was read to its end needs nobody any more who asks for the rest of it."""
    with writing(app.engine) as db:
        for number, report in zip(numbers, reports, strict=True):
            if not any(line == 0 for line, _ in report.refused):
                for earlier in same_before(db, number):
                    alert_store.close_alert(db, _stopped(earlier), now=app.clock.now())


def _stopped(number: int) -> str:
    return f"import:{number}"


def undo_import(app: App, number: int, *, by: str, on_progress: Progress) -> UndoneImport:
    """Take an import back to its end. When this process dies, `tick` or `serve` goes on."""
    now = app.clock.now()
    with writing(app.engine) as db:
        start_undo(db, number, now=now)
        alert_store.close_alert(db, _stopped(number), now=now)
        audit.record(db, at=now, who=by, act="subscriber.undo_import", subject=f"import:{number}")
        total = undo_report(db, number).remaining
    done = 0
    while people := undo_some(lambda: writing_in_turn(app.engine), now=app.clock.now()):
        done += people
        on_progress(min(done, total), total)
    with reading(app.engine) as db:
        return UndoneImport(people=total, kept=undo_report(db, number).kept)


def remove_spooled(app: App) -> None:
    """Remove the copies of imports that are over: `tick` may have finished what another process began.

    What no import names may be in somebody's hands, who is asked just now whether to go on: it stays for a day.
    """
    folder = app.home / "imports"
    if not folder.is_dir():
        return
    with reading(app.engine) as db:
        finished = spooled_paths(db)
    for one in folder.iterdir():
        states = [is_over for path, is_over in finished.items() if (app.home / path).is_relative_to(one)]
        # Another process may be removing it too: what it has taken is gone, and the rest it takes.
        with suppress(FileNotFoundError):
            if all(states) if states else _is_old(app, one):
                shutil.rmtree(one) if one.is_dir() else one.unlink()


def _is_old(app: App, path: Path) -> bool:
    return app.clock.now().timestamp() - path.stat().st_mtime > _A_DAY


def _files(
    app: App, file: Path, folder: Path, columns: Mapping[str, str], *, without_suppressions: bool
) -> tuple[list[Planned], list[str]]:
    topics = _topics(app)
    told = {theirs.strip().lower(): ours.strip() for theirs, ours in columns.items()}
    if not is_archive(file):
        copy = folder / "0.csv"
        shutil.copyfile(file, copy)
        options = ImportOptions(columns=told, topics=topics, standing=standing_by_name(file.name))
        lay_out(read_header(copy), options)
        return [Planned(path=copy, name=file.name, options=options)], []
    planned, aside, silent = [], [], []
    nowhere = set(told)
    for part, copy in unpack(file, folder):
        try:
            options = ImportOptions(
                columns=_of_this_file(copy, told), topics=topics, standing=part.standing, archive=folder.name
            )
            layout = lay_out(read_header(copy), options)
        except InvalidImport:
            aside.append(part.name)  # Substack's archive has its posts beside the people
            continue
        planned.append(Planned(path=copy, name=part.name, options=options))
        nowhere -= set(options.columns)
        if part.wants_noes or not (part.standing or layout.statuses):
            silent.append(part.name)
    if not planned:
        raise InvalidImport(f"{file.name} holds no table of people: {', '.join(aside[:5])} has no column of addresses")
    if nowhere:
        there = ", ".join(dict.fromkeys(name for one in planned for name in read_header(one.path).columns))
        raise InvalidImport(f"no file of {file.name} has a column {min(nowhere)!r}; there are: {there}")
    has_noes = {one.options.standing for one in planned} >= _NOES
    if silent and not has_noes and not without_suppressions:
        raise InvalidImport(
            f"{file.name} does not tell who left and whose mail came back: {silent[0]} has no status, and there are no "
            "files of unsubscribed and of cleaned addresses beside it. Export all of them; if really nobody has left, "
            "say --without-suppressions."
        )
    return planned, aside


def _columns(files: Sequence[Planned]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for file in files:
        for ours, theirs in meanings(read_header(file.path), file.options).items():
            known = found.setdefault(ours, [])
            known += [name for name in theirs if name not in known]
    return found


def _columns_aside(files: Sequence[Planned]) -> list[str]:
    names = (name for file in files for name in left_aside(read_header(file.path), file.options))
    return list(dict.fromkeys(names))


def _of_this_file(copy: Path, told: Mapping[str, str]) -> dict[str, str]:
    """Give what was told of columns that this file of an archive has."""
    here = {name.lower() for name in read_header(copy).columns}
    return {theirs: ours for theirs, ours in told.items() if theirs in here}


def _topics(app: App) -> dict[str, str]:
    """Give the words by which a file may name topics: slugs, and names in each language."""
    with reading(app.engine) as db:
        topics = topic_store.all_topics(db)
    words = {name.lower(): one.slug for one in topics for name in (one.name, *one.names.values())}
    return words | {one.slug: one.slug for one in topics}


def _settle(path: Path) -> None:
    """Bring a copy onto the disk before anything names it."""
    path.chmod(0o600)
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _reports(app: App, numbers: list[int]) -> list[ImportReport]:
    with reading(app.engine) as db:
        return [import_report(db, number) for number in numbers]

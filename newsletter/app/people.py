"""People by an operator's hand: import, add."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

from newsletter.app.app import App
from newsletter.base.errors import NotFound
from newsletter.db import audit
from newsletter.db.engine import reading, writing
from newsletter.sources import topic_store
from subscribers.add import add_subscriber
from subscribers.csv_reading import count_rows
from subscribers.find import find_by_id
from subscribers.importing import ImportReport, import_report, import_some, start_import
from subscribers.profile import Profile, read_language, read_name, read_zone
from subscribers.show import show
from subscribers.suggest import suggest_address
from subscribers.wish import follow

Progress = Callable[[int, int], None]  # rows done, rows in all


def import_people(
    app: App, file: Path, list_slug: str, *, consent: str, by: str, on_progress: Progress
) -> tuple[int, ImportReport]:
    """Import a CSV file to its end; gives the import's number and report.

    The file is copied into the home first: when this process dies, `tick` or `serve` goes on from the copy.
    """
    spooled = _spool(app, file)
    try:
        with writing(app.engine) as db:
            number = start_import(db, spooled, file.name, list_slug, consent=consent, by=by, now=app.clock.now())
    except BaseException:
        spooled.unlink()  # nothing was noted, so nobody would ever read it
        raise
    total = count_rows(spooled)
    while import_some(lambda: writing(app.engine), now=app.clock.now()):
        on_progress(_report(app, number).rows, total)
    report = _report(app, number)
    spooled.unlink(missing_ok=True)
    return number, report


def add_person(
    app: App,
    address: str,
    list_slug: str,
    *,
    consent: str,
    name: str,
    language: str,
    zone: str,
    topics: tuple[str, ...],
    by: str,
) -> dict[str, Any]:
    """Put one person on a list, with the evidence of their consent; gives how they stand."""
    profile: Profile = {}
    if name:
        profile["name"] = read_name(name)
    if language:
        profile["language"] = read_language(language)
    if zone:
        profile["zone"] = read_zone(zone)
    now = app.clock.now()
    with writing(app.engine) as db:
        known = {topic.slug for topic in topic_store.all_topics(db)}
        unknown = sorted(set(topics) - known)
        if unknown:
            raise NotFound(f"there is no topic {', '.join(unknown)}; there are: {', '.join(sorted(known)) or 'none'}")
        person = add_subscriber(db, address, list_slug, consent=consent, by=by, now=now, profile=profile)
        for topic in topics:
            follow(db, person, f"topic:{topic}", now=now)
        audit.record(db, at=now, who=by, act="subscriber.add", subject=f"subscriber:{person}", details=list_slug)
        standing = {one.list_slug: one.state.value for one in show(db, find_by_id(db, person).address).subscriptions}
    meant = suggest_address(address)
    return {"subscriber": person, "list": list_slug, "state": standing[list_slug], "did_you_mean": meant or ""}


def _spool(app: App, file: Path) -> Path:
    """Copy a file into the home, whole and on the disk, before anything names it."""
    folder = app.home / "imports"
    folder.mkdir(mode=0o700, exist_ok=True)
    spooled = folder / f"{uuid4().hex}.csv"
    with file.open("rb") as source, spooled.open("xb") as copy:
        spooled.chmod(0o600)
        shutil.copyfileobj(source, copy)
        copy.flush()
        os.fsync(copy.fileno())
    return spooled


def _report(app: App, number: int) -> ImportReport:
    with reading(app.engine) as db:
        return import_report(db, number)

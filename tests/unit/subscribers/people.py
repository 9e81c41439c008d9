"""Words for the tests of `subscribers`: people join, say no, and are looked at."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TypedDict

from sqlalchemy import Connection, Engine

from subscribers.consent.join import Shown
from subscribers.doors import members, still_mailable
from subscribers.importing.run import ImportReport, import_report, import_some, start_import
from subscribers.lists.keep import put_list
from subscribers.people.add import add_subscriber
from subscribers.subscriber import NotMailable, Recipient


class Said(TypedDict):
    """How a person said something."""

    by: str
    evidence: str
    network_address: str
    now: datetime


NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
WEEKLY = "newsletter:weekly"
SHOWN = Shown(text="Yes, I want mail.", language="en", place="page", network_address="192.0.2.1")
BY_READER: Said = {"by": "reader", "evidence": "page 1", "network_address": "192.0.2.1", "now": NOW}


def make_list(db: Connection, slug: str = "members", opt_in: str = "double") -> None:
    put_list(db, slug, name=slug.title(), opt_in="single" if opt_in == "single" else "double", now=NOW)


def make_member(db: Connection, address: str = "anna@example.org", slug: str = "members") -> int:
    """Somebody who is active on a list."""
    make_list(db, slug)
    return add_subscriber(db, address, slug, consent="signed at the stand", by="test", now=NOW)


def mailable(db: Connection, slugs: tuple[str, ...] = ("members",)) -> list[int]:
    return [member.subscriber_id for member in members(db, slugs, opt_out=WEEKLY, after=0, limit=1000)]


def answer(db: Connection, subscriber_id: int, slugs: tuple[str, ...] = ("members",)) -> Recipient | NotMailable:
    return still_mailable(db, [subscriber_id], slugs, opt_out=WEEKLY)[subscriber_id]


def reason(db: Connection, subscriber_id: int, slugs: tuple[str, ...] = ("members",)) -> str:
    """Why somebody may not be mailed; empty if they may."""
    found = answer(db, subscriber_id, slugs)
    return found.reason if isinstance(found, NotMailable) else ""


def import_text(
    engine: Engine,
    folder: Path,
    text: str | bytes,
    *,
    consent: str = "",
    slug: str = "members",
    rows: int = 2000,
    now: datetime = NOW,
) -> ImportReport:
    """Import a file of this content to its end."""
    path = folder / "people.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with engine.begin() as db:
        make_list(db, slug)
        import_id = start_import(db, path, "people.csv", slug, consent=consent, by="test", now=now)
    while import_some(engine.begin, now=now, rows=rows):
        pass
    with engine.begin() as db:
        return import_report(db, import_id)

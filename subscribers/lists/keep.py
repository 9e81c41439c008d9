"""Makes and finds mailing lists. A list is never removed: consents name it."""

from datetime import datetime

from sqlalchemy import Connection

from subscribers.errors import SlugTaken, UnknownList
from subscribers.lists import list_store
from subscribers.lists.mailing_list import MailingList, OptIn
from subscribers.segments import segment_store


def put_list(db: Connection, slug: str, *, name: str, opt_in: OptIn, now: datetime) -> MailingList:
    """Create a list, or give the one of this slug its name and way in. Calling it again changes nothing.

    Raises SlugTaken where a segment has the slug, or had it: issues that were sent to it still name it.
    """
    if segment_store.segments_of_slugs(db, [slug]):
        raise SlugTaken(f"{slug!r} is or was a segment: give the list another slug")
    list_store.put_list(db, slug, {"name": name, "opt_in": opt_in}, now)
    return list_by_slug(db, slug)


def list_by_slug(db: Connection, slug: str) -> MailingList:
    """Find a list; a segment is none. Raises UnknownList."""
    found = list_store.find_list(db, slug)
    if found is None:
        segment = segment_store.segments_of_slugs(db, [slug]).get(slug)
        raise UnknownList(slug, segment_of=segment.list_slug if segment else "")
    return found


def people_on(db: Connection, slug: str, moment: datetime | None = None) -> int:
    """Count the people who are on a list, or since before a moment."""
    return list_store.count_active(db, slug, moment)


def all_lists(db: Connection) -> list[MailingList]:
    """Give every list, by slug."""
    return list_store.lists(db)

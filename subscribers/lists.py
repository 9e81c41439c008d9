"""Makes and finds mailing lists. A list is never removed: consents name it."""

from datetime import datetime

from sqlalchemy import Connection

from subscribers import list_store
from subscribers.errors import UnknownList
from subscribers.mailing_list import MailingList, OptIn


def put_list(db: Connection, slug: str, *, name: str, opt_in: OptIn, now: datetime) -> MailingList:
    """Create a list, or give the one of this slug its name and way in. Calling it again changes nothing."""
    list_store.put_list(db, slug, {"name": name, "opt_in": opt_in}, now)
    return list_by_slug(db, slug)


def list_by_slug(db: Connection, slug: str) -> MailingList:
    """Find a list. Raises UnknownList."""
    found = list_store.find_list(db, slug)
    if found is None:
        raise UnknownList(slug)
    return found


def all_lists(db: Connection) -> list[MailingList]:
    """Give every list, by slug."""
    return list_store.lists(db)

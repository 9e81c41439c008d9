"""Links that are mailed fresh: each for one person and one purpose, for a while, and used up by the first act.

Looking at a link's page uses nothing up: programs that scan mail open every link.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection

from subscribers.consent import link_store


class Purpose(StrEnum):
    """What a link allows."""

    CONFIRM = "confirm"  # to join a list: content {"list", "evidence"?, ...}
    ACCOUNT = "account"  # to see and change everything about oneself
    ADDRESS = "address"  # to take a new address: content {"new", "old"}


class LinkState(StrEnum):
    """What a link is still good for."""

    OPEN = "open"
    USED = "used"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class FreshLink:
    """A link as it is kept; its token is made from the id."""

    id: int
    subscriber_id: int
    purpose: Purpose
    content: Mapping[str, str]
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None

    def state(self, *, now: datetime) -> LinkState:
        """Tell what the link is still good for."""
        if self.used_at is not None:
            return LinkState.USED
        return LinkState.EXPIRED if self.expires_at <= now else LinkState.OPEN


def make_link(
    db: Connection,
    subscriber_id: int,
    purpose: Purpose,
    content: Mapping[str, str],
    *,
    life: timedelta,
    now: datetime,
) -> FreshLink:
    """Make a link that is good for so long."""
    row = link_store.add(db, subscriber_id, purpose.value, content, made_at=now, expires_at=now + life)
    return _link(row)


def find_link(db: Connection, link_id: int, purpose: Purpose) -> FreshLink | None:
    """Find a link of this purpose, open or not; None where there is none, or its person was erased."""
    row = link_store.find(db, link_id)
    return _link(row) if row is not None and row.purpose == purpose.value else None


def use_link(db: Connection, link: FreshLink, *, now: datetime) -> bool:
    """Use a link up. False where it was used before, or its time has passed: two clicks at once are one."""
    return link_store.use(db, link.id, now)


def end_questions(db: Connection, subscriber_id: int, *, now: datetime, name: str = "", value: str = "") -> None:
    """End the open questions whether somebody wants to join, all or those about one thing: they have just left it.

    A mail that asks may lie in the mailbox for days; its button must not undo what was said after it.
    """
    rows = link_store.links_of(db, subscriber_id)
    about = [row.id for row in rows if row.purpose == Purpose.CONFIRM and (not name or row.content.get(name) == value)]
    if about:
        link_store.end(db, about, now)


def last_link(db: Connection, subscriber_id: int, purpose: Purpose) -> FreshLink | None:
    """Give the newest link that a person was mailed for a purpose, open or not."""
    row = link_store.newest(db, subscriber_id, purpose.value)
    return _link(row) if row is not None else None


def unused_links(db: Connection, subscriber_id: int, purpose: Purpose) -> list[FreshLink]:
    """Give the links for a purpose that nobody has used since the last that was, the oldest first."""
    return [_link(row) for row in link_store.unused(db, subscriber_id, purpose.value)]


def _link(row: link_store.LinkRow) -> FreshLink:
    return FreshLink(
        id=row.id,
        subscriber_id=row.subscriber_id,
        purpose=Purpose(row.purpose),
        content=row.content,
        made_at=row.made_at,
        expires_at=row.expires_at,
        used_at=row.used_at,
    )

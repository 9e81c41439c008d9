"""The SQL of who is not to be asked, and until when. Never opens a transaction."""

from datetime import datetime

from sqlalchemy import Connection, and_, delete, or_, select, update

from subscribers.store import insert_new
from subscribers.tables import asking_rests


def put(db: Connection, address_hash: str, list_slug: str, until: datetime) -> None:
    db.execute(insert_new(db, asking_rests).values(address_hash=address_hash, list_slug=list_slug, until=until))
    mine = (asking_rests.c.address_hash == address_hash, asking_rests.c.list_slug == list_slug)
    db.execute(update(asking_rests).where(*mine).values(until=until))


def until(db: Connection, address_hash: str, list_slug: str) -> datetime | None:
    mine = (asking_rests.c.address_hash == address_hash, asking_rests.c.list_slug == list_slug)
    return db.execute(select(asking_rests.c.until).where(*mine)).scalar()


def of_address(db: Connection, address_hash: str) -> dict[str, datetime]:
    """Give until when an address is not asked, by list."""
    query = select(asking_rests.c.list_slug, asking_rests.c.until).where(asking_rests.c.address_hash == address_hash)
    return {row.list_slug: row.until for row in db.execute(query.order_by(asking_rests.c.list_slug))}


def end(db: Connection, address_hash: str, list_slug: str) -> None:
    mine = (asking_rests.c.address_hash == address_hash, asking_rests.c.list_slug == list_slug)
    db.execute(delete(asking_rests).where(*mine))


def forget_ended(db: Connection, now: datetime, limit: int) -> int:
    """Remove what is over, at most so many; gives how many."""
    query = select(asking_rests.c.address_hash, asking_rests.c.list_slug).where(asking_rests.c.until <= now)
    over = [
        and_(asking_rests.c.address_hash == row.address_hash, asking_rests.c.list_slug == row.list_slug)
        for row in db.execute(query.order_by(asking_rests.c.until).limit(limit))
    ]
    return db.execute(delete(asking_rests).where(or_(*over))).rowcount if over else 0

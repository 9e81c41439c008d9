"""The SQL of owners: epochs, what they hold, and taking it over."""

from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from newsletter.base.ids import Epoch
from newsletter.outbox.tables import deliveries, owners


def insert_owner(db: Connection, *, host: str, pid: int, now: datetime) -> Epoch:
    """Give a new epoch; none is ever used twice."""
    row = db.execute(insert(owners).values(host=host, pid=pid, started_at=now).returning(owners.c.epoch))
    return Epoch(row.scalar_one())


def open_epochs(db: Connection) -> list[Epoch]:
    """Give the epochs that nobody has ended."""
    return [Epoch(row.epoch) for row in db.execute(select(owners.c.epoch).where(owners.c.ended_at.is_(None)))]


def is_in_office(db: Connection, epoch: Epoch) -> bool:
    """Tell whether an owner has neither ended nor been taken over; until this transaction ends, it stays so."""
    mine = select(owners.c.epoch).where(owners.c.epoch == epoch, owners.c.ended_at.is_(None))
    return db.execute(mine.with_for_update(read=True)).first() is not None


def release_claims(db: Connection, epoch: Epoch, *, now: datetime) -> int:
    """Put back what an owner claimed and did not hand over; the choice is made anew later."""
    return db.execute(
        update(deliveries)
        .where(deliveries.c.epoch == epoch, deliveries.c.state == "claimed")
        .values(state="planned", choice=None, epoch=None, lease_until=None, changed_at=now)
    ).rowcount


def end_owner(db: Connection, epoch: Epoch, *, now: datetime) -> None:
    """Note that an owner has ended, or was taken over."""
    db.execute(update(owners).where(owners.c.epoch == epoch, owners.c.ended_at.is_(None)).values(ended_at=now))


def take_over(db: Connection, epoch: Epoch, *, now: datetime) -> tuple[int, int]:
    """Take over a dead owner: claimed goes back to planned, handing_over is in doubt. Gives both counts.

    The owner is ended first: a claim that is under way is waited for and put back too, and no other begins.
    """
    end_owner(db, epoch, now=now)
    released = release_claims(db, epoch, now=now)
    doubtful = db.execute(
        update(deliveries)
        .where(deliveries.c.epoch == epoch, deliveries.c.state == "handing_over")
        .values(state="in_doubt", reason="the sender ended before the answer came", lease_until=None, changed_at=now)
    ).rowcount
    return released, doubtful


def release_expired(db: Connection, *, now: datetime) -> int:
    """Put back claims whose lease is over though their owner's lock is held: it hangs.

    The fence keeps it from sending them when it wakes up.
    """
    return db.execute(
        update(deliveries)
        .where(deliveries.c.state == "claimed", deliveries.c.lease_until < now)
        .values(state="planned", choice=None, epoch=None, lease_until=None, changed_at=now)
    ).rowcount

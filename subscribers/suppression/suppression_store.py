"""The SQL of suppressions, of addresses and of whole domains. Never opens a transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from subscribers.address import Address
from subscribers.consent.consent import SuppressedDomain, Suppression, SuppressionKind
from subscribers.store import is_new
from subscribers.tables import subscribers, suppressed_domains, suppressions


@dataclass(frozen=True, slots=True, kw_only=True)
class SuppressedAddress:
    """An open suppression in a list of them. The address is known only of people who have a row."""

    address_hash: str
    address: str  # empty: nobody here has it
    kind: SuppressionKind
    reason: str
    since: datetime


def suppressions_of(db: Connection, address_hash: str) -> list[Suppression]:
    query = select(suppressions).where(suppressions.c.address_hash == address_hash).order_by(suppressions.c.id)
    return [
        Suppression(
            kind=SuppressionKind(row.kind),
            reason=row.reason,
            since=row.since,
            ended_at=row.ended_at,
            ended_why=row.ended_why,
        )
        for row in db.execute(query)
    ]


def open_suppressions(db: Connection, address_hash: str) -> set[SuppressionKind]:
    return {one.kind for one in suppressions_of(db, address_hash) if one.ended_at is None}


def open_kinds(db: Connection, address: Address) -> set[SuppressionKind]:
    """Give why an address is not mailed: its own open suppressions, and those of its domain."""
    return open_suppressions(db, address.hash) | open_of_domain(db, address.domain)


def new_suppression(db: Connection, address_hash: str, kind: SuppressionKind, reason: str, now: datetime) -> bool:
    """Open a suppression; False where one of its kind is open."""
    values = {"address_hash": address_hash, "kind": kind.value, "reason": reason, "since": now}
    return is_new(db, suppressions, values)


def end_suppression(db: Connection, address_hash: str, kind: SuppressionKind, why: str, now: datetime) -> bool:
    which = (
        suppressions.c.address_hash == address_hash,
        suppressions.c.kind == kind.value,
        suppressions.c.ended_at.is_(None),
    )
    return db.execute(update(suppressions).where(*which).values(ended_at=now, ended_why=why)).rowcount > 0


def count_open(db: Connection) -> dict[SuppressionKind, int]:
    """Count the addresses under each kind that is open somewhere."""
    query = select(suppressions.c.kind, func.count()).where(suppressions.c.ended_at.is_(None))
    counts: dict[str, int] = {row.kind: row[1] for row in db.execute(query.group_by(suppressions.c.kind))}
    return {kind: counts[kind.value] for kind in SuppressionKind if kind.value in counts}


def count_addresses(db: Connection) -> int:
    """Count the addresses with an open suppression, each once."""
    counted = select(func.count(suppressions.c.address_hash.distinct())).where(suppressions.c.ended_at.is_(None))
    return int(db.execute(counted).scalar_one())


def newest_open(db: Connection, kinds: Sequence[SuppressionKind], limit: int) -> list[SuppressedAddress]:
    """Give the newest open suppressions of these kinds."""
    query = (
        select(suppressions, func.coalesce(subscribers.c.address, "").label("address"))
        .outerjoin(subscribers, subscribers.c.address_hash == suppressions.c.address_hash)
        .where(suppressions.c.ended_at.is_(None), suppressions.c.kind.in_([kind.value for kind in kinds]))
        .order_by(suppressions.c.id.desc())
        .limit(limit)
    )
    return [
        SuppressedAddress(
            address_hash=row.address_hash,
            address=row.address,
            kind=SuppressionKind(row.kind),
            reason=row.reason,
            since=row.since,
        )
        for row in db.execute(query)
    ]


# --- whole domains


def suppressions_of_domain(db: Connection, domain: str) -> list[SuppressedDomain]:
    which = suppressed_domains.c.domain == domain
    query = select(suppressed_domains).where(which).order_by(suppressed_domains.c.id)
    return [_domain(row) for row in db.execute(query)]


def open_domains(db: Connection) -> list[SuppressedDomain]:
    """Give all domains that are closed now; people close few, by hand."""
    query = select(suppressed_domains).where(suppressed_domains.c.ended_at.is_(None))
    return [_domain(row) for row in db.execute(query.order_by(suppressed_domains.c.domain, suppressed_domains.c.id))]


def open_of_domain(db: Connection, domain: str) -> set[SuppressionKind]:
    return {one.kind for one in suppressions_of_domain(db, domain) if one.ended_at is None}


def closed_domains(db: Connection, domains: Sequence[str]) -> dict[str, set[str]]:
    """Give the open kinds of those of these domains that are closed; name at most store.PORTION."""
    query = select(suppressed_domains.c.domain, suppressed_domains.c.kind).where(
        suppressed_domains.c.domain.in_(domains), suppressed_domains.c.ended_at.is_(None)
    )
    found: dict[str, set[str]] = {}
    for domain, kind in db.execute(query):
        found.setdefault(domain, set()).add(kind)
    return found


def new_domain_suppression(db: Connection, domain: str, kind: SuppressionKind, reason: str, now: datetime) -> bool:
    """Close a domain; False where it is closed with this kind already."""
    return is_new(db, suppressed_domains, {"domain": domain, "kind": kind.value, "reason": reason, "since": now})


def end_domain_suppression(db: Connection, domain: str, kind: SuppressionKind, why: str, now: datetime) -> bool:
    which = (
        suppressed_domains.c.domain == domain,
        suppressed_domains.c.kind == kind.value,
        suppressed_domains.c.ended_at.is_(None),
    )
    return db.execute(update(suppressed_domains).where(*which).values(ended_at=now, ended_why=why)).rowcount > 0


def count_people_at(db: Connection, domain: str) -> int:
    """Count the people whose address is at a domain."""
    query = select(func.count()).select_from(subscribers).where(subscribers.c.domain == domain)
    return int(db.execute(query).scalar_one())


def _domain(row: Row[Any]) -> SuppressedDomain:
    return SuppressedDomain(
        domain=row.domain,
        kind=SuppressionKind(row.kind),
        reason=row.reason,
        since=row.since,
        ended_at=row.ended_at,
        ended_why=row.ended_why,
    )

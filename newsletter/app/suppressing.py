"""Suppressing and releasing by an operator's hand, addresses and whole domains: each act is on record with who did it.

A suppression is noted in leaves.log first, so that a restored backup keeps it.
"""

from dataclasses import dataclass

from sqlalchemy import Connection

from newsletter.app.app import App
from newsletter.app.leaves import DOMAIN_CLOSED, EVERYTHING, SUPPRESSED, note_of_address
from newsletter.base.errors import NotAllowedNow, UsageError
from newsletter.db import audit
from newsletter.db.engine import reading, writing
from subscribers.address import Address, mask, parse_address, parse_domain
from subscribers.consent.consent import SuppressedDomain, SuppressionKind
from subscribers.people.person_store import find_by_key
from subscribers.suppression import suppression_store
from subscribers.suppression.suppress import note_left, release, release_domain, suppress_address, suppress_domain
from subscribers.suppression.suppression_store import SuppressedAddress


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppressed:
    """What suppressing did."""

    what: str  # the address, or @domain
    kind: SuppressionKind
    is_new: bool
    people: int  # who have a row here and are mailed no more


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """What releasing did."""

    what: str
    ended: tuple[SuppressionKind, ...]
    still: tuple[str, ...]  # what goes on forbidding mail, in words


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Who is never mailed: counts of all, every closed domain, and the newest addresses."""

    counts: dict[SuppressionKind, int]
    domains: tuple[SuppressedDomain, ...]
    addresses: tuple[SuppressedAddress, ...]


def suppress_by_hand(app: App, what: str, kind: SuppressionKind, *, reason: str, by: str) -> Suppressed:
    """Suppress an address, known or not, or with an @-sign before it a whole domain. Twice is as good as once."""
    _need(reason, "--reason says why, and stays on record")
    if what.startswith("@"):
        return _close_domain(app, what, kind, reason=reason, by=by)
    parsed, now = parse_address(what), app.clock.now()
    left = kind is SuppressionKind.LEFT
    note_of_address(app, EVERYTHING if left else SUPPRESSED, parsed.hash, "" if left else kind.value)
    with writing(app.engine) as db:
        if left:
            is_new = note_left(db, what, reason=reason, by=by, now=now)
        else:
            is_new = suppress_address(db, what, kind, reason=reason, by=by, now=now)
        details = f"{kind.value}: {reason}"
        audit.record(db, at=now, who=by, act="subscriber.suppress", subject=_subject(db, parsed), details=details)
        people = int(find_by_key(db, parsed.key) is not None)
    return Suppressed(what=what, kind=kind, is_new=is_new, people=people)


def release_by_hand(app: App, what: str, *, reason: str, by: str) -> Released:
    """End what may be lifted of an address, or open a domain again.

    Raises SaidNo for somebody who left, NotAllowedNow where nothing is suppressed.
    """
    _need(reason, "--reason says why it may be lifted, and stays on record")
    if what.startswith("@"):
        return _open_domain(app, what, reason=reason, by=by)
    parsed, now = parse_address(what), app.clock.now()
    with writing(app.engine) as db:
        ended = release(db, what, reason=reason, by=by, now=now)
        still = _still(db, parsed)
        if not ended:
            raise NotAllowedNow("; ".join([f"{mask(what)} is not suppressed: nothing was released", *still]))
        details = f"{', '.join(ended)}: {reason}"
        audit.record(db, at=now, who=by, act="subscriber.release", subject=_subject(db, parsed), details=details)
    return Released(what=what, ended=tuple(ended), still=still)


def overview(app: App, *, kind: SuppressionKind | None, limit: int) -> Overview:
    """Tell who is never mailed, of one kind or of all."""
    kinds = [kind] if kind else list(SuppressionKind)
    with reading(app.engine) as db:
        return Overview(
            counts={one: count for one, count in suppression_store.count_open(db).items() if one in kinds},
            domains=tuple(one for one in suppression_store.open_domains(db) if one.kind in kinds),
            addresses=tuple(suppression_store.newest_open(db, kinds, limit)),
        )


def suppressed_addresses(app: App) -> int:
    """Count the addresses that are never mailed, those of which only the hash is kept included; domains are not."""
    with reading(app.engine) as db:
        return suppression_store.count_addresses(db)


def _close_domain(app: App, what: str, kind: SuppressionKind, *, reason: str, by: str) -> Suppressed:
    if kind is SuppressionKind.LEFT:
        raise UsageError("a domain cannot have left: only a person does; use --kind forbidden")
    domain, now = parse_domain(what), app.clock.now()
    note_of_address(app, DOMAIN_CLOSED, domain, kind.value)
    with writing(app.engine) as db:
        is_new = suppress_domain(db, domain, kind, reason=reason, now=now)
        details = f"{kind.value}: {reason}"
        audit.record(db, at=now, who=by, act="subscriber.suppress", subject=f"domain:{domain}", details=details)
        people = suppression_store.count_people_at(db, domain)
    return Suppressed(what=f"@{domain}", kind=kind, is_new=is_new, people=people)


def _open_domain(app: App, what: str, *, reason: str, by: str) -> Released:
    domain, now = parse_domain(what), app.clock.now()
    with writing(app.engine) as db:
        ended = release_domain(db, domain, reason=reason, now=now)
        if not ended:
            raise NotAllowedNow(f"@{domain} is not closed; `newsletter subscriber suppressed` lists what is")
        details = f"{', '.join(ended)}: {reason}"
        audit.record(db, at=now, who=by, act="subscriber.release", subject=f"domain:{domain}", details=details)
    return Released(what=f"@{domain}", ended=tuple(ended), still=())


def _still(db: Connection, address: Address) -> tuple[str, ...]:
    """Say what a release of the address leaves in force."""
    still = []
    if SuppressionKind.LEFT in suppression_store.open_suppressions(db, address.hash):
        still.append("they left: only they themselves can join again, on the sign-up page")
    if suppression_store.open_of_domain(db, address.domain):
        name = address.domain
        still.append(f"the domain {name} is closed: `newsletter subscriber release @{name}` opens it")
    return tuple(still)


def _subject(db: Connection, address: Address) -> str:
    """Name somebody in the audit log without their address."""
    person = find_by_key(db, address.key)
    return f"subscriber:{person.id}" if person else f"address:{address.hash}"


def _need(reason: str, words: str) -> None:
    if not reason.strip():
        raise UsageError(f"a reason is needed: {words}")

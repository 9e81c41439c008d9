"""Gathers all that is kept about a person, for the person: GDPR, Articles 15 and 20."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from subscribers.consent import asking_rest_store, consent_store, link_store
from subscribers.consent.consent import Consent, Suppression, Wish
from subscribers.consent.link_store import LinkRow
from subscribers.importing import import_store, import_undo_store
from subscribers.lists import list_store
from subscribers.lists.mailing_list import Subscription
from subscribers.people.change_address import MOVED_FROM
from subscribers.people.find import find_by_id
from subscribers.subscriber import Subscriber
from subscribers.suppression import suppression_store
from subscribers.wishes import wish_store
from subscribers.wishes.prefer import preferences_of
from subscribers.wishes.profile import Preferences


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """An import that named a person: where their data came from."""

    import_id: int
    file_name: str
    consent: str  # how these people agreed, as it was told
    by: str
    started_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Everything:
    """All that this package keeps about a person."""

    person: Subscriber
    subscriptions: tuple[Subscription, ...]
    list_names: dict[str, str]
    origins: tuple[Origin, ...]
    wishes: tuple[Wish, ...]
    preferences: dict[str, Preferences]  # by scope
    consents: tuple[Consent, ...]  # of this address, and of those before, as long as they were this person's
    texts: dict[str, str]  # the words that were shown, by their hash
    suppressions: tuple[Suppression, ...]
    asking_rests: dict[str, datetime]  # until when they are not asked to join, by list
    links: tuple[LinkRow, ...]
    replaced: tuple[tuple[int, str], ...]  # what imports replaced, as JSON: kept for a time, so that it can be undone


def everything_of(db: Connection, subscriber_id: int) -> Everything:
    """Gather it. Raises UnknownSubscriber."""
    person = find_by_id(db, subscriber_id)
    subscriptions = tuple(list_store.subscriptions_of(db, person.id))
    consents = consents_of_person(db, person.address_hash)
    return Everything(
        person=person,
        subscriptions=subscriptions,
        list_names={one.slug: one.name for one in list_store.lists(db)},
        origins=_origins(db, subscriptions, consents),
        wishes=tuple(wish_store.wishes_of(db, person.id)),
        preferences=preferences_of(db, person.id),
        consents=consents,
        texts={one.text_hash: consent_store.text_of(db, one.text_hash) for one in consents if one.text_hash},
        suppressions=tuple(suppression_store.suppressions_of(db, person.address_hash)),
        asking_rests=asking_rest_store.of_address(db, person.address_hash),
        links=tuple(link_store.links_of(db, person.id)),
        replaced=tuple(import_undo_store.replaced_of(db, person.id)),
    )


def consents_of_person(db: Connection, address_hash: str) -> tuple[Consent, ...]:
    """Give an address's record, and before it that of each address it was moved from, up to the move.

    Whoever has such an address later is another person, whose record is not told.
    """
    found: list[Consent] = []
    waiting: list[tuple[str, datetime | None]] = [(address_hash, None)]
    seen = {address_hash}
    while waiting:
        of, until = waiting.pop()
        records = [one for one in consent_store.consents_of(db, of) if until is None or one.recorded_at <= until]
        found += records
        for one in records:
            before = one.key.removeprefix(MOVED_FROM)
            if one.key.startswith(MOVED_FROM) and before not in seen:
                seen.add(before)
                waiting.append((before, one.recorded_at))
    return tuple(sorted(found, key=lambda one: one.recorded_at))


def _origins(
    db: Connection, subscriptions: tuple[Subscription, ...], consents: tuple[Consent, ...]
) -> tuple[Origin, ...]:
    told = [one.by.removeprefix("import:") for one in consents if one.by.startswith("import:")]
    ids = {int(one) for one in told if one.isdecimal()} | {one.import_id for one in subscriptions if one.import_id}
    rows = [row for row in (import_store.find_import(db, one) for one in sorted(ids)) if row is not None]
    return tuple(
        Origin(
            import_id=row["id"],
            file_name=row["file_name"],
            consent=row["consent"],
            by=row["by"],
            started_at=row["started_at"].isoformat(),
        )
        for row in rows
    )

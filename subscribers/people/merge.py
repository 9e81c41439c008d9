"""Makes two people one, because one person reads both mailboxes. A no that either said wins over every yes.

The kept person takes the other's address right after (see change_address.py): so suppressions need no copy here, and
none is opened for an address that stays in use.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection

from subscribers.consent import consent_store
from subscribers.consent.consent import Act, Consent, SuppressionKind, Wish
from subscribers.errors import SaidNo
from subscribers.people import merge_store, person_store
from subscribers.people.find import find_by_id
from subscribers.subscriber import Subscriber
from subscribers.suppression import suppression_store
from subscribers.wishes import wish_store
from subscribers.wishes.profile import Profile

MERGED_INTO = "subscriber:"  # the key of the record that a person merged away leaves: who they are from now on
_NO = {"opt_out": 2, "mute": 1}
_STATES = {"pending": 0, "active": 1, "left": 2}
_CLOSED = {SuppressionKind.COMPLAINED, SuppressionKind.FORBIDDEN}


def merge(
    db: Connection, keep_id: int, gone_id: int, *, by: str, evidence: str, network_address: str, now: datetime
) -> None:
    """Give everything of one person to another, and remove the first one's row.

    Left wins over active, active over pending; opt_out over mute over follow; where both merely prefer something, the
    kept person's counts. Both addresses' records stay, each with a line about this. Raises UnknownSubscriber, or SaidNo
    where one of them complained or is forbidden.
    """
    keep, gone = find_by_id(db, keep_id), find_by_id(db, gone_id)
    if keep.id == gone.id:
        raise ValueError("nobody can be merged with themselves")
    for person in (keep, gone):
        if suppression_store.open_suppressions(db, person.address_hash) & _CLOSED:
            raise SaidNo(f"subscriber {person.id} complained or is forbidden: `subscriber release` comes first")
    _merge_subscriptions(db, keep_id, gone_id)
    merge_store.put_wishes(
        db, keep_id, combined_wishes(wish_store.wishes_of(db, keep_id), wish_store.wishes_of(db, gone_id))
    )
    merge_store.take_preferences(db, keep_id, gone_id)
    person_store.change_profile(db, keep_id, _missing(keep, gone), now)
    merge_store.remove_row(db, gone_id)
    for person, key in ((gone, f"{MERGED_INTO}{keep_id}"), (keep, "")):
        record = Consent(
            act=Act.MERGED,
            address_hash=person.address_hash,
            subscriber_id=person.id,
            key=key,
            evidence=evidence,
            network_address=network_address,
            recorded_at=now,
            by=by,
        )
        consent_store.record(db, record)


def combined_wishes(keep: Iterable[Wish], gone: Iterable[Wish]) -> list[Wish]:
    """Decide what two people wish as one: in each scope the stronger no of the two, else what the kept one wants. Pure.

    What holds in a scope counts, not only what is written there: a mute everywhere is a no in every newsletter.
    """
    ours, theirs = _by_place(keep), _by_place(gone)
    found: dict[tuple[str, str], Wish] = {}
    # The empty scope comes first: others are written only where they differ from it.
    for scope, key in sorted({*ours, *theirs}):
        wish = _stronger(_holds(ours, scope, key), _holds(theirs, scope, key))
        general = found.get(("", key))
        if wish is not None and not (scope and general is not None and general.kind == wish.kind):
            found[scope, key] = Wish(scope=scope, key=key, kind=wish.kind, since=wish.since)
    return list(found.values())


def _by_place(wishes: Iterable[Wish]) -> dict[tuple[str, str], Wish]:
    return {(wish.scope, wish.key): wish for wish in wishes}


def _holds(wishes: Mapping[tuple[str, str], Wish], scope: str, key: str) -> Wish | None:
    return wishes.get((scope, key)) or wishes.get(("", key))


def _stronger(ours: Wish | None, theirs: Wish | None) -> Wish | None:
    if ours is None or theirs is None:
        return ours or theirs
    return theirs if _NO.get(theirs.kind, 0) > _NO.get(ours.kind, 0) else ours


def _merge_subscriptions(db: Connection, keep_id: int, gone_id: int) -> None:
    ours = {one.list_id: one for one in merge_store.rows_of(db, keep_id)}
    for one in merge_store.rows_of(db, gone_id):
        mine = ours.get(one.list_id)
        if mine is None:
            merge_store.take_subscription(db, one.list_id, keep_id, gone_id)
        elif _STATES[one.state] > _STATES[mine.state]:
            merge_store.put_state(db, one.list_id, keep_id, one.state, one.changed_at)


def _missing(keep: Subscriber, gone: Subscriber) -> Profile:
    """Give what only the other one had told about themselves."""
    profile: Profile = {}
    if not keep.name:
        profile["name"] = gone.name
    if not keep.role:
        profile["role"] = gone.role
    if not keep.country:
        profile["country"] = gone.country
    if gone.paused_until > keep.paused_until:  # days as ISO 8601: to be left alone until then is a no
        profile["paused_until"] = gone.paused_until
    return profile

"""Which address of a person did a mail go to? A late report about it must not fall on the address that they have now.

Only masked forms and hashes of addresses stand outside this package, so a mail keeps the masked one; when a person
moved from which address to which is on record by hash. What neither explains is nobody's: then None.
"""

from datetime import datetime

from sqlalchemy import Connection

from subscribers.address import mask
from subscribers.consent import consent_store
from subscribers.consent.consent import Act
from subscribers.errors import UnknownSubscriber
from subscribers.people import merge_store
from subscribers.people.change_address import MOVED_FROM
from subscribers.people.find import find_by_old_id


def hash_mailed(db: Connection, subscriber_id: int, *, masked: str, at: datetime) -> str | None:
    """Give the hash of the address to which a person was mailed at that moment, by its masked form.

    None for somebody who was erased, and for a mail to an address that is not, and was not, theirs: a new one that
    was never confirmed, or the old one that was told of the new.
    """
    try:
        person = find_by_old_id(db, subscriber_id)
    except UnknownSubscriber:
        return None
    merged_at = merge_store.hash_before_merging(db, subscriber_id)
    mailed = _hash_at(db, subscriber_id, merged_at or person.address_hash, at)
    present = mask(f"{person.address.rpartition('@')[0]}@{person.domain}")
    # The same address may be written in other letters since.
    is_other = bool(masked) and masked.casefold() != present.casefold()
    return None if mailed == person.address_hash and is_other else mailed


def _hash_at(db: Connection, subscriber_id: int, address_hash: str, at: datetime) -> str:
    """Walk back over the moves that came after that moment."""
    moves = _moves(db, subscriber_id, address_hash)
    while moves:
        moved_at, before = max(moves)
        if moved_at <= at:
            break
        address_hash = before
        moves = [one for one in _moves(db, subscriber_id, address_hash) if one[0] < moved_at]
    return address_hash


def _moves(db: Connection, subscriber_id: int, to: str) -> list[tuple[datetime, str]]:
    """Give when a person moved to an address, and from which."""
    return [
        (one.recorded_at, one.key.removeprefix(MOVED_FROM))
        for one in consent_store.consents_of(db, to)
        if one.act is Act.MOVED and one.subscriber_id == subscriber_id and one.key.startswith(MOVED_FROM)
    ]

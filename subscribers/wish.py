"""Follows and mutes. They are wishes about content, no consent: an opt-out is never overwritten here."""

from datetime import datetime

from sqlalchemy import Connection

from subscribers import store
from subscribers.errors import SaidNo
from subscribers.find import find_by_id

_KINDS = ("follow", "mute")


def follow(db: Connection, subscriber_id: int, key: str, *, now: datetime) -> None:
    """Want more of what the key names; ends a mute. Raises SaidNo where the key is an opt-out."""
    _wish(db, subscriber_id, key, "follow", now)


def mute(db: Connection, subscriber_id: int, key: str, *, now: datetime) -> None:
    """Want nothing of what the key names; ends a follow. Raises SaidNo where the key is an opt-out."""
    _wish(db, subscriber_id, key, "mute", now)


def unwish(db: Connection, subscriber_id: int, key: str) -> bool:
    """Neither follow nor mute any longer. Tells whether there was such a wish; an opt-out stays."""
    return store.delete_wish(db, subscriber_id, key, _KINDS)


def _wish(db: Connection, subscriber_id: int, key: str, kind: str, now: datetime) -> None:
    find_by_id(db, subscriber_id)
    if store.new_wish(db, subscriber_id, key, kind, now):
        return
    other = [one for one in _KINDS if one != kind]
    if store.move_wish(db, subscriber_id, key, frm=other, to=kind, now=now):
        return
    if any(wish.key == key and wish.kind == "opt_out" for wish in store.wishes_of(db, subscriber_id)):
        raise SaidNo(f"subscriber {subscriber_id} opted out of {key}: only undoing that brings it back")

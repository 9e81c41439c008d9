"""Follows and mutes. They are wishes about content, no consent: an opt-out is never overwritten here."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection

from subscribers.consent.consent import Wish
from subscribers.errors import SaidNo
from subscribers.people.find import find_by_id
from subscribers.wishes import wish_store

_KINDS = ("follow", "mute", "none")


def follow(db: Connection, subscriber_id: int, key: str, *, now: datetime, scope: str = "") -> None:
    """Want more of what the key names; ends a mute. Raises SaidNo where the key is an opt-out."""
    _wish(db, subscriber_id, key, "follow", now, scope)


def mute(db: Connection, subscriber_id: int, key: str, *, now: datetime, scope: str = "") -> None:
    """Want nothing of what the key names; ends a follow. Raises SaidNo where the key is an opt-out."""
    _wish(db, subscriber_id, key, "mute", now, scope)


def unwish(db: Connection, subscriber_id: int, key: str, *, scope: str = "") -> bool:
    """Neither follow nor mute any longer, in a scope as the person's own wish says. An opt-out stays.

    Tells whether there was such a wish.
    """
    return wish_store.delete_wish(db, subscriber_id, key, _KINDS, scope=scope)


def wish_nothing(db: Connection, subscriber_id: int, key: str, *, scope: str, now: datetime) -> None:
    """Neither follow nor mute in this scope, whatever the person's own wish says elsewhere."""
    _wish(db, subscriber_id, key, "none", now, scope)


def wish_nowhere_else(db: Connection, subscriber_id: int, key: str) -> None:
    """Let the person's own wish count in every scope: what single scopes say of this key is forgotten."""
    wish_store.delete_scoped(db, subscriber_id, key, _KINDS)


def wishes_in(wishes: Collection[Wish], scope: str) -> dict[str, str]:
    """Give what holds in a scope, key to kind: its own wishes, else the person's. Opt-outs hold everywhere."""
    own = {wish.key: wish.kind for wish in wishes if wish.scope == scope}
    person = {wish.key: wish.kind for wish in wishes if not wish.scope}
    return {key: kind for key, kind in (person | own).items() if kind != "none"}


def _wish(db: Connection, subscriber_id: int, key: str, kind: str, now: datetime, scope: str) -> None:
    find_by_id(db, subscriber_id)
    if wish_store.new_wish(db, subscriber_id, key, kind, now, scope=scope):
        return
    other = [one for one in _KINDS if one != kind]
    if wish_store.move_wish(db, subscriber_id, key, frm=other, to=kind, now=now, scope=scope):
        return
    if any(wish.key == key and wish.kind == "opt_out" for wish in wish_store.wishes_of(db, subscriber_id)):
        raise SaidNo(f"subscriber {subscriber_id} opted out of {key}: only undoing that brings it back")

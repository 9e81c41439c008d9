"""Keeps what a person wants: of one newsletter, or of everything they get.

What is wanted of one newsletter stands in for the person's own there. Only what differs is kept, so that whatever was
not touched goes on following the person's own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection

from newsletter.feedback.unsubscribe import opt_out_key
from subscribers.subscriber import Subscriber
from subscribers.wishes import wish_store
from subscribers.wishes.prefer import as_wanted, change_profile, prefer, prefer_nowhere_else, preferences_of
from subscribers.wishes.profile import THE_NEWSLETTERS_HOUR, Preferences, Profile
from subscribers.wishes.wish import follow, mute, unwish, wish_nothing, wish_nowhere_else, wishes_in

FOLLOW, MUTE, NO_WISH = "follow", "mute", "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What was chosen; what was not said stays as it is."""

    wishes: Mapping[str, str] = field(default_factory=dict)  # key to follow | mute | none
    values: Profile = field(default_factory=Profile)


def keep_for_newsletter(
    db: Connection, person: Subscriber, newsletter: str, choices: Choices, *, now: datetime
) -> None:
    """Keep choices for one newsletter only. What is as the person has it everywhere is not kept twice."""
    scope = opt_out_key(newsletter)
    wanted = as_wanted(person, preferences_of(db, person.id).get(scope, {}))
    changes = {
        name: None if value == stored(person, name) else _scoped(name, value)
        for name, value in choices.values.items()
        if value != stored(wanted, name)
    }
    prefer(db, person.id, scope, cast("Preferences", changes), now=now)
    wishes = wish_store.wishes_of(db, person.id)
    here, own = wishes_in(wishes, scope), wishes_in(wishes, "")
    for key, wish in choices.wishes.items():
        if wish == here.get(key, NO_WISH):
            continue
        if wish == own.get(key, NO_WISH):
            unwish(db, person.id, key, scope=scope)
        elif wish == NO_WISH:
            wish_nothing(db, person.id, key, scope=scope, now=now)
        else:
            (follow if wish == FOLLOW else mute)(db, person.id, key, scope=scope, now=now)


def keep_for_everything(
    db: Connection, person: Subscriber, newsletter: str, choices: Choices, *, now: datetime
) -> None:
    """Keep choices made on a newsletter's page as the person's own: they count in every newsletter.

    What is neither another than the person's own nor another than it was on that page was merely sent along: a pause or
    a mute in another newsletter stays.
    """
    scope = opt_out_key(newsletter)
    wanted = as_wanted(person, preferences_of(db, person.id).get(scope, {}))
    chosen = {
        name: value
        for name, value in choices.values.items()
        if value != stored(person, name) or value != stored(wanted, name)
    }
    changes = {name: value for name, value in chosen.items() if value != stored(person, name)}
    change_profile(db, person.id, cast("Profile", changes), now=now)
    prefer_nowhere_else(db, person.id, list(chosen), now=now)
    wishes = wish_store.wishes_of(db, person.id)
    here, own = wishes_in(wishes, scope), wishes_in(wishes, "")
    for key, wish in choices.wishes.items():
        if wish == own.get(key, NO_WISH) == here.get(key, NO_WISH):
            continue
        wish_nowhere_else(db, person.id, key)
        if wish == own.get(key, NO_WISH):
            continue
        if wish == NO_WISH:
            unwish(db, person.id, key)
        else:
            (follow if wish == FOLLOW else mute)(db, person.id, key, now=now)


def stored(person: Subscriber, name: str) -> Any:
    """Give a value as a profile stores it."""
    value = getattr(person, name)
    return ";".join(value) if isinstance(value, tuple) else value


def _scoped(name: str, value: object) -> object:
    return THE_NEWSLETTERS_HOUR if name == "hour" and value is None else value

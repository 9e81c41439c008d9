"""The two doors outward: who may be mailed. Nothing else of this package hands out people to sending code.

The key of the opt-out is also the scope of what a person wants there: "newsletter:weekly".

Neither door ever yields a suppressed, unconfirmed or departed person, or one who opted out of the key in question.
`members` is asked when an issue is planned, `still_mailable` when a delivery is claimed: a no said in between counts.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from subscribers import door_store
from subscribers.consent import SuppressionKind
from subscribers.errors import UnknownList
from subscribers.person_store import languages_of
from subscribers.store import portions
from subscribers.subscriber import Member, NotMailable, Recipient
from subscribers.wish import wishes_in

_UNSUBSCRIBED = NotMailable("unsubscribed")
_UNCONFIRMED = NotMailable("unconfirmed")
_ERASED = NotMailable("erased")
# Who complained, bounces or is forbidden gets no notice either. Who left may ask for one: to join again, or for data.
_NO_NOTICE = frozenset({SuppressionKind.FORBIDDEN, SuppressionKind.COMPLAINED, SuppressionKind.BOUNCED})


def members(
    db: Connection, lists: Sequence[str], *, opt_out: str, after: int, limit: int, segment: None = None
) -> list[Member]:
    """Give the next people of these lists, by id from `after` on; each once, whatever lists they come through.

    The end is reached when fewer than `limit` come back.
    """
    del segment  # the rule of a segment will narrow the list here; nothing passes one yet
    found: dict[int, Member] = {}
    for list_id, _ in _lists(db, lists):
        # The first `limit` of each list hold the first `limit` of them all.
        found.update(
            (one.subscriber_id, one) for one in door_store.mailable_of_list(db, list_id, opt_out, after, limit)
        )
    return [found[subscriber_id] for subscriber_id in sorted(found)[:limit]]


def member_count(db: Connection, lists: Sequence[str], *, opt_out: str) -> int:
    """Count the people that `members` would give, each once."""
    return door_store.count_mailable(db, [list_id for list_id, _ in _lists(db, lists)], opt_out)


def still_mailable(
    db: Connection, ids: Sequence[int], lists: Sequence[str], *, opt_out: str
) -> dict[int, Recipient | NotMailable]:
    """Say of each of these ids who it is, or why they may not be mailed. Every id is answered."""
    found_lists = _lists(db, lists)
    answers: dict[int, Recipient | NotMailable] = {}
    for portion in portions(ids):
        answers |= _answer(db, portion, found_lists, opt_out)
    return answers


def recipient_of_notice(db: Connection, subscriber_id: int) -> Recipient | NotMailable:
    """Say who gets a notice (data export, test). Lists do not count: the person asked for it.

    The name of somebody who is active nowhere is left out: anybody may have typed it beside that address.
    """
    return _recipient_of_notice(db, subscriber_id, _NO_NOTICE)


def recipient_of_confirmation(db: Connection, subscriber_id: int) -> Recipient | NotMailable:
    """Say who is asked to confirm: also somebody whose mail bounced, since a mailbox may work again."""
    return _recipient_of_notice(db, subscriber_id, _NO_NOTICE - {SuppressionKind.BOUNCED})


def _recipient_of_notice(
    db: Connection, subscriber_id: int, forbidding: frozenset[SuppressionKind]
) -> Recipient | NotMailable:
    ids = [subscriber_id]
    row = door_store.people(db, ids, "").get(subscriber_id)
    if row is None:
        return _ERASED
    kinds = door_store.suppressed_ids(db, ids).get(subscriber_id, set()) & forbidding
    if kinds:
        return _suppressed(kinds)
    wishes = wishes_in(door_store.wishes_of_many(db, ids, "").get(subscriber_id, ()), "")
    values = dict(row)
    if not door_store.has_active(db, subscriber_id):
        values["name"] = ""
    return _recipient(values, wishes, "")


def refusal_of_notice(kinds: set[SuppressionKind]) -> NotMailable | None:
    """Say why these open suppressions forbid even a notice; None where they do not."""
    return _suppressed(kinds & _NO_NOTICE) if kinds & _NO_NOTICE else None


def _lists(db: Connection, slugs: Sequence[str]) -> list[tuple[int, str]]:
    """Give id and name in the order asked for; a list that is not there is an error, not nobody."""
    found = door_store.list_names(db, slugs)
    for slug in slugs:
        if slug not in found:
            raise UnknownList(slug)
    return [found[slug] for slug in dict.fromkeys(slugs)]


def _answer(
    db: Connection, ids: Sequence[int], lists: list[tuple[int, str]], opt_out: str
) -> dict[int, Recipient | NotMailable]:
    people = door_store.people(db, ids, opt_out)
    suppressed = door_store.suppressed_ids(db, ids)
    states = door_store.states(db, ids, [list_id for list_id, _ in lists])
    wishes = door_store.wishes_of_many(db, ids, opt_out)
    answers: dict[int, Recipient | NotMailable] = {}
    for subscriber_id in ids:
        row, kinds = people.get(subscriber_id), suppressed.get(subscriber_id)
        wished = wishes_in(wishes.get(subscriber_id, ()), opt_out)
        came_through = _came_through(states.get(subscriber_id, {}), lists)
        if row is None:
            answers[subscriber_id] = _ERASED
        elif kinds:
            answers[subscriber_id] = _suppressed(kinds)
        elif isinstance(came_through, NotMailable):
            answers[subscriber_id] = came_through
        elif wished.get(opt_out) == "opt_out":
            answers[subscriber_id] = _UNSUBSCRIBED
        else:
            answers[subscriber_id] = _recipient(row, wished, came_through)
    return answers


def _came_through(states: Mapping[int, str], lists: list[tuple[int, str]]) -> str | NotMailable:
    """Give the name of the first of the lists on which a person is active."""
    for list_id, name in lists:
        if states.get(list_id) == "active":
            return name
    return _UNCONFIRMED if "pending" in states.values() else _UNSUBSCRIBED


def _suppressed(kinds: set[SuppressionKind]) -> NotMailable:
    gravest = next(kind for kind in SuppressionKind if kind in kinds)
    return NotMailable(f"suppressed:{gravest.value}")


def _recipient(values: Mapping[Any, Any], wishes: Mapping[str, str], list_name: str) -> Recipient:
    return Recipient(
        subscriber_id=values["id"],
        address=values["address"],
        domain=values["domain"],
        name=values["name"],
        language=values["language"],
        reading_languages=languages_of(values["reading_languages"]),
        zone=values["zone"],
        frequency=values["frequency"],
        paused_until=values["paused_until"],
        length=values["length"],
        plain_text=values["plain_text"],
        role=values["role"],
        country=values["country"],
        follows=frozenset(key for key, kind in wishes.items() if kind == "follow"),
        mutes=frozenset(key for key, kind in wishes.items() if kind == "mute"),
        list_name=list_name,
    )

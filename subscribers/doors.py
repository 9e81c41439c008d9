"""The two doors outward: who may be mailed. Nothing else of this package hands out people to sending code.

The key of the opt-out is also the scope of what a person wants there: "newsletter:weekly".

Neither door ever yields a suppressed, unconfirmed or departed person, or one who opted out of the key in question.
`members` is asked when an issue is planned, `still_mailable` when a delivery is claimed: a no said in between counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from subscribers import door_store
from subscribers.consent.consent import SuppressionKind
from subscribers.door_store import Way
from subscribers.errors import UnknownList
from subscribers.people.person_store import languages_of
from subscribers.segments import segment_store
from subscribers.segments.parse import parse_rule
from subscribers.store import portions
from subscribers.subscriber import Member, NotMailable, Recipient
from subscribers.wishes.wish import wishes_in

_UNSUBSCRIBED = NotMailable("unsubscribed")
_UNCONFIRMED = NotMailable("unconfirmed")
_ERASED = NotMailable("erased")
_WINDOW = 2000  # people of a list that one step looks at, whatever a rule says of them
# Who complained, bounces or is forbidden gets no notice either. Who left may ask for one: to join again, or for data.
_NO_NOTICE = frozenset({SuppressionKind.FORBIDDEN, SuppressionKind.COMPLAINED, SuppressionKind.BOUNCED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """The people of one step through the lists, and how far that step looked."""

    members: list[Member]
    after: int  # the next step begins behind this id
    ended: bool


def members(db: Connection, lists: Sequence[str], *, opt_out: str, after: int, limit: int) -> list[Member]:
    """Give the next people of these lists and segments, by id from `after` on; each once, whatever they come through.

    The end is reached when fewer than `limit` come back. It looks as far as it must: planning takes `next_members`.
    """
    found: list[Member] = []
    while len(found) < limit:
        portion = next_members(db, lists, opt_out=opt_out, after=after, limit=limit - len(found))
        found += portion.members
        if portion.ended:
            break
        after = portion.after
    return found


def next_members(db: Connection, lists: Sequence[str], *, opt_out: str, after: int, limit: int) -> Portion:
    """Take one step through these lists and segments: at most `limit` people, out of at most 2,000 of each list.

    A step costs the same however few people a rule describes; it may find nobody and not be the last.
    """
    ways = _ways(db, lists)
    windows = [door_store.last_of_window(db, one, after, _WINDOW) for one in {way.list_id for way in ways}]
    upto = min((one for one in windows if one is not None), default=None)
    found: dict[int, Member] = {}
    for way in ways:
        # The first `limit` of each list hold the first `limit` of them all.
        portion = door_store.mailable_of_list(db, way, opt_out, after, limit, upto=upto)
        found.update((one.subscriber_id, one) for one in portion)
    chosen = [found[subscriber_id] for subscriber_id in sorted(found)[:limit]]
    if len(chosen) == limit:
        return Portion(members=chosen, after=chosen[-1].subscriber_id, ended=False)
    return Portion(members=chosen, after=after if upto is None else upto, ended=upto is None)


def member_count(db: Connection, lists: Sequence[str], *, opt_out: str) -> int:
    """Count the people that `members` would give, each once."""
    return door_store.count_mailable(db, _ways(db, lists), opt_out)


def is_described(db: Connection, subscriber_id: int, lists: Sequence[str], *, opt_out: str) -> bool:
    """Tell whether an active person of these lists would be planned: whether a list, or a segment's rule, has them."""
    return bool(door_store.described(db, _ways(db, lists), [subscriber_id], opt_out))


def first_list_name(db: Connection, lists: Sequence[str]) -> str:
    """Give the name of the first of these lists; of a segment its list's, as readers see it."""
    return _ways(db, lists[:1])[0].list_name


def first_list(db: Connection, lists: Sequence[str]) -> str:
    """Give the slug of the list that people join for these lists: the first, or of a segment its list."""
    return _ways(db, lists[:1])[0].list_slug


def lists_under(db: Connection, slugs: Sequence[str]) -> list[str]:
    """Give the lists on which the people of these lists and segments are; what is not there (yet) is left out."""
    segments = segment_store.segments_of_slugs(db, slugs)
    named = [segments[slug].list_slug if slug in segments else slug for slug in slugs]
    found = door_store.lists_by_slug(db, named)
    return [slug for slug in dict.fromkeys(named) if slug in found]


def still_mailable(
    db: Connection, ids: Sequence[int], lists: Sequence[str], *, opt_out: str
) -> dict[int, Recipient | NotMailable]:
    """Say of each of these ids who it is, or why they may not be mailed. Every id is answered.

    Of a segment only its list counts here: a rule that was changed since the planning drops nobody who was planned.
    """
    ways = _ways(db, lists)
    answers: dict[int, Recipient | NotMailable] = {}
    for portion in portions(ids):
        answers |= _answer(db, portion, ways, opt_out)
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


def _ways(db: Connection, slugs: Sequence[str]) -> list[Way]:
    """Give lists and segments in the order asked for; one that is not there is an error, not nobody."""
    found = door_store.lists_by_slug(db, slugs)
    by_rule = segment_store.segments_of_slugs(db, [slug for slug in slugs if slug not in found])
    on = door_store.lists_by_slug(db, [one.list_slug for one in by_rule.values()])
    for slug, segment in by_rule.items():
        found[slug] = replace(on[segment.list_slug], rule=parse_rule(segment.rule).rule)
    for slug in slugs:
        if slug not in found:
            raise UnknownList(slug)
    return [found[slug] for slug in dict.fromkeys(slugs)]


def _answer(db: Connection, ids: Sequence[int], ways: list[Way], opt_out: str) -> dict[int, Recipient | NotMailable]:
    people = door_store.people(db, ids, opt_out)
    suppressed = door_store.suppressed_ids(db, ids)
    states = door_store.states(db, ids, [way.list_id for way in ways])
    through = _ways_of_many(db, ways, states, opt_out)
    wishes = door_store.wishes_of_many(db, ids, opt_out)
    answers: dict[int, Recipient | NotMailable] = {}
    for subscriber_id in ids:
        row, kinds = people.get(subscriber_id), suppressed.get(subscriber_id)
        wished = wishes_in(wishes.get(subscriber_id, ()), opt_out)
        came_through = through.get(subscriber_id, _UNSUBSCRIBED)
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


def _ways_of_many(
    db: Connection, ways: list[Way], states: Mapping[int, Mapping[int, str]], opt_out: str
) -> dict[int, str | NotMailable]:
    """Give the name of the list that each came through, or why through none.

    Who left one of the lists and is active on the list of a segment only may never have been in the segment: they came
    through what they left. There the rule counts after all.
    """
    unsure = [one for one, mine in states.items() if "left" in mine.values() and _is_in_part_only(mine, ways)]
    by_rule = [way for way in ways if way.rule is not None]
    sure = door_store.described(db, by_rule, unsure, opt_out) if unsure and by_rule else set()
    dropped = set(unsure) - sure
    return {one: _UNSUBSCRIBED if one in dropped else _came_through(mine, ways) for one, mine in states.items()}


def _is_in_part_only(states: Mapping[int, str], ways: list[Way]) -> bool:
    """Tell whether a person is active on lists of segments, and on no list that is named as a whole."""
    active = [way for way in ways if states.get(way.list_id) == "active"]
    return bool(active) and all(way.rule is not None for way in active)


def _came_through(states: Mapping[int, str], ways: list[Way]) -> str | NotMailable:
    """Give the name of the first of the lists on which a person is active; whole lists go before parts of them."""
    for way in sorted(ways, key=lambda one: one.rule is not None):
        if states.get(way.list_id) == "active":
            return way.list_name
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

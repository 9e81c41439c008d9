"""The SQL of the two doors. Fit for a million people: keyset by index, four queries for 500 ids, no full scan."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Join, RowMapping, and_, exists, func, or_, select
from sqlalchemy.sql.expression import FromClause

from subscribers.consent.consent import SuppressionKind, Wish
from subscribers.segments.rule import Rule
from subscribers.segments.segment_store import whom
from subscribers.subscriber import Member
from subscribers.tables import (
    mailing_lists,
    preferences,
    subscribers,
    subscriptions,
    suppressed_domains,
    suppressions,
    wishes,
)
from subscribers.wishes.profile import THE_NEWSLETTERS_HOUR


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How people come to a newsletter: a list, or those of it whom a rule describes."""

    list_id: int
    list_slug: str
    list_name: str
    rule: Rule | None  # None: the whole list


def lists_by_slug(db: Connection, slugs: Sequence[str]) -> dict[str, Way]:
    """Give the lists that there are, by slug, as ways for everybody on them."""
    query = select(mailing_lists.c.slug, mailing_lists.c.id, mailing_lists.c.name)
    found = db.execute(query.where(mailing_lists.c.slug.in_(slugs)))
    return {row.slug: Way(list_id=row.id, list_slug=row.slug, list_name=row.name, rule=None) for row in found}


def last_of_window(db: Connection, list_id: int, after: int, size: int) -> int | None:
    """Give the id of the last of the next so many people of a list, whatever their state; None: so many are not left.

    It reads the primary key only.
    """
    mine = (subscriptions.c.list_id == list_id, subscriptions.c.subscriber_id > after)
    ordered = select(subscriptions.c.subscriber_id).where(*mine).order_by(subscriptions.c.subscriber_id)
    return db.execute(ordered.offset(size - 1).limit(1)).scalar_one_or_none()


def mailable_of_list(
    db: Connection, way: Way, opt_out: str, after: int, limit: int, *, upto: int | None = None
) -> list[Member]:
    """Give the next active people of a way who have neither opted out nor an open suppression, by id.

    It walks the primary key of subscriptions from `after` on to `upto`, so that a portion costs the same at any size,
    and however few people a rule describes.
    """
    query = (
        select(subscribers.c.id, subscribers.c.domain, *_preferred(_MEMBER))
        .select_from(_with_preferences(_LISTED, opt_out))
        .where(_comes(db, way, opt_out), subscriptions.c.subscriber_id > after, *_mailable(opt_out))
        .order_by(subscriptions.c.subscriber_id)
        .limit(limit)
    )
    if upto is not None:
        query = query.where(subscriptions.c.subscriber_id <= upto)
    return [
        Member(subscriber_id=id_, domain=domain, language=language, zone=zone, hour=hour, days=days)
        for id_, domain, language, zone, hour, days in db.execute(query)
    ]


def count_mailable(db: Connection, ways: Sequence[Way], opt_out: str) -> int:
    """Count the people that mailable_of_list would give for these ways together, each once."""
    query = (
        select(func.count(subscriptions.c.subscriber_id.distinct()))
        .select_from(_with_preferences(_LISTED, opt_out))
        .where(or_(*(_comes(db, way, opt_out) for way in ways)), *_mailable(opt_out))
    )
    return int(db.execute(query).scalar_one())


def described(db: Connection, ways: Sequence[Way], ids: Sequence[int], opt_out: str) -> set[int]:
    """Give those of these people who are active on one of these ways, and whom its rule describes."""
    query = (
        select(subscriptions.c.subscriber_id)
        .select_from(_with_preferences(_LISTED, opt_out))
        .where(or_(*(_comes(db, way, opt_out) for way in ways)), subscriptions.c.state == "active")
        .where(subscriptions.c.subscriber_id.in_(ids))
    )
    return set(db.execute(query).scalars())


_LISTED = subscriptions.join(subscribers, subscribers.c.id == subscriptions.c.subscriber_id)


def _comes(db: Connection, way: Way, opt_out: str) -> ColumnElement[bool]:
    on_list = subscriptions.c.list_id == way.list_id
    return on_list if way.rule is None else and_(on_list, whom(db, way.rule, way.list_slug, opt_out))


def _mailable(opt_out: str) -> tuple[ColumnElement[bool], ...]:
    opted_out = exists().where(
        wishes.c.subscriber_id == subscriptions.c.subscriber_id,
        wishes.c.scope == "",
        wishes.c.key == opt_out,
        wishes.c.kind == "opt_out",
    )
    suppressed = exists().where(
        suppressions.c.address_hash == subscribers.c.address_hash, suppressions.c.ended_at.is_(None)
    )
    closed = exists().where(
        suppressed_domains.c.domain == subscribers.c.domain, suppressed_domains.c.ended_at.is_(None)
    )
    return subscriptions.c.state == "active", ~opted_out, ~suppressed, ~closed


def people(db: Connection, ids: Sequence[int], scope: str) -> dict[int, RowMapping]:
    """Give what composing needs of people, as they want it in this scope."""
    query = (
        select(*_PERSON, *_preferred(_RECIPIENT))
        .select_from(_with_preferences(subscribers, scope))
        .where(subscribers.c.id.in_(ids))
    )
    return {row["id"]: row for row in db.execute(query).mappings()}


_MEMBER = ("language", "zone", "hour", "days")
_RECIPIENT = ("language", "reading_languages", "zone", "frequency", "paused_until", "length", "plain_text")
_PERSON = (
    subscribers.c.id,
    subscribers.c.address,
    subscribers.c.domain,
    subscribers.c.name,
    subscribers.c.role,
    subscribers.c.country,
)


def _preferred(names: Sequence[str]) -> list[ColumnElement[Any]]:
    """Give what a person wants in the scope that is joined, else everywhere."""
    return [_wanted(name).label(name) for name in names]


def _wanted(name: str) -> ColumnElement[Any]:
    wanted = func.coalesce(preferences.c[name], subscribers.c[name])
    return func.nullif(wanted, THE_NEWSLETTERS_HOUR) if name == "hour" else wanted


def _with_preferences(people: FromClause, scope: str) -> Join:
    wanted = and_(preferences.c.subscriber_id == subscribers.c.id, preferences.c.scope == scope)
    return people.outerjoin(preferences, wanted)


def states(db: Connection, ids: Sequence[int], list_ids: Sequence[int]) -> dict[int, dict[int, str]]:
    """Give the state of people on these lists: subscriber, then list."""
    query = select(subscriptions.c.subscriber_id, subscriptions.c.list_id, subscriptions.c.state).where(
        subscriptions.c.subscriber_id.in_(ids), subscriptions.c.list_id.in_(list_ids)
    )
    found: dict[int, dict[int, str]] = {}
    for subscriber_id, list_id, state in db.execute(query):
        found.setdefault(subscriber_id, {})[list_id] = state
    return found


def has_active(db: Connection, subscriber_id: int) -> bool:
    """Tell whether a person is active on any list."""
    which = (subscriptions.c.subscriber_id == subscriber_id, subscriptions.c.state == "active")
    return db.execute(select(subscriptions.c.list_id).where(*which).limit(1)).first() is not None


def wishes_of_many(db: Connection, ids: Sequence[int], scope: str) -> dict[int, list[Wish]]:
    """Give people's wishes: their own, and those of a scope."""
    columns = (wishes.c.subscriber_id, wishes.c.scope, wishes.c.key, wishes.c.kind, wishes.c.since)
    query = select(*columns).where(wishes.c.subscriber_id.in_(ids), wishes.c.scope.in_({"", scope}))
    found: dict[int, list[Wish]] = {}
    for subscriber_id, of, key, kind, since in db.execute(query):
        found.setdefault(subscriber_id, []).append(Wish(scope=of, key=key, kind=kind, since=since))
    return found


def suppressed_ids(db: Connection, ids: Sequence[int]) -> dict[int, set[SuppressionKind]]:
    """Give the kinds of the open suppressions of these people: of their addresses, and of their domains."""
    by_address = select(subscribers.c.id, suppressions.c.kind).join(
        suppressions, suppressions.c.address_hash == subscribers.c.address_hash
    )
    by_domain = select(subscribers.c.id, suppressed_domains.c.kind).join(
        suppressed_domains, suppressed_domains.c.domain == subscribers.c.domain
    )
    found: dict[int, set[SuppressionKind]] = {}
    for query, table in ((by_address, suppressions), (by_domain, suppressed_domains)):
        for subscriber_id, kind in db.execute(query.where(subscribers.c.id.in_(ids), table.c.ended_at.is_(None))):
            found.setdefault(subscriber_id, set()).add(SuppressionKind(kind))
    return found

"""The SQL of the two doors. Fit for a million people: keyset by index, four queries for 500 ids, no full scan."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, RowMapping, exists, func, select

from subscribers.consent import SuppressionKind
from subscribers.subscriber import Member
from subscribers.tables import mailing_lists, subscribers, subscriptions, suppressions, wishes


def list_names(db: Connection, slugs: Sequence[str]) -> dict[str, tuple[int, str]]:
    """Give id and name of the lists that there are, by slug."""
    query = select(mailing_lists.c.slug, mailing_lists.c.id, mailing_lists.c.name)
    return {row.slug: (row.id, row.name) for row in db.execute(query.where(mailing_lists.c.slug.in_(slugs)))}


def mailable_of_list(db: Connection, list_id: int, opt_out: str, after: int, limit: int) -> list[Member]:
    """Give the next active people of a list who have neither opted out nor an open suppression, by id.

    It walks the primary key of subscriptions from `after` on, so that a portion costs the same at any size.
    """
    person = subscribers.c
    query = (
        select(person.id, person.domain, person.language, person.zone, person.hour, person.frequency)
        .select_from(subscriptions.join(subscribers, person.id == subscriptions.c.subscriber_id))
        .where(subscriptions.c.list_id == list_id, subscriptions.c.subscriber_id > after, *_mailable(opt_out))
        .order_by(subscriptions.c.subscriber_id)
        .limit(limit)
    )
    return [
        Member(subscriber_id=id_, domain=domain, language=language, zone=zone, hour=hour, frequency=frequency)
        for id_, domain, language, zone, hour, frequency in db.execute(query)
    ]


def count_mailable(db: Connection, list_ids: Sequence[int], opt_out: str) -> int:
    """Count the people that mailable_of_list would give for these lists together, each once."""
    query = (
        select(func.count(subscriptions.c.subscriber_id.distinct()))
        .select_from(subscriptions.join(subscribers, subscribers.c.id == subscriptions.c.subscriber_id))
        .where(subscriptions.c.list_id.in_(list_ids), *_mailable(opt_out))
    )
    return int(db.execute(query).scalar_one())


def _mailable(opt_out: str) -> tuple[ColumnElement[bool], ...]:
    opted_out = exists().where(
        wishes.c.subscriber_id == subscriptions.c.subscriber_id, wishes.c.key == opt_out, wishes.c.kind == "opt_out"
    )
    suppressed = exists().where(
        suppressions.c.address_hash == subscribers.c.address_hash, suppressions.c.ended_at.is_(None)
    )
    return subscriptions.c.state == "active", ~opted_out, ~suppressed


def people(db: Connection, ids: Sequence[int]) -> dict[int, RowMapping]:
    """Give what composing needs of people."""
    return {row["id"]: row for row in db.execute(select(*_PERSON).where(subscribers.c.id.in_(ids))).mappings()}


_PERSON = (
    subscribers.c.id,
    subscribers.c.address,
    subscribers.c.domain,
    subscribers.c.name,
    subscribers.c.language,
    subscribers.c.reading_languages,
    subscribers.c.zone,
    subscribers.c.length,
    subscribers.c.plain_text,
    subscribers.c.role,
    subscribers.c.country,
)


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


def wishes_of_many(db: Connection, ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """Give people's wishes: subscriber, then key to kind."""
    query = select(wishes.c.subscriber_id, wishes.c.key, wishes.c.kind).where(wishes.c.subscriber_id.in_(ids))
    found: dict[int, dict[str, str]] = {}
    for subscriber_id, key, kind in db.execute(query):
        found.setdefault(subscriber_id, {})[key] = kind
    return found


def suppressed_ids(db: Connection, ids: Sequence[int]) -> dict[int, set[SuppressionKind]]:
    """Give the kinds of the open suppressions of these people."""
    query = (
        select(subscribers.c.id, suppressions.c.kind)
        .join(suppressions, suppressions.c.address_hash == subscribers.c.address_hash)
        .where(subscribers.c.id.in_(ids), suppressions.c.ended_at.is_(None))
    )
    found: dict[int, set[SuppressionKind]] = {}
    for subscriber_id, kind in db.execute(query):
        found.setdefault(subscriber_id, set()).add(SuppressionKind(kind))
    return found

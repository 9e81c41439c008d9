"""The SQL of segments: their rows, and a rule as a condition on people. Never opens a transaction.

A rule becomes expressions with bound parameters and nothing else: no word of it is ever SQL. Each condition is true or
false and never NULL, so that `not` means what it says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, cast, exists, func, literal, not_, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB

from subscribers.lists.mailing_list import SubscriptionState
from subscribers.segments.rule import (
    AllOf,
    AnyOf,
    AttributeIs,
    Condition,
    Has,
    HasAttribute,
    Is,
    Moment,
    Not,
    Reads,
    Rule,
    Stands,
    When,
    Wishes,
)
from subscribers.segments.segment import Segment
from subscribers.store import insert_new
from subscribers.tables import consents, mailing_lists, preferences, segments, subscribers, subscriptions, wishes

# How somebody comes to be on a list; the newest of these is when they joined it.
_YES = ("confirmed", "imported", "added")
_LETTERS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


def put_segment(db: Connection, slug: str, values: Mapping[str, object], now: datetime) -> None:
    """Make a segment, or give the one of this slug these values; one that was removed is there again."""
    made = insert_new(db, segments).values(slug=slug, created_at=now, updated_at=now, **values)
    db.execute(made)
    db.execute(update(segments).where(segments.c.slug == slug).values(**values, updated_at=now, removed_at=None))


def remove_segment(db: Connection, slug: str, now: datetime) -> bool:
    """Tells whether there was one to be removed."""
    there = update(segments).where(segments.c.slug == slug, segments.c.removed_at.is_(None))
    return db.execute(there.values(removed_at=now)).rowcount > 0


def segments_of_slugs(db: Connection, slugs: Sequence[str]) -> dict[str, Segment]:
    """Give the segments that have one of these slugs, removed ones too."""
    return {one.slug: one for one in _read(db, segments.c.slug.in_(slugs))}


def present_segments(db: Connection) -> list[Segment]:
    """Give the segments that are not removed, by slug."""
    return _read(db, segments.c.removed_at.is_(None))


def _read(db: Connection, which: ColumnElement[bool]) -> list[Segment]:
    columns = [column for column in segments.c if column.name != "list_id"]
    query = select(*columns, mailing_lists.c.slug.label("list_slug")).join(
        mailing_lists, mailing_lists.c.id == segments.c.list_id
    )
    return [Segment(**row) for row in db.execute(query.where(which).order_by(segments.c.slug)).mappings()]


def list_is_there(db: Connection, slug: str) -> bool:
    return db.execute(select(mailing_lists.c.id).where(mailing_lists.c.slug == slug)).first() is not None


def whom(db: Connection, rule: Rule, list_slug: str, scope: str) -> ColumnElement[bool]:
    """Give a rule as a condition on rows of subscriptions of its list, joined with subscribers and preferences.

    What holds in the scope ("newsletter:weekly") counts, as for everything else there; else the person's own.
    """
    return _Reading(db.dialect.name, list_slug, scope).rule(rule)


@dataclass(frozen=True, slots=True)
class _Reading:
    """Turns a rule into SQL, for one database, one list and one scope."""

    dialect: str
    list_slug: str
    scope: str

    def rule(self, rule: Rule) -> ColumnElement[bool]:
        match rule:
            case AnyOf(parts):
                return or_(*(self.rule(part) for part in parts))
            case AllOf(parts):
                return and_(*(self.rule(part) for part in parts))
            case Not(part):
                return not_(self.rule(part))
        return self._condition(rule)

    def _condition(self, rule: Condition) -> ColumnElement[bool]:
        match rule:
            case Is(field, values):
                found = self._is(field, values)
            case Has(field):
                found = self._wanted(field) != ""
            case AttributeIs(name, values):
                found = self._attribute(name, values)
            case HasAttribute(name):
                found = self._attribute(name, None)
            case Wishes(kind, topics):
                found = or_(*(self._wish(f"topic:{topic}", kind) for topic in topics))
            case Reads(languages):
                found = or_(*(self._reads(language) for language in languages))
            case Stands(state, list_slug):
                found = _stands(list_slug, state)
            case When():
                found = self._when(rule)
        return found

    def _is(self, field: str, values: Sequence[str]) -> ColumnElement[bool]:
        if field == "role":
            return self._lower(subscribers.c.role).in_([_lowered(one) for one in values])
        return self._wanted(field).in_(values)

    def _wanted(self, field: str) -> ColumnElement[Any]:
        """Give what stands in a field in this scope, else of the person."""
        if field not in preferences.c:
            return subscribers.c[field]
        return func.coalesce(preferences.c[field], subscribers.c[field])

    def _attribute(self, name: str, values: Sequence[str] | None) -> ColumnElement[bool]:
        """Look for an attribute by its name, and by its values where some are given."""
        cells = self._attributes().table_valued("key", "value")
        asked = [self._lower(cells.c.key) == _lowered(name)]
        if values is None:
            asked.append(cells.c.value != "")
        else:
            asked.append(self._lower(cells.c.value).in_([_lowered(one) for one in values]))
        return select(literal(1)).select_from(cells).where(*asked).exists()

    def _attributes(self) -> Any:
        if self.dialect == "sqlite":
            return func.json_each(subscribers.c.attributes)
        # PostgreSQL refuses U+0000 in JSON, and one such cell of an import must stop no issue.
        return func.jsonb_each_text(cast(func.replace(subscribers.c.attributes, "\\u0000", "\\ufffd"), JSONB))

    def _lower(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """Make A to Z small and nothing else: that is all that SQLite can, so PostgreSQL is told to do the same."""
        return func.lower(column if self.dialect == "sqlite" else column.collate("C"))

    def _wish(self, key: str, kind: str) -> ColumnElement[bool]:
        """Compare what holds in this scope: its own wish, else the person's (see wish.wishes_in)."""
        own = self._kind_of_wish(key, "")
        holds = func.coalesce(self._kind_of_wish(key, self.scope), own) if self.scope else own
        return func.coalesce(holds, "") == kind

    def _kind_of_wish(self, key: str, scope: str) -> Any:
        mine = (wishes.c.subscriber_id == subscribers.c.id, wishes.c.scope == scope, wishes.c.key == key)
        return select(wishes.c.kind).where(*mine).scalar_subquery()

    def _reads(self, language: str) -> ColumnElement[bool]:
        named = self._wanted("reading_languages")
        return case(
            (named == "", self._wanted("language") == language),
            else_=(literal(";") + named + ";").contains(f";{language};", autoescape=True),
        )

    def _when(self, rule: When) -> ColumnElement[bool]:
        at = self._moment(rule.moment)
        match rule.how:
            case "before":
                held = at < rule.period.start
            case "after":
                held = at >= rule.period.end
            case "since":
                held = at >= rule.period.start
            case "in":
                held = and_(at >= rule.period.start, at < rule.period.end)
        return func.coalesce(held, literal(value=False))

    def _moment(self, moment: Moment) -> ColumnElement[Any]:
        """Give when somebody last said yes to this list, by the record; NULL: never."""
        acts = _YES if moment == "joined" else ("confirmed",)
        said = select(func.max(func.coalesce(consents.c.given_at, consents.c.recorded_at))).where(
            consents.c.address_hash == subscribers.c.address_hash,
            consents.c.list_slug == self.list_slug,
            consents.c.act.in_(acts),
        )
        return said.scalar_subquery() if moment == "confirmed" else _else_since_when(said.scalar_subquery())


def _else_since_when(joined: Any) -> ColumnElement[Any]:
    return func.coalesce(joined, subscriptions.c.changed_at)


def _stands(list_slug: str, state: str) -> ColumnElement[bool]:
    there = subscriptions.alias()
    return exists().where(
        there.c.subscriber_id == subscribers.c.id,
        there.c.state == SubscriptionState(state).value,
        there.c.list_id == mailing_lists.c.id,
        mailing_lists.c.slug == list_slug,
    )


def _lowered(text: str) -> str:
    return text.translate(_LETTERS)

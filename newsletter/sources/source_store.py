"""All SQL of sources. Functions take a connection and never open a transaction; whoever owns the act does."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, case, func, insert, not_, or_, select, update

from newsletter.base.errors import NotFound
from newsletter.base.ids import SourceId
from newsletter.sources.fetching.moves import Move
from newsletter.sources.rows import source_of
from newsletter.sources.source import Source, SourceKind
from newsletter.sources.tables import posts, sources

BACKFILL_DAYS = 14  # at a first fetch, posts this old are candidates
_MOST_PROBLEMS = 20  # told as a source's health; more would tell no more
# With these a source is asked for all that it holds, and that is looked at, whatever it was before.
_NOTHING_READ = {"etag": "", "last_modified": "", "document_hash": "", "fresh_until": None}
_is_kept = sources.c.removed_at.is_(None)


def put_source(
    db: Connection,
    *,
    name: str,
    url: str,
    kind: SourceKind,
    topics: Sequence[str] = (),
    language: str = "",
    owner: str = "",
    backfill_days: int = BACKFILL_DAYS,
    now: datetime,
) -> SourceId:
    """Create or update the source of this name. At a new address, or brought back after it was removed, it starts
    afresh, with a back-catalogue: what came out in between is no flood.

    With another language or other topics its items are made anew: "not modified" must not hide them.
    """
    texts = {"kind": str(kind), "topics": _json(topics), "language": language, "owner": owner}
    values = {**texts, "backfill_days": backfill_days}
    mine = sources.c.name == name
    is_another = or_(sources.c.url != url, sources.c.kind != str(kind), sources.c.removed_at.is_not(None))
    afresh = update(sources).where(mine, is_another).values(url=url, last_error="", **_NOTHING_READ)
    afresh = afresh.values(error_count=0, failing_since=None, validators_of="", **_of_move(Move()))
    db.execute(afresh.values(next_fetch_at=None, last_good_at=None))
    is_set_up_anew = or_(sources.c.language != language, sources.c.topics != texts["topics"])
    forget_validators(db, mine, is_set_up_anew)
    changed = update(sources).where(mine).values(removed_at=None, **values).returning(sources.c.id)
    found = db.execute(changed).scalar()
    if found is None:
        added = insert(sources).values(name=name, url=url, created_at=now, **values)
        found = db.execute(added.returning(sources.c.id)).scalar_one()
    return SourceId(found)


def put_readership(db: Connection, source_id: SourceId, *, roles: Sequence[str], country: str) -> None:
    """Keep for whom a source writes: readers of these roles, of this country. What it gave already counts likewise."""
    told = {"roles": _json(roles), "country": country}
    db.execute(update(sources).where(sources.c.id == source_id).values(**told))


def forget_validators(db: Connection, *which: ColumnElement[bool]) -> None:
    """Ask sources for all that they hold at their next reading: what is made of it follows other rules now."""
    db.execute(update(sources).where(*which).values(**_NOTHING_READ))


def settle_kind(db: Connection, source_id: SourceId, *, kind: SourceKind, url: str, link_pattern: str = "") -> None:
    """Note what a source was found out to be, where it is really read, and which links of an index lead to posts."""
    found_out = update(sources).where(sources.c.id == source_id, sources.c.kind == "auto")
    db.execute(found_out.values(kind=str(kind), url=url, link_pattern=link_pattern))


def remove_source(db: Connection, source_id: SourceId, *, now: datetime) -> None:
    """Stop reading a source and offering its posts. Its rows stay: they account for what was sent."""
    db.execute(update(sources).where(sources.c.id == source_id).values(removed_at=now))


def removed_source_at(db: Connection, url: str) -> Source | None:
    """Give the source that was removed last at an address; None where there was none."""
    at_address = or_(sources.c.url == url, sources.c.moved_to == url)
    found = select(sources).where(at_address, sources.c.removed_at.is_not(None))
    row = db.execute(found.order_by(sources.c.removed_at.desc(), sources.c.id.desc()).limit(1)).mappings().first()
    return source_of(row) if row else None


def rename_removed(db: Connection, name: str, new_name: str) -> None:
    """Call a removed source otherwise, unless any other was ever called so."""
    is_taken = db.execute(select(sources.c.id).where(sources.c.name == new_name)).first() is not None
    if not is_taken:
        mine = (sources.c.name == name, sources.c.removed_at.is_not(None))
        db.execute(update(sources).where(*mine).values(name=new_name))


def source_by_name(db: Connection, name: str) -> Source:
    """Give a source; NotFound if there is none of this name."""
    row = db.execute(select(sources).where(sources.c.name == name, _is_kept)).mappings().first()
    if row is None:
        raise NotFound(f"there is no source {name!r}; `newsletter source list` shows all")
    return source_of(row)


def source_by_id(db: Connection, source_id: SourceId) -> Source:
    """Give the source of a post, a removed one too."""
    return source_of(db.execute(select(sources).where(sources.c.id == source_id)).mappings().one())


def all_sources(db: Connection) -> list[Source]:
    """Give the sources that are not removed, by name."""
    return [source_of(row) for row in db.execute(select(sources).where(_is_kept).order_by(sources.c.name)).mappings()]


def sources_about(db: Connection, topics: Collection[str]) -> set[SourceId]:
    """Give the sources that have a post with one of these topics, or give one to all that they publish."""
    if not topics:
        return set()
    named = [json.dumps(topic) for topic in topics]  # as they stand in the JSON lists
    of_posts = select(posts.c.source_id).where(or_(*[posts.c.topics.contains(one, autoescape=True) for one in named]))
    own = or_(*[sources.c.topics.contains(one, autoescape=True) for one in named])
    return set(db.scalars(select(sources.c.id).where(or_(own, sources.c.id.in_(of_posts)))))


def due_sources(db: Connection, *, now: datetime, limit: int) -> list[Source]:
    """Give the sources that are due to be fetched, never fetched ones first. One without an address is fed by hand."""
    next_fetch = sources.c.next_fetch_at
    is_due = or_(next_fetch.is_(None), next_fetch <= now)
    # Of those that wait for one server, the one that was asked longest ago: else one would take every turn.
    last_fetch = func.coalesce(sources.c.last_fetch_at, sources.c.created_at)
    rows = db.execute(
        select(sources)
        .where(_is_kept, sources.c.url != "", is_due)
        .order_by(case((next_fetch.is_(None), 0), else_=1), next_fetch, last_fetch, sources.c.id)
        .limit(limit)
    )
    return [source_of(row) for row in rows.mappings()]


def claim_source(db: Connection, source: Source, *, until: datetime) -> bool:
    """Take a due source for this process, until then; False if another took it first."""
    is_as_seen = sources.c.next_fetch_at.is_not_distinct_from(source.next_fetch_at)
    claimed = update(sources).where(sources.c.id == source.id, is_as_seen).values(next_fetch_at=until)
    return db.execute(claimed).rowcount == 1


def bring_forward(
    db: Connection, names: Collection[str], *, now: datetime, claimed_until: datetime, asked_before: datetime
) -> int:
    """Make sources due that are wanted soon, unless they were asked since, are fresh, or fail and rest.

    What is due before `claimed_until` may be under way in another process, and comes soon by itself.
    """
    is_wanted = (sources.c.name.in_(names), _is_kept, sources.c.url != "", sources.c.error_count == 0)
    is_late = (sources.c.next_fetch_at > claimed_until, sources.c.last_fetch_at <= asked_before)
    is_stale = or_(sources.c.fresh_until.is_(None), sources.c.fresh_until <= now)
    return db.execute(update(sources).where(*is_wanted, *is_late, is_stale).values(next_fetch_at=now)).rowcount


def sources_to_ask(db: Connection, names: Collection[str], *, now: datetime, asked_before: datetime) -> list[Source]:
    """Give those of these sources that were not asked since a moment, and whose last answer is no longer fresh."""
    was_asked = and_(sources.c.last_fetch_at.is_not(None), sources.c.last_fetch_at > asked_before)
    is_stale = or_(sources.c.fresh_until.is_(None), sources.c.fresh_until <= now)
    wanted = select(sources).where(sources.c.name.in_(names), _is_kept, sources.c.url != "", is_stale, not_(was_asked))
    return [source_of(row) for row in db.execute(wanted.order_by(sources.c.name)).mappings()]


def postpone_source(db: Connection, source_id: SourceId, *, until: datetime) -> None:
    """Ask a source another time; all that is known of it stays."""
    db.execute(update(sources).where(sources.c.id == source_id).values(next_fetch_at=until))


def record_waiting(db: Connection, source_id: SourceId, *, now: datetime, until: datetime) -> None:
    """Note that a source waits for its server. No error is counted; but since when it is not read, is noted."""
    since = func.coalesce(sources.c.failing_since, now)
    db.execute(update(sources).where(sources.c.id == source_id).values(next_fetch_at=until, failing_since=since))


def forget_move(db: Connection, source_id: SourceId) -> None:
    """Ask a source at its own address again; the validators of the other one mean nothing there."""
    values = {**_NOTHING_READ, "validators_of": "", **_of_move(Move())}
    db.execute(update(sources).where(sources.c.id == source_id).values(**values))


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodReading:
    """What a good reading leaves with its source, for the next one and for people."""

    etag: str = ""
    last_modified: str = ""
    validators_of: str = ""
    document_hash: str = ""
    move: Move = field(default_factory=Move)
    fresh_until: datetime | None = None
    link_pattern: str = ""
    problems: Sequence[str] = ()  # items that could not be used


def record_good_fetch(
    db: Connection, source_id: SourceId, left: GoodReading, *, now: datetime, next_fetch_at: datetime
) -> None:
    """Note that a source was read, and what that left."""
    values = {
        "etag": left.etag,
        "last_modified": left.last_modified,
        "validators_of": left.validators_of,
        "document_hash": left.document_hash,
        **_of_move(left.move),
        "fresh_until": left.fresh_until,
        "link_pattern": left.link_pattern,
        "last_problems": "\n".join(left.problems[:_MOST_PROBLEMS]),
        "last_fetch_at": now,
        "last_good_at": now,
        "next_fetch_at": next_fetch_at,
        "last_error": "",
        "error_count": 0,
        "failing_since": None,
    }
    db.execute(update(sources).where(sources.c.id == source_id).values(**values))


def keep_link_pattern(db: Connection, source_id: SourceId, pattern: str) -> None:
    """Note which links of an index page were found to lead to posts."""
    db.execute(update(sources).where(sources.c.id == source_id).values(link_pattern=pattern))


def record_failed_fetch(
    db: Connection, source_id: SourceId, *, now: datetime, next_fetch_at: datetime, error: str
) -> None:
    """Note in words why a source could not be read. What the last good fetch left stays."""
    values = {
        "last_fetch_at": now,
        "next_fetch_at": next_fetch_at,
        "last_error": error,
        "error_count": sources.c.error_count + 1,
        "failing_since": func.coalesce(sources.c.failing_since, now),
    }
    db.execute(update(sources).where(sources.c.id == source_id).values(**values))


def has_posts(db: Connection, source_id: SourceId) -> bool:
    """Tell whether the source ever gave a post."""
    return db.execute(select(posts.c.id).where(posts.c.source_id == source_id).limit(1)).first() is not None


def post_dates(db: Connection, source_id: SourceId, *, limit: int = 30) -> list[datetime]:
    """Give when the source's last posts came out, newest first; for one without a date, when it was first seen."""
    date = func.coalesce(posts.c.published_at, posts.c.first_seen_at)
    found = select(date).where(posts.c.source_id == source_id).order_by(date.desc(), posts.c.id.desc()).limit(limit)
    return list(db.execute(found).scalars())


def count_posts_since(db: Connection, *, since: datetime, until: datetime) -> dict[SourceId, int]:
    """Count each source's posts that came out within a span of time."""
    date = func.coalesce(posts.c.published_at, posts.c.first_seen_at)
    counts = select(posts.c.source_id, func.count()).where(date > since, date <= until).group_by(posts.c.source_id)
    return {SourceId(source_id): count for source_id, count in db.execute(counts)}


def lock_source(db: Connection, source_id: SourceId) -> None:
    """Let one process at a time store posts of this source (PostgreSQL; SQLite has one writer anyway)."""
    db.execute(select(sources.c.id).where(sources.c.id == source_id).with_for_update())


def _of_move(move: Move) -> dict[str, object]:
    told = {"moved_to": move.to, "moving_to": move.coming, "moving_since": move.since, "moving_polls": move.polls}
    return {**told, "own_asked_at": move.own_asked_at}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)

"""All SQL of this room. Functions take a connection and never open a transaction; whoever owns the act does.

Every change of a post's state is one guarded UPDATE: a row that is no longer in the expected state is an error.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, case, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from newsletter.base.errors import NotAllowedNow, NotFound, StaleState
from newsletter.base.ids import PostId, SourceId, StoryId
from newsletter.sources.clean_post import CleanPost
from newsletter.sources.life import POST_ARROWS
from newsletter.sources.post import LONGEST_LIFE, Post, PostState
from newsletter.sources.rows import post_of, source_of, topic_of
from newsletter.sources.source import Source, SourceKind, Topic
from newsletter.sources.tables import (
    pictures,
    post_keys,
    post_revisions,
    posts,
    sources,
    stories,
    topics,
)

_MOST_PROBLEMS = 20  # told as a source's health; more would tell no more
_MOST_AT_ONCE = 500  # ids in one IN (...): both databases limit the parameters of a statement


def put_topic(db: Connection, topic: Topic) -> int:
    """Create or update the topic of this slug; its id (the given one is not used) never changes."""
    values = {
        "name": topic.name,
        "names": _json(topic.names),
        "keywords": _json(topic.keywords),
        "sensitive": topic.sensitive,
        "position": topic.position,
    }
    changed = update(topics).where(topics.c.slug == topic.slug).values(values).returning(topics.c.id)
    added = insert(topics).values(slug=topic.slug, **values).returning(topics.c.id)
    return int(db.execute(changed).scalar() or db.execute(added).scalar_one())


def all_topics(db: Connection) -> list[Topic]:
    """Give the topics in the order of sections."""
    return [topic_of(row) for row in db.execute(select(topics).order_by(topics.c.position, topics.c.id)).mappings()]


def put_source(
    db: Connection,
    *,
    name: str,
    url: str,
    kind: SourceKind,
    topics: Sequence[str] = (),
    language: str = "",
    owner: str = "",
    backfill_days: int = 14,
    now: datetime,
) -> SourceId:
    """Create or update the source of this name. At a new address it starts afresh, with a back-catalogue."""
    texts = {"kind": str(kind), "topics": _json(topics), "language": language, "owner": owner}
    values = {**texts, "backfill_days": backfill_days}
    mine = sources.c.name == name
    is_elsewhere = or_(sources.c.url != url, sources.c.kind != str(kind))
    afresh = update(sources).where(mine, is_elsewhere).values(url=url, etag="", last_modified="", last_error="")
    db.execute(afresh.values(next_fetch_at=None, last_good_at=None, error_count=0))
    changed = update(sources).where(mine).values(removed_at=None, **values).returning(sources.c.id)
    found = db.execute(changed).scalar()
    if found is None:
        added = insert(sources).values(name=name, url=url, created_at=now, **values)
        found = db.execute(added.returning(sources.c.id)).scalar_one()
    return SourceId(found)


def settle_kind(db: Connection, source_id: SourceId, *, kind: SourceKind, url: str) -> None:
    """Note what a source was found out to be, and where it is really read."""
    found_out = update(sources).where(sources.c.id == source_id, sources.c.kind == "auto")
    db.execute(found_out.values(kind=str(kind), url=url))


def remove_source(db: Connection, source_id: SourceId, *, now: datetime) -> None:
    """Stop reading a source and offering its posts. Its rows stay: they account for what was sent."""
    db.execute(update(sources).where(sources.c.id == source_id).values(removed_at=now))


def source_by_name(db: Connection, name: str) -> Source:
    """Give a source; NotFound if there is none of this name."""
    row = db.execute(select(sources).where(sources.c.name == name, _is_kept)).mappings().first()
    if row is None:
        raise NotFound(f"there is no source {name!r}; `newsletter source list` shows all")
    return source_of(row)


def all_sources(db: Connection) -> list[Source]:
    """Give the sources that are not removed, by name."""
    return [source_of(row) for row in db.execute(select(sources).where(_is_kept).order_by(sources.c.name)).mappings()]


def due_sources(db: Connection, *, now: datetime, limit: int) -> list[Source]:
    """Give the sources that are due to be fetched, never fetched ones first. One without an address is fed by hand."""
    next_fetch = sources.c.next_fetch_at
    is_due = or_(next_fetch.is_(None), next_fetch <= now)
    rows = db.execute(
        select(sources)
        .where(_is_kept, sources.c.url != "", is_due)
        .order_by(case((next_fetch.is_(None), 0), else_=1), next_fetch, sources.c.id)
        .limit(limit)
    )
    return [source_of(row) for row in rows.mappings()]


def claim_source(db: Connection, source: Source, *, until: datetime) -> bool:
    """Take a due source for this process, until then; False if another took it first."""
    is_as_seen = sources.c.next_fetch_at.is_not_distinct_from(source.next_fetch_at)
    claimed = update(sources).where(sources.c.id == source.id, is_as_seen).values(next_fetch_at=until)
    return db.execute(claimed).rowcount == 1


def record_good_fetch(
    db: Connection,
    source_id: SourceId,
    *,
    now: datetime,
    next_fetch_at: datetime,
    etag: str,
    last_modified: str,
    problems: Sequence[str] = (),
) -> None:
    """Note that a source was read, and which of its items could not be used."""
    values = {
        "last_problems": "\n".join(problems[:_MOST_PROBLEMS]),
        "last_fetch_at": now,
        "last_good_at": now,
        "next_fetch_at": next_fetch_at,
        "last_error": "",
        "error_count": 0,
    }
    db.execute(
        update(sources).where(sources.c.id == source_id).values(etag=etag, last_modified=last_modified, **values)
    )


def record_failed_fetch(
    db: Connection, source_id: SourceId, *, now: datetime, next_fetch_at: datetime, error: str
) -> None:
    """Note in words why a source could not be read. What the last good fetch left stays."""
    count = sources.c.error_count + 1
    values = {"last_fetch_at": now, "next_fetch_at": next_fetch_at, "last_error": error, "error_count": count}
    db.execute(update(sources).where(sources.c.id == source_id).values(**values))


def has_posts(db: Connection, source_id: SourceId) -> bool:
    """Tell whether the source ever gave a post."""
    return db.execute(select(posts.c.id).where(posts.c.source_id == source_id).limit(1)).first() is not None


def lock_source(db: Connection, source_id: SourceId) -> None:
    """Let one process at a time store posts of this source (PostgreSQL; SQLite has one writer anyway)."""
    db.execute(select(sources.c.id).where(sources.c.id == source_id).with_for_update())


def find_post_by_keys(db: Connection, source_id: SourceId, keys: Sequence[str]) -> PostId | None:
    """Give the stored post that any of the keys hits; of several the one that most keys hit, then the newest."""
    hits = func.count()
    found = db.execute(
        select(post_keys.c.post_id)
        .where(post_keys.c.source_id == source_id, post_keys.c.key.in_(keys))
        .group_by(post_keys.c.post_id)
        .order_by(hits.desc(), post_keys.c.post_id.desc())
        .limit(1)
    ).scalar()
    return None if found is None else PostId(found)


def stored_state(db: Connection, post_id: PostId) -> tuple[PostState, str]:
    """Give a post's state and the hash of its content."""
    row = db.execute(select(posts.c.state, posts.c.content_hash).where(posts.c.id == post_id)).one()
    return PostState(row.state), row.content_hash


def add_keys(db: Connection, source_id: SourceId, post_id: PostId, keys: Iterable[str]) -> None:
    """Remember keys of a post; a key that already leads to a post stays with it."""
    for key in keys:
        insert_new(db, post_keys, {"source_id": source_id, "key": key, "post_id": post_id})


def story_of(db: Connection, post: CleanPost, *, now: datetime, stored_as: PostId | None = None) -> StoryId | None:
    """Give the story that another post tells too: the same page in another source, or the same key in front matter.

    Only stories that may still be told count: a yearly page, or a key used again, is no old story.
    """
    same: list[ColumnElement[bool]] = []
    if post.canonical_url:
        same.append(posts.c.canonical_url == post.canonical_url)
    if post.story_key:
        same.append(posts.c.story_key == post.story_key)
    if not same:
        return None
    is_recent = posts.c.first_seen_at > now - LONGEST_LIFE
    found = db.execute(
        select(func.min(posts.c.story_id)).where(or_(*same), is_recent, posts.c.id != (stored_as or 0))
    ).scalar()
    return None if found is None else StoryId(found)


def new_story(db: Connection, *, now: datetime) -> StoryId:
    """Begin a story."""
    return StoryId(db.execute(insert(stories).values(created_at=now).returning(stories.c.id)).scalar_one())


def story_since(db: Connection, story_id: StoryId) -> datetime:
    """Tell when a story came in."""
    since: datetime = db.execute(select(stories.c.created_at).where(stories.c.id == story_id)).scalar_one()
    return since


def insert_post(
    db: Connection,
    source_id: SourceId,
    story_id: StoryId,
    post: CleanPost,
    *,
    state: PostState,
    first_seen_at: datetime,
    visible_from: datetime,
    alive_until: datetime,
) -> PostId:
    """Store a new post at its first revision."""
    place = {"source_id": source_id, "story_id": story_id, "state": str(state), "content_hash": post.content_hash}
    life = {"first_seen_at": first_seen_at, "visible_from": visible_from, "alive_until": alive_until}
    added = insert(posts).values(**place, **life, **post.content())
    return PostId(db.execute(added.returning(posts.c.id)).scalar_one())


def revise_post(
    db: Connection,
    post_id: PostId,
    story_id: StoryId,
    post: CleanPost,
    *,
    visible_from: datetime,
    alive_until: datetime,
    now: datetime,
) -> None:
    """Give a stored post new content. The old stays readable as its revision: an issue may have frozen it."""
    old = db.execute(select(posts).where(posts.c.id == post_id).with_for_update()).mappings().one()
    content = {name: old[name] for name in post.content()}
    content["published_at"] = content["published_at"] and content["published_at"].isoformat()
    db.execute(insert(post_revisions).values(post_id=post_id, revision=old["revision"], content=_json(content), at=now))
    moved = {"story_id": story_id, "visible_from": visible_from, "alive_until": alive_until}
    db.execute(
        update(posts)
        .where(posts.c.id == post_id, posts.c.revision == old["revision"])
        .values(revision=old["revision"] + 1, content_hash=post.content_hash, **moved, **post.content())
    )


def set_post_state(db: Connection, post_id: PostId, *, start: PostState, to: PostState, reason: str = "") -> None:
    """Move a post from one state to another: hold, withdraw, or make a seen or held one a candidate."""
    if to not in POST_ARROWS[start]:
        raise NotAllowedNow(f"post {post_id} is {start}; it cannot become {to}")
    moved = (
        update(posts)
        .where(posts.c.id == post_id, posts.c.state == str(start))
        .values(state=str(to), state_reason=reason)
    )
    if db.execute(moved).rowcount != 1:
        raise StaleState(f"post {post_id} is not {start} any more; look at it again")


def candidate_posts(
    db: Connection, *, sources: Sequence[SourceId] | None, seen_before: datetime, now: datetime
) -> list[Post]:
    """Give the posts that an issue may offer: candidates seen before its cutoff, visible and alive; newest first.

    `sources`: only of these; None: of all that are not removed.
    """
    is_alive = and_(posts.c.visible_from <= now, posts.c.alive_until > now)
    wanted = _posts().where(posts.c.state == "candidate", posts.c.first_seen_at < seen_before, is_alive, _is_kept)
    if sources is not None:
        wanted = wanted.where(posts.c.source_id.in_(sources))
    return [post_of(row) for row in db.execute(wanted.order_by(_newest.desc(), posts.c.id.desc())).mappings()]


def posts_by_ids(db: Connection, ids: Sequence[PostId]) -> list[Post]:
    """Give posts in the order of their ids as asked; ids of no post are left out."""
    found: dict[PostId, Post] = {}
    for chunk in _chunks(ids):
        rows = db.execute(_posts().where(posts.c.id.in_(chunk))).mappings()
        found.update((PostId(row["id"]), post_of(row)) for row in rows)
    return [found[post_id] for post_id in ids if post_id in found]


def post_by_id(db: Connection, post_id: PostId) -> Post:
    """Give a post; NotFound if there is none."""
    found = posts_by_ids(db, [post_id])
    if not found:
        raise NotFound(f"there is no post {post_id}; `newsletter post list` shows all")
    return found[0]


def withdrawn_among(db: Connection, ids: Sequence[PostId]) -> set[PostId]:
    """Give those of the posts that may not be shown any more: withdrawn or held."""
    gone: set[PostId] = set()
    for chunk in _chunks(ids):
        is_gone = posts.c.state.in_(["withdrawn", "held"])
        gone.update(PostId(row.id) for row in db.execute(select(posts.c.id).where(posts.c.id.in_(chunk), is_gone)))
    return gone


def list_posts(
    db: Connection,
    *,
    source_id: SourceId | None = None,
    state: PostState | None = None,
    before: PostId | None = None,
    limit: int = 100,
) -> list[Post]:
    """Give posts for people to look at, last stored first; `before` an id goes on from the page before."""
    wanted = _posts().order_by(posts.c.id.desc()).limit(limit)
    if source_id is not None:
        wanted = wanted.where(posts.c.source_id == source_id)
    if state is not None:
        wanted = wanted.where(posts.c.state == str(state))
    if before is not None:
        wanted = wanted.where(posts.c.id < before)
    return [post_of(row) for row in db.execute(wanted).mappings()]


def revision_of(db: Connection, post_id: PostId, revision: int) -> Post:
    """Give a post as it was at a revision; NotFound if it never was."""
    post = post_by_id(db, post_id)
    if post.revision == revision:
        return post
    kept = select(post_revisions.c.content).where(
        post_revisions.c.post_id == post_id, post_revisions.c.revision == revision
    )
    content = db.execute(kept).scalar()
    if content is None:
        raise NotFound(f"post {post_id} has no revision {revision}")
    old = json.loads(content)
    old["published_at"] = datetime.fromisoformat(old["published_at"]) if old["published_at"] else None
    row = db.execute(_posts().where(posts.c.id == post_id)).mappings().one()
    picture = db.execute(select(*_PICTURE).where(pictures.c.hash == old["picture_hash"])).mappings().first()
    facts = picture or dict.fromkeys(column.key for column in _PICTURE)
    return post_of({**row, **facts, **old, "revision": revision})


_PICTURE = (pictures.c.hash.label("picture_name"), pictures.c.media_type, pictures.c.width, pictures.c.height)
_is_kept = sources.c.removed_at.is_(None)
# A post dated after it was seen is as new as when it was seen; one without a date likewise.
_newest = case(
    (or_(posts.c.published_at.is_(None), posts.c.published_at > posts.c.first_seen_at), posts.c.first_seen_at),
    else_=posts.c.published_at,
)


def _posts() -> Select[Any]:
    joined = posts.join(sources).outerjoin(pictures, pictures.c.hash == posts.c.picture_hash)
    return select(posts, sources.c.name.label("source_name"), sources.c.owner, *_PICTURE).select_from(joined)


def insert_new(db: Connection, table: Table, values: dict[str, Any]) -> None:
    """Insert a row unless one with its key is there."""
    is_postgresql = db.dialect.name == "postgresql"
    rows = postgresql.insert(table) if is_postgresql else sqlite.insert(table)
    db.execute(rows.values(values).on_conflict_do_nothing())


def _chunks(ids: Sequence[PostId]) -> Iterable[Sequence[PostId]]:
    return (ids[start : start + _MOST_AT_ONCE] for start in range(0, len(ids), _MOST_AT_ONCE))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)

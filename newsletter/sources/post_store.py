"""All SQL of posts. Functions take a connection and never open a transaction; whoever owns the act does.

Every change of a post's state is one guarded UPDATE: a row that is no longer in the expected state is an error.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, RowMapping, Select, Table, and_, case, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from newsletter.base.errors import NotAllowedNow, NotFound, StaleState
from newsletter.base.ids import PostId, SourceId, StoryId
from newsletter.sources.cleaning.clean_post import CleanPost
from newsletter.sources.life import POST_ARROWS
from newsletter.sources.post import Post, PostState
from newsletter.sources.rows import post_of
from newsletter.sources.tables import pictures, post_keys, post_revisions, posts, sources

_MOST_KEYS = 20  # of one post
_MOST_AT_ONCE = 500  # ids in one IN (...): both databases limit the parameters of a statement


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


class StoredState(NamedTuple):
    """Where a post stands, the hash of its content, that of the item it was read from, and its life."""

    state: PostState
    content_hash: str
    fetched_hash: str
    first_seen_at: datetime
    alive_until: datetime


def stored_state(db: Connection, post_id: PostId) -> StoredState:
    """Give a post's state, hashes and life."""
    return stored_states(db, [post_id])[post_id]


def stored_states(db: Connection, ids: Sequence[PostId]) -> dict[PostId, StoredState]:
    """Give the states, hashes and lives of posts."""
    facts = (posts.c.id, posts.c.state, posts.c.content_hash, posts.c.fetched_hash)
    wanted = select(*facts, posts.c.first_seen_at, posts.c.alive_until)
    return {
        PostId(post_id): StoredState(PostState(state), *told)
        for chunk in _chunks(ids)
        for post_id, state, *told in db.execute(wanted.where(posts.c.id.in_(chunk)))
    }


def picture_hash_of(db: Connection, post_id: PostId) -> str:
    """Give the hash of a post's picture; empty if it has none."""
    return str(db.execute(select(posts.c.picture_hash).where(posts.c.id == post_id)).scalar() or "")


def add_keys(db: Connection, source_id: SourceId, post_id: PostId, keys: Iterable[str]) -> None:
    """Remember keys of a post; a key that already leads to a post stays with it.

    A feed that makes up new ids at each fetch does not fill the table: of a post with very many keys no more are kept.
    """
    had = db.execute(select(func.count()).where(post_keys.c.post_id == post_id)).scalar_one()
    for key in list(keys)[: _MOST_KEYS - had] if had < _MOST_KEYS else ():
        insert_new(db, post_keys, {"source_id": source_id, "key": key, "post_id": post_id})


def known_keys(db: Connection, source_id: SourceId, keys: Sequence[str]) -> dict[str, PostId]:
    """Give those of the keys that lead to a post of the source."""
    found: dict[str, PostId] = {}
    for start in range(0, len(keys), _MOST_AT_ONCE):
        chunk = keys[start : start + _MOST_AT_ONCE]
        hits = select(post_keys.c.key, post_keys.c.post_id).where(post_keys.c.source_id == source_id)
        found.update((row.key, PostId(row.post_id)) for row in db.execute(hits.where(post_keys.c.key.in_(chunk))))
    return found


def keys_of_post(db: Connection, post_id: PostId) -> tuple[str, ...]:
    """Give the keys that lead to a post."""
    found = select(post_keys.c.key).where(post_keys.c.post_id == post_id).order_by(post_keys.c.key)
    return tuple(row.key for row in db.execute(found))


def held_for(db: Connection, source_id: SourceId, *, reason: str) -> list[PostId]:
    """Give the posts of a source that are held for a reason that begins so."""
    is_mine = and_(posts.c.source_id == source_id, posts.c.state == "held")
    found = select(posts.c.id).where(is_mine, posts.c.state_reason.startswith(reason, autoescape=True))
    return [PostId(row.id) for row in db.execute(found.order_by(posts.c.id))]


def last_posts(db: Connection, source_id: SourceId, *, limit: int) -> Sequence[RowMapping]:
    """Give id, title, body, excerpt and date of the posts that a source gave last."""
    facts = (posts.c.id, posts.c.title, posts.c.body, posts.c.excerpt, posts.c.published_at)
    return (
        db.execute(select(*facts).where(posts.c.source_id == source_id).order_by(posts.c.id.desc()).limit(limit))
        .mappings()
        .all()
    )


def note_fetched(db: Connection, post_id: PostId, fetched_hash: str) -> None:
    """Note the item that a post was last read from."""
    db.execute(update(posts).where(posts.c.id == post_id).values(fetched_hash=fetched_hash))


def note_page(db: Connection, post_id: PostId, *, etag: str, last_modified: str, now: datetime) -> None:
    """Note that a post's own page was read, and how its server knows this version of it."""
    seen = {"page_etag": etag, "page_last_modified": last_modified, "page_checked_at": now}
    db.execute(update(posts).where(posts.c.id == post_id).values(**seen))


def insert_post(
    db: Connection,
    source_id: SourceId,
    story_id: StoryId,
    post: CleanPost,
    *,
    state: PostState,
    state_reason: str = "",
    first_seen_at: datetime,
    visible_from: datetime,
    alive_until: datetime,
) -> PostId:
    """Store a new post at its first revision."""
    place = {"source_id": source_id, "story_id": story_id, "content_hash": post.content_hash}
    states = {"state": str(state), "state_reason": state_reason}
    life = {"first_seen_at": first_seen_at, "visible_from": visible_from, "alive_until": alive_until}
    added = insert(posts).values(**place, **states, **life, **post.content())
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
    is_alive = and_(posts.c.visible_from <= now, posts.c.alive_until > now, posts.c.gone_at.is_(None))
    wanted = _posts().where(posts.c.state == "candidate", posts.c.first_seen_at < seen_before, is_alive, _is_kept)
    if sources is not None:
        wanted = wanted.where(posts.c.source_id.in_(sources))
    return [post_of(row) for row in db.execute(wanted.order_by(_newest.desc(), posts.c.id.desc())).mappings()]


def languages_since(db: Connection, *, sources: Sequence[SourceId] | None, since: datetime) -> set[str]:
    """Give the languages of the posts that came in since then, of these sources or of all; empty where unknown."""
    wanted = select(posts.c.language).distinct().where(posts.c.state == "candidate", posts.c.first_seen_at >= since)
    if sources is not None:
        wanted = wanted.where(posts.c.source_id.in_(sources))
    return set(db.execute(wanted).scalars())


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
    """Give those of the posts that may not be shown any more: withdrawn, held, or gone at their source."""
    gone: set[PostId] = set()
    for chunk in _chunks(ids):
        is_gone = or_(posts.c.state.in_(["withdrawn", "held"]), posts.c.gone_at.is_not(None))
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


_OF_SOURCE = (sources.c.owner, sources.c.roles, sources.c.country)
_PICTURE = (pictures.c.hash.label("picture_name"), pictures.c.media_type, pictures.c.width, pictures.c.height)
_is_kept = sources.c.removed_at.is_(None)
# A post dated after it was seen is as new as when it was seen; one without a date likewise.
_newest = case(
    (or_(posts.c.published_at.is_(None), posts.c.published_at > posts.c.first_seen_at), posts.c.first_seen_at),
    else_=posts.c.published_at,
)


def _posts() -> Select[Any]:
    joined = posts.join(sources).outerjoin(pictures, pictures.c.hash == posts.c.picture_hash)
    return select(posts, sources.c.name.label("source_name"), *_OF_SOURCE, *_PICTURE).select_from(joined)


def insert_new(db: Connection, table: Table, values: dict[str, Any]) -> None:
    """Insert a row unless one with its key is there."""
    is_postgresql = db.dialect.name == "postgresql"
    rows = postgresql.insert(table) if is_postgresql else sqlite.insert(table)
    db.execute(rows.values(values).on_conflict_do_nothing())


def _chunks(ids: Sequence[PostId]) -> Iterable[Sequence[PostId]]:
    return (ids[start : start + _MOST_AT_ONCE] for start in range(0, len(ids), _MOST_AT_ONCE))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)

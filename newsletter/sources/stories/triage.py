"""Sorts the items of one document before any is stored: known, new, or held because they came in a flood."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Engine

from newsletter.base.ids import PostId
from newsletter.db.engine import reading, writing
from newsletter.sources import post_store
from newsletter.sources.cleaning.plain_text import plain_text, plain_title
from newsletter.sources.fetched_post import FetchedPost
from newsletter.sources.known_items import KnownItems
from newsletter.sources.source import Source, SourceKind
from newsletter.sources.stories.flood import FLOOD, Arrival, find_flood, flood_reason, is_many
from newsletter.sources.stories.near_equal import folded
from newsletter.sources.stories.same_as_before import Content, match_old

Identified = tuple[FetchedPost, tuple[str, ...]]
_MOST_STORED = 500  # posts that the items of a flood are compared with
_GUARDED = frozenset({SourceKind.FEED, SourceKind.INDEX})  # a folder's files are somebody's own act


@dataclass(frozen=True, slots=True, kw_only=True)
class Triage:
    """Which places of the document are held, and why."""

    held: frozenset[int] = frozenset()
    reason: str = ""


def triage(engine: Engine, source: Source, items: Sequence[Identified], known: KnownItems) -> Triage:
    """Hold what comes in a flood; items that are stored posts under other ids get those ids attached instead.

    `known` has learnt the keys of all items.
    """
    if source.kind not in _GUARDED or source.last_good_at is None:
        return Triage()
    with reading(engine) as db:
        held_before = set(post_store.held_for(db, source.id, reason=FLOOD))
    hits = [known.hits(item, keys) for item, keys in items]
    is_new = [one <= held_before for one in hits]  # what a crash left of a flood counts with what it had stored
    if not is_many(sum(is_new), of=len(items)):
        return Triage()
    return _flood(engine, source, items, is_new, unknown=[place for place, one in enumerate(hits) if not one])


def _flood(
    engine: Engine, source: Source, items: Sequence[Identified], is_new: list[bool], *, unknown: list[int]
) -> Triage:
    with reading(engine) as db:
        rows = post_store.last_posts(db, source.id, limit=_MOST_STORED)
    stored = [
        (
            PostId(row["id"]),
            Content(title=row["title"], text=plain_text(row["body"]) or row["excerpt"], published=row["published_at"]),
        )
        for row in rows
    ]
    same = match_old([_content(items[place][0]) for place in unknown], stored)
    old = {unknown[at]: post_id for at, post_id in same.items()}
    with writing(engine) as db:
        for place, post_id in old.items():
            post_store.add_keys(db, source.id, post_id, items[place][1])
    titles = {folded(content.title) for _, content in stored}
    arrivals = [
        Arrival(
            is_new=one and place not in old,
            published=item.published,
            has_known_title=folded(plain_title(item.title)) in titles,
        )
        for place, (one, (item, _)) in enumerate(zip(is_new, items, strict=True))
    ]
    held = find_flood(arrivals, last_good_at=source.last_good_at)
    count = sum(one.is_new for one in arrivals)
    return Triage(held=frozenset(held), reason=flood_reason(count, of=len(items)))


def _content(item: FetchedPost) -> Content:
    return Content(title=plain_title(item.title), text=plain_text(item.html or item.summary), published=item.published)

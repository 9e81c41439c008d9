"""Removing a source at a person's word. Its rows stay: they account for what was sent, and a mind may change.

What it gave is no candidate any more; an issue that is approved keeps what it froze.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from newsletter.app.app import App
from newsletter.base.errors import NotAllowedNow
from newsletter.db import audit
from newsletter.db.engine import reading, writing
from newsletter.issues import store as issue_store
from newsletter.sources import post_store, source_store
from newsletter.sources.source import EDITORS, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """What removing a source means."""

    source: Source
    posts: int  # that could go out and no longer can
    newsletters: tuple[str, ...]  # that name the source: nothing comes from it any more


def preview_removal(app: App, name: str) -> Removal:
    """Tell what removing a source would mean; NotFound if there is none of this name."""
    with reading(app.engine) as db:
        return _removal(app, db, name)


def remove_source(app: App, name: str, *, by: str) -> Removal:
    """Stop reading a source and offering its posts; what was in issues stays accounted for."""
    now = app.clock.now()
    with writing(app.engine) as db:
        removal = _removal(app, db, name)
        source_store.remove_source(db, removal.source.id, now=now)
        details = f"{removal.source.url}; {removal.posts} posts are no candidates any more"
        audit.record(db, at=now, who=by, act="source.remove", subject=f"source:{name}", details=details)
    return removal


def _removal(app: App, db: Connection, name: str) -> Removal:
    source = source_store.source_by_name(db, name)
    if name == EDITORS:
        raise NotAllowedNow(f"{EDITORS!r} is built in: posts added by hand belong to it; newsletter post withdraw POST")
    now = app.clock.now()
    just_after = now + timedelta(microseconds=1)
    posts = post_store.candidate_posts(db, sources=[source.id], seen_before=just_after, now=now)
    naming = [one.slug for one in issue_store.all_newsletters(db) if name in one.recipe.sources]
    return Removal(source=source, posts=len(posts), newsletters=tuple(naming))

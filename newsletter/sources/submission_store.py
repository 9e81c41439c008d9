"""All SQL of submission forms: their keys, and what came in by them."""

from collections.abc import Sequence

from sqlalchemy import Connection, func, select, update

from newsletter.base.ids import PostId, SourceId
from newsletter.sources.rows import source_of
from newsletter.sources.source import Source
from newsletter.sources.tables import posts, sources

_MOST_AT_ONCE = 500  # ids in one IN (...): both databases limit the parameters of a statement


def source_of_form(db: Connection, form_key: str) -> Source | None:
    """Give the source whose form has this key; None for a closed or unknown one."""
    if not form_key:
        return None
    wanted = select(sources).where(sources.c.form_key == form_key, sources.c.removed_at.is_(None))
    row = db.execute(wanted).mappings().first()
    return source_of(row) if row is not None else None


def put_form_key(db: Connection, source_id: SourceId, form_key: str) -> None:
    """Give a source's form a key; an empty one closes the form."""
    db.execute(update(sources).where(sources.c.id == source_id).values(form_key=form_key))


def senders_of(db: Connection, ids: Sequence[PostId]) -> dict[PostId, str]:
    """Give who sent posts in, in their own words; of posts that came another way there is nothing."""
    found: dict[PostId, str] = {}
    for start in range(0, len(ids), _MOST_AT_ONCE):
        wanted = select(posts.c.id, posts.c.submitted_by).where(
            posts.c.id.in_(ids[start : start + _MOST_AT_ONCE]), posts.c.submitted_by != ""
        )
        found.update((PostId(row.id), row.submitted_by) for row in db.execute(wanted))
    return found


def count_held(db: Connection) -> int:
    """Count the posts that wait for an editor."""
    is_kept = sources.c.removed_at.is_(None)
    held = select(func.count()).select_from(posts.join(sources)).where(posts.c.state == "held", is_kept)
    return int(db.execute(held).scalar_one())

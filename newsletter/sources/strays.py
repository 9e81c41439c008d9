"""Tells when a source's address leads to what is not the source: a domain that was sold, a slip in a server's set-up.

The one rule: what stands elsewhere is the source only when its posts are found there. Until then what is new there is
held for an editor, and the source says so.
"""

from sqlalchemy import Engine

from newsletter.db.engine import reading
from newsletter.sources import post_store
from newsletter.sources.fetched_post import Reading
from newsletter.sources.fetching.fetch import shown
from newsletter.sources.fetching.moves import is_same_site
from newsletter.sources.known_items import KnownItems
from newsletter.sources.reading.read_source import Document, is_web
from newsletter.sources.source import Source, SourceKind
from newsletter.sources.stories.identity import canonical_url, distinct, identify

ELSEWHERE = "was found elsewhere"  # how the reason of a post held by this guard begins


def strayed(engine: Engine, source: Source, document: Document, found: Reading) -> str:
    """Say where a source's address leads, if the source is not there; empty when all is well."""
    if source.last_good_at is None or not found.posts or not _is_elsewhere(source, document):
        return ""
    if _holds_its_posts(engine, source, found):
        return ""
    return (
        f"its address leads to {shown(document.url)} now, where none of its posts stand; what is new there is held. "
        f"If that is right, give the source its new address (`newsletter apply`), or let them go out "
        f"(`newsletter post release --source {source.name} --all-held`); if not, write to its owner"
    )


def _is_elsewhere(source: Source, document: Document) -> bool:
    """Tell whether an answer came from a place that nobody knows to be the source's."""
    if not is_web(document.url) or document.url in {source.url, source.moved_to}:
        return False
    if source.kind is SourceKind.PAGE:
        return canonical_url(document.url) != canonical_url(source.moved_to or source.url)
    leads_to = document.moved_to
    return leads_to not in {"", source.moved_to} and not is_same_site(source.moved_to or source.url, leads_to)


def _holds_its_posts(engine: Engine, source: Source, found: Reading) -> bool:
    """Tell whether at least half of what stands there are posts of the source, those apart that are held for it."""
    items = identify(distinct(found.posts))
    known = KnownItems(engine, source.id)
    known.learn(key for _, keys in items for key in keys)
    with reading(engine) as db:
        strangers = set(post_store.held_for(db, source.id, reason=ELSEWHERE))
    hits = [known.find(post, keys) for post, keys in items]
    return 2 * sum(one is not None and one not in strangers for one in hits) >= len(items)

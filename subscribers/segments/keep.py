"""Makes, finds and removes segments, and counts whom a rule describes. No slug is ever a list's and a segment's."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from subscribers import door_store
from subscribers.door_store import Way
from subscribers.errors import SlugTaken, UnknownSegment
from subscribers.lists.keep import list_by_slug
from subscribers.segments import segment_store
from subscribers.segments.parse import parse_rule
from subscribers.segments.rule import Rule
from subscribers.segments.segment import Segment


def put_segment(db: Connection, slug: str, *, name: str, list_slug: str, rule: str, now: datetime) -> Segment:
    """Create a segment, or give the one of this slug these values; a removed one is there again.

    Raises InvalidRule, UnknownList, and SlugTaken where a list has the slug.
    """
    parse_rule(rule)
    mailing_list = list_by_slug(db, list_slug)
    if segment_store.list_is_there(db, slug):
        raise SlugTaken(f"{slug!r} is a list: give the segment another slug")
    segment_store.put_segment(db, slug, {"name": name, "list_id": mailing_list.id, "rule": rule}, now)
    return segment_by_slug(db, slug)


def remove_segment(db: Connection, slug: str, *, now: datetime) -> None:
    """Offer a segment no longer. Issues that were approved for it still find it. Raises UnknownSegment."""
    if not segment_store.remove_segment(db, slug, now):
        raise UnknownSegment(slug)


def segment_by_slug(db: Connection, slug: str) -> Segment:
    """Find a segment that is not removed. Raises UnknownSegment."""
    found = segment_store.segments_of_slugs(db, [slug]).get(slug)
    if found is None or found.removed_at is not None:
        raise UnknownSegment(slug)
    return found


def all_segments(db: Connection) -> list[Segment]:
    """Give every segment that is not removed, by slug."""
    return segment_store.present_segments(db)


def segments_among(db: Connection, slugs: Sequence[str]) -> list[Segment]:
    """Give those of these lists and segments that are segments, removed ones too."""
    return list(segment_store.segments_of_slugs(db, slugs).values())


def count_rule(db: Connection, list_slug: str, rule: Rule | None) -> int:
    """Count the people of a list whom a rule describes and who may be mailed; None: all of them."""
    found = list_by_slug(db, list_slug)
    way = Way(list_id=found.id, list_slug=found.slug, list_name=found.name, rule=rule)
    return door_store.count_mailable(db, [way], "")

"""A Segment: part of one list, by a saved rule. It may be named wherever a list may."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Those people of a list whom a rule describes."""

    id: int
    slug: str  # never the slug of a list: both are named in the same places
    name: str
    list_slug: str
    rule: str  # as it was written
    created_at: datetime
    updated_at: datetime
    removed_at: datetime | None  # then no longer offered; issues that were approved for it still find it

"""Bounds what one document may bring: its newest items, and a sentence on those that are left out.

Newest by their dates; where some have none, the order of the document counts, since feeds write what is new on top.
"""

from collections.abc import Sequence
from datetime import datetime

from newsletter.sources.fetched_post import FetchedPost, Reading

MOST_ITEMS = 500  # of a feed; WordPress gives 10, and ten years of a weekly are as many


def at_most(posts: Sequence[FetchedPost]) -> Reading:
    """Give the newest items of a feed, in the order that it has them."""
    kept = newest([post.published for post in posts])
    return Reading(posts=tuple(posts[place] for place in kept), problems=left_out(len(posts)))


def left_out(count: int) -> tuple[str, ...]:
    """Say that not all of so many items are read; nothing where they are."""
    if count <= MOST_ITEMS:
        return ()
    words = (
        f"the feed holds {count:,} items; the newest {MOST_ITEMS:,} are read and the others are left out. "
        "Its owner could give a feed of the last posts only"
    )
    return (words,)


def newest(dates: Sequence[datetime | None]) -> list[int]:
    """Give the places of the items to keep, in order, by the dates of all.

    An undated item is as new as the last dated one above it: all are, if none is dated.
    """
    above = max((date for date in dates if date is not None), default=None)
    moments = []
    for date in dates:
        above = date or above
        moments.append(above.timestamp() if above else 0.0)
    return sorted(sorted(range(len(dates)), key=lambda place: (-moments[place], place))[:MOST_ITEMS])

"""Bounds what one document may bring: its newest items, and a sentence on those that are left out.

Newest by their dates; where some have none, the order of the document counts, since feeds write what is new on top.
"""

from collections.abc import Sequence

from newsletter.sources.fetched_post import FetchedPost, Reading

MOST_ITEMS = 500  # of a feed; WordPress gives 10, and ten years of a weekly are as many


def at_most(posts: Sequence[FetchedPost]) -> Reading:
    """Give the newest items of a feed, in the order that it has them."""
    if len(posts) <= MOST_ITEMS:
        return Reading(posts=tuple(posts))
    kept = sorted(_newest(posts))
    words = (
        f"the feed holds {len(posts):,} items; the newest {MOST_ITEMS:,} are read and the others are left out. "
        "Its owner could give a feed of the last posts only"
    )
    return Reading(posts=tuple(posts[place] for place in kept), problems=(words,))


def _newest(posts: Sequence[FetchedPost]) -> list[int]:
    """Give the places to keep. An undated item is as new as the last dated one above it: all are, if none is dated."""
    dated = [post.published for post in posts if post.published is not None]
    above = max(dated, default=None)
    moments = []
    for post in posts:
        above = post.published or above
        moments.append(above.timestamp() if above else 0.0)
    return sorted(range(len(posts)), key=lambda place: (-moments[place], place))[:MOST_ITEMS]

"""Finds, in a flood, the stored posts that its items are under other ids: the same title, or the same text. Pure.

Outside a flood this would be too bold: a weekly letter has the same title every week. A title counts only where one
item of the document and one stored post have it, and a short one only with the same text or date beside.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from newsletter.base.ids import PostId
from newsletter.sources.stories.near_equal import agreement, folded

_SHORT_TITLE = 5  # words
_SAME_TEXT = 0.85  # of the shorter text's word triples


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What tells whether two items are one."""

    title: str
    text: str
    published: datetime | None


def match_old(items: Sequence[Content], stored: Sequence[tuple[PostId, Content]]) -> dict[int, PostId]:
    """Give the stored post for each place of an item that is one; no post is given twice."""
    counts = Counter(folded(item.title) for item in items)
    by_title: dict[str, list[tuple[PostId, Content]]] = {}
    for post_id, content in stored:
        by_title.setdefault(folded(content.title), []).append((post_id, content))
    found: dict[int, PostId] = {}
    for place, item in enumerate(items):
        title = folded(item.title)
        same = by_title.get(title, [])
        if title and counts[title] == 1 and len(same) == 1 and _is_one(item, same[0][1]):
            found[place] = same[0][0]
    return found


def _is_one(item: Content, stored: Content) -> bool:
    if len(folded(item.title).split()) >= _SHORT_TITLE:
        return True
    is_dated = item.published is not None and item.published == stored.published
    return is_dated or agreement(item.text, stored.text) >= _SAME_TEXT

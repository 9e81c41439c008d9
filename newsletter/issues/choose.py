"""Chooses what one reader gets of an issue, and says why. Pure: the same arguments always give the same digest.

Hard rules come first and nothing outweighs them: a story is never shown twice, a muted topic never comes, a story is
readable or stays out. Then editors' picks, then points. A selection or a letter is the same for everybody.
Sets of stories are the bits of integers (see pool.py), so that a reader costs a fraction of a signature.
"""

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from functools import lru_cache
from heapq import heapify, heappop, heapreplace
from typing import TypeVar

from newsletter.base.ids import PostId
from newsletter.issues.digest import Chosen, Digest, LeftOut, Reason
from newsletter.issues.left_out import WhyNot
from newsletter.issues.limits import Limits, Sizes
from newsletter.issues.pool import RANK_SHIFT, Pool, PooledStory, Row
from newsletter.issues.reader import Reader

# By how many of a story's topics the reader follows: the first weighs more than any value, each further a little.
TOPIC_POINTS = (0, 40, 50, 60)

_Key = TypeVar("_Key")


def choose(pool: Pool, reader: Reader, shown: AbstractSet[PostId], sizes: Sizes, *, limits: Limits) -> Digest:
    """Choose for one reader. `shown` holds the posts that they were shown before; `left_out` explains all the rest.

    Fewer allowed stories than `min_posts` make an empty digest. For a selection or a letter `shown`, wishes and
    counts do not matter: everybody gets the same posts in the editors' order, as far as the bytes reach.
    """
    if pool.kind != "digest":
        return _for_everybody(pool, sizes, limits)
    row = pool.ranked if reader.follows else pool.editors
    languages = readable_languages(reader.reading_languages)
    followed = _followed(row, reader.follows)
    rules = (
        (LeftOut.SHOWN_BEFORE, _union(row.bit_of, shown)),
        (LeftOut.MUTED, _union(row.topics, reader.mutes)),
        (LeftOut.NOT_READABLE, row.everything & ~_union(row.languages, languages)),
        (LeftOut.NOT_FOLLOWED, row.everything & ~(followed[1] | row.picks) if reader.follows else 0),
    )
    allowed = row.everything & ~(rules[0][1] | rules[1][1] | rules[2][1] | rules[3][1])
    if allowed.bit_count() < limits.min_posts:
        return Digest(chosen=(), left_out=WhyNot(pool.out, row.stories, (*rules, (LeftOut.TOO_FEW, allowed))))
    in_order = _best_first(row, allowed, followed)
    taken = _fitting(in_order, languages, limits.room(reader.length), limits.max_bytes, sizes)
    taken.sort(key=_section)  # stable: inside a section the order stays
    no_room = allowed & ~_union(row.bit_of, [post_id for _, post_id in taken])
    return Digest(
        chosen=tuple([_chosen(story, post_id, reader.follows) for story, post_id in taken]),
        more=no_room.bit_count(),
        left_out=WhyNot(pool.out, row.stories, (*rules, (LeftOut.NO_ROOM, no_room))),
    )


def everything(pool: Pool, languages: tuple[str, ...]) -> tuple[Chosen, ...]:
    """Give every story that an issue has, for its public page: picks first, each in the best of these languages."""
    spelt = readable_languages(languages)
    best = [(story, _best_of(story, spelt)) for story in pool.editors.stories]
    if pool.kind != "digest":
        return tuple(Chosen(story.post_id, Reason.SELECTION) for story, _ in best)
    best.sort(key=_section)  # stable: inside a section the editors' order stays
    return tuple(Chosen(post_id, Reason.PICK if story.place else Reason.EDITORS_ORDER) for story, post_id in best)


def _best_of(story: PooledStory, languages: tuple[str, ...]) -> PostId:
    return next((story.posts[one] for one in languages if one in story.posts), story.post_id)


def _for_everybody(pool: Pool, sizes: Sizes, limits: Limits) -> Digest:
    row = pool.editors
    reason = Reason.LETTER if pool.kind == "letter" else Reason.SELECTION
    taken = _fitting(iter(row.stories), None, len(row.stories), limits.max_bytes, sizes)
    no_room = row.everything & ~_union(row.bit_of, [post_id for _, post_id in taken])
    return Digest(
        chosen=tuple(Chosen(post_id, reason) for _, post_id in taken),
        more=no_room.bit_count(),
        left_out=WhyNot(pool.out, row.stories, [(LeftOut.NO_ROOM, no_room)]),
        has_text=pool.has_text,
    )


def _followed(row: Row, follows: Iterable[str]) -> list[int]:
    """Give the stories with at least 0, 1, 2, 3 and (for the ease of the caller: none) 4 followed topics."""
    at_least = [row.everything, 0, 0, 0, 0]
    for topic in follows:
        stories = row.topics.get(topic, 0)
        at_least[3] |= at_least[2] & stories
        at_least[2] |= at_least[1] & stories
        at_least[1] |= stories
    return at_least


def _best_first(row: Row, allowed: int, followed: list[int]) -> Iterator[PooledStory]:
    """Give picks by place, then the others by rank and followed topics, each worked out only when it is asked for."""
    for bit, story in row.first:
        if bit & allowed:
            yield story
    heap = []
    for count, points in enumerate(TOPIC_POINTS):
        stories = allowed & ~row.picks & followed[count] & ~followed[count + 1]
        if stories:
            heap.append(_head(row, stories, points << RANK_SHIFT))
    heapify(heap)
    while heap:
        _, place, stories, points = heap[0]
        yield row.stories[place]
        stories &= stories - 1
        if stories:
            heapreplace(heap, _head(row, stories, points))
        else:
            heappop(heap)


def _head(row: Row, stories: int, points: int) -> tuple[int, int, int, int]:
    """Give the first of the stories with its score, negative because a heap gives the least first."""
    place = (stories & -stories).bit_length() - 1
    return -(row.stories[place].rank + points), place, stories, points


def _fitting(
    stories: Iterator[PooledStory], languages: tuple[str, ...] | None, room: int, max_bytes: int, sizes: Sizes
) -> list[tuple[PooledStory, PostId]]:
    """Take stories in order until one does not fit; one that could never fit is passed over, not in the others' way."""
    taken: list[tuple[PooledStory, PostId]] = []
    whole = free = max_bytes - sizes.frame
    for story in stories:
        if len(taken) == room:
            break
        post_id = _readable(story, languages) if languages else story.post_id
        size = sizes.card[post_id]
        if size <= free:
            free -= size
            taken.append((story, post_id))
        elif size <= whole:
            break
    return taken


def _readable(story: PooledStory, languages: tuple[str, ...]) -> PostId:
    """Give the translation for these languages; choose has made sure that there is one."""
    posts = story.posts
    for language in languages:
        if language in posts:
            return posts[language]
    raise AssertionError(f"story {story.id} is in none of {languages}")


def _chosen(story: PooledStory, post_id: PostId, follows: AbstractSet[str]) -> Chosen:
    if story.place:
        return Chosen(post_id, Reason.PICK)
    for topic, reason, topic_id in story.reasons:
        if topic in follows:
            return Chosen(post_id, reason, topic_id)
    return Chosen(post_id, Reason.EDITORS_ORDER)


def _union(sets: Mapping[_Key, int], keys: Iterable[_Key]) -> int:
    union = 0
    for key in keys:
        if key in sets:
            union |= sets[key]
    return union


@lru_cache(maxsize=4096)
def readable_languages(reading: tuple[str, ...]) -> tuple[str, ...]:
    """Spell out a reader's languages: each as it is, then its first part; last, posts of unknown language."""
    spelt = [form for language in reading for form in (language.lower(), language.lower().partition("-")[0])]
    return (*dict.fromkeys(spelt), "")


def _section(taken: tuple[PooledStory, PostId]) -> int:
    return -1 if taken[0].place else taken[0].section

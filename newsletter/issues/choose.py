"""Chooses what one reader gets of an issue, and says why. Pure: the same arguments always give the same digest.

Hard rules come first and nothing outweighs them: a story is never shown twice, a muted topic never comes, a story is
readable or stays out. Then editors' picks, then points. A selection or a letter is the same for everybody.
Sets of stories are the bits of integers (see pool.py), so that a reader costs a fraction of a signature.
"""

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from functools import lru_cache
from heapq import heapify, heappop, heapreplace
from types import MappingProxyType
from typing import TypeVar

from newsletter.base.ids import PostId
from newsletter.issues.digest import Chosen, Digest, LeftOut, Reason
from newsletter.issues.left_out import WhyNot
from newsletter.issues.limits import Limits, Sizes
from newsletter.issues.points import TOPIC_POINTS
from newsletter.issues.pool import RANK_SHIFT, Pool, PooledStory, Row
from newsletter.issues.reader import Reader

DROUGHT = 6  # issues running that had nothing for a reader: then the editors' choice comes, once
_WIDENED = MappingProxyType({Reason.EDITORS_ORDER: Reason.WIDENED})
LONG = 8  # stories: in a digest so long one comes from outside the reader's topics

_Key = TypeVar("_Key")


def choose(
    pool: Pool,
    reader: Reader,
    shown: AbstractSet[PostId],
    sizes: Sizes,
    *,
    limits: Limits,
    remind: AbstractSet[PostId] = frozenset(),
) -> Digest:
    """Choose for one reader. `shown` holds the posts that they were shown before; `left_out` explains all the rest.

    `remind` holds those of them that they may be reminded of, once; an editor's update comes again to everybody.

    Fewer allowed stories than `min_posts` make an empty digest. For a selection or a letter `shown`, wishes and
    counts do not matter: everybody gets the same posts in the editors' order, as far as the bytes reach.
    """
    if pool.kind != "digest":
        return _for_everybody(pool, sizes, limits)
    row = pool.ranked if reader.follows else pool.editors
    languages = readable_languages(reader.reading_languages)
    followed = _followed(row, reader.follows)
    seen = _union(row.bit_of, shown)
    again = seen & (row.updates | row.reminders & _union(row.bit_of, remind))
    rules = (
        (LeftOut.SHOWN_BEFORE, seen & ~again),
        (LeftOut.MUTED, _union(row.topics, reader.mutes)),
        (LeftOut.NOT_READABLE, row.everything & ~_union(row.languages, languages)),
        (LeftOut.NOT_FOLLOWED, row.everything & ~(followed[1] | row.picks) if reader.follows else 0),
    )
    allowed = row.everything & ~(rules[0][1] | rules[1][1] | rules[2][1] | rules[3][1])
    if allowed.bit_count() < limits.min_posts:
        return Digest(chosen=(), left_out=WhyNot(pool.out, row.stories, (*rules, (LeftOut.TOO_FEW, allowed))))
    room = limits.room(reader.length)
    mail = _Mail(pool, languages, room, limits, sizes)
    mail.fill(_best_first(row, allowed, followed))
    if reader.follows and len(mail.taken) >= LONG:
        mail.widen(row, rules[3][1] & ~(rules[0][1] | rules[1][1] | rules[2][1]))
    taken = sorted(mail.taken, key=_section)  # stable: inside a section the order stays
    chosen = _union(row.bit_of, [post_id for _, post_id in taken])
    no_room = allowed & ~chosen
    capped = no_room & _union(row.bit_of, mail.capped)
    others = (LeftOut.NOT_FOLLOWED, rules[3][1] & ~chosen)
    why = (*rules[:3], others, (LeftOut.CAPPED, capped), (LeftOut.NO_ROOM, no_room))
    return Digest(
        chosen=tuple([_chosen(row, story, post_id, reader.follows, again) for story, post_id in taken]),
        more=no_room.bit_count(),
        left_out=WhyNot(pool.out, row.stories, why),
    )


def widened(
    pool: Pool,
    reader: Reader,
    shown: AbstractSet[PostId],
    sizes: Sizes,
    *,
    limits: Limits,
    remind: AbstractSet[PostId] = frozenset(),
) -> Digest:
    """Choose as for somebody who follows nothing, for a reader whose topics gave nothing for long. Mutes hold."""
    digest = choose(pool, replace(reader, follows=frozenset()), shown, sizes, limits=limits, remind=remind)
    told = [replace(one, reason=_WIDENED.get(one.reason, one.reason)) for one in digest.chosen]
    return replace(digest, chosen=tuple(told))


def in_order(pool: Pool, reader: Reader, shown: AbstractSet[PostId]) -> list[tuple[PooledStory, PostId]]:
    """Give all that may come to a reader of a digest, best first: what was chosen, and what would have been next."""
    row = pool.ranked if reader.follows else pool.editors
    languages = readable_languages(reader.reading_languages)
    followed = _followed(row, reader.follows)
    out = _union(row.bit_of, shown) | _union(row.topics, reader.mutes) | ~_union(row.languages, languages)
    theirs = followed[1] | row.picks if reader.follows else row.everything
    stories = _best_first(row, row.everything & ~out & theirs, followed)
    return [(story, _readable(story, languages)) for story in stories]


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
    mail = _Mail(pool, None, len(row.stories), limits, sizes)
    mail.fill(iter(row.stories))
    no_room = row.everything & ~_union(row.bit_of, [post_id for _, post_id in mail.taken])
    return Digest(
        chosen=tuple(Chosen(post_id, reason) for _, post_id in mail.taken),
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


class _Mail:
    """One reader's mail while it is filled: what was taken, what is left of the bytes, who had their share."""

    __slots__ = ("_free", "_languages", "_pool", "_room", "_shares", "_sizes", "_whole", "capped", "taken")

    def __init__(self, pool: Pool, languages: tuple[str, ...] | None, room: int, limits: Limits, sizes: Sizes) -> None:
        self.taken: list[tuple[PooledStory, PostId]] = []
        self.capped: list[PostId] = []
        self._pool, self._languages, self._room, self._sizes = pool, languages, room, sizes
        self._shares = limits.shares(room)
        self._whole = self._free = limits.max_bytes - sizes.frame

    def fill(self, stories: Iterator[PooledStory]) -> None:
        """Take stories in order until one does not fit; then, where room is left, those that were to let others come.

        One that could never fit is passed over, not in the others' way. Everybody gets the same of a selection, so
        there nobody has a share.
        """
        waiting: list[tuple[int, PooledStory, PostId]] = []
        places: list[int] = []
        sources: dict[int, int] = {}
        topics: dict[int, int] = {}
        for place, story in enumerate(stories):
            if len(self.taken) == self._room:
                break
            post_id = _readable(story, self._languages) if self._languages else story.post_id
            source = self._pool.sources[post_id]
            of_source, of_topic = sources.get(source, 0), topics.get(story.topic, 0)
            if self._languages and not story.place and self._has_its_share(of_source, of_topic, story.topic):
                waiting.append((place, story, post_id))
            elif self._take(story, post_id):
                places.append(place)
                sources[source], topics[story.topic] = of_source + 1, of_topic + 1
            elif self._sizes.card[post_id] <= self._whole:
                break
        if waiting:
            self._relax(waiting, places)

    def widen(self, row: Row, outside: int) -> None:
        """Let the best story from outside the reader's topics come; where there is no room, for the last one taken."""
        if not outside:
            return
        story = row.stories[(outside & -outside).bit_length() - 1]
        post_id = _readable(story, self._languages or ())
        before, free = list(self.taken), self._free
        if len(self.taken) == self._room:
            _, last = self.taken.pop()
            self._free += self._sizes.card[last]
        if not self._take(story, post_id):
            self.taken, self._free = before, free

    def _has_its_share(self, of_source: int, of_topic: int, topic: int) -> bool:
        return of_source >= self._shares.source or (topic != 0 and of_topic >= self._shares.topic)

    def _relax(self, waiting: list[tuple[int, PooledStory, PostId]], places: list[int]) -> None:
        """Fill what the shares left empty, and put everything back in order."""
        for place, story, post_id in waiting:
            if len(self.taken) == self._room or not self._take(story, post_id):
                self.capped.append(post_id)
            else:
                places.append(place)
        order = sorted(range(len(places)), key=places.__getitem__)
        self.taken = [self.taken[at] for at in order]

    def _take(self, story: PooledStory, post_id: PostId) -> bool:
        size = self._sizes.card[post_id]
        if size > self._free:
            return False
        self._free -= size
        self.taken.append((story, post_id))
        return True


def _readable(story: PooledStory, languages: tuple[str, ...]) -> PostId:
    """Give the translation for these languages; choose has made sure that there is one."""
    posts = story.posts
    for language in languages:
        if language in posts:
            return posts[language]
    raise AssertionError(f"story {story.id} is in none of {languages}")


def _chosen(row: Row, story: PooledStory, post_id: PostId, follows: AbstractSet[str], again: int) -> Chosen:
    if story.place:
        return Chosen(post_id, Reason.PICK)
    if again and again & row.bit_of[post_id]:
        return Chosen(post_id, Reason.UPDATE if story.is_update else Reason.REMINDER)
    for topic, reason, topic_id in story.reasons:
        if topic in follows:
            return Chosen(post_id, reason, topic_id)
    return Chosen(post_id, Reason.OUTSIDE if follows else Reason.EDITORS_ORDER)


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

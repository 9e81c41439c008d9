"""Chooses what one reader gets of an issue, and says why. Pure: the same arguments always give the same digest.

Hard rules come first and nothing outweighs them: a story is never shown twice, a muted topic or source never comes, a
story is readable or stays out. Then editors' picks, then points. A selection or a letter is the same for everybody.
Sets of stories are the bits of integers (see pool.py), so that a reader costs a fraction of a signature.
"""

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import replace
from heapq import heapify, heappop, heapreplace
from types import MappingProxyType

from newsletter.base.ids import PostId
from newsletter.issues.digest import Chosen, Digest, LeftOut, Reason
from newsletter.issues.eyes import Eyes, readable_languages
from newsletter.issues.filling import Mail
from newsletter.issues.left_out import WhyNot
from newsletter.issues.limits import Limits, Sizes
from newsletter.issues.points import COUNTRY_POINTS, ROLE_POINTS, SOURCE_POINTS, TOPIC_POINTS
from newsletter.issues.pool import RANK_SHIFT, Pool, PooledStory, Row, union
from newsletter.issues.reader import Reader
from newsletter.issues.terms import chosen_for

DROUGHT = 6  # issues running that had nothing for a reader: then the editors' choice comes, once
_WIDENED = MappingProxyType({Reason.EDITORS_ORDER: Reason.WIDENED})
LONG = 8  # stories: in a digest so long one comes from outside the reader's topics


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
    row = pool.ranked if reader.follows_anything else pool.editors
    eyes = Eyes(pool, row, reader)
    theirs, worth = _wanted(row, reader)
    seen = union(row.bit_of, shown)
    again = seen & (row.updates | row.reminders & union(row.bit_of, remind))
    rules = (
        (LeftOut.SHOWN_BEFORE, seen & ~again),
        (LeftOut.MUTED, union(row.topics, reader.mutes) | eyes.silenced),
        (LeftOut.NOT_READABLE, row.everything & ~eyes.readable),
        (LeftOut.NOT_FOLLOWED, row.everything & ~theirs),
    )
    allowed = row.everything & ~(rules[0][1] | rules[1][1] | rules[2][1] | rules[3][1])
    if allowed.bit_count() < limits.min_posts:
        return Digest(chosen=(), left_out=WhyNot(pool.out, row.stories, (*rules, (LeftOut.TOO_FEW, allowed))))
    room = limits.room(reader.length)
    mail = Mail(pool, eyes.post_of, limits, sizes, room=room, shares=limits.shares(room))
    mail.fill(_best_first(row, allowed, worth))
    if len(mail.taken) >= LONG:
        mail.widen(row, rules[3][1] & ~(rules[0][1] | rules[1][1] | rules[2][1]))
    taken = sorted(mail.taken, key=_section)  # stable: inside a section the order stays
    chosen = union(row.bit_of, [post_id for _, post_id in taken])
    no_room = allowed & ~chosen
    capped = no_room & union(row.bit_of, mail.capped)
    others = (LeftOut.NOT_FOLLOWED, rules[3][1] & ~chosen)
    why = (*rules[:3], others, (LeftOut.CAPPED, capped), (LeftOut.NO_ROOM, no_room))
    return Digest(
        chosen=tuple([_chosen(pool, row, story, post_id, reader, again) for story, post_id in taken]),
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
    """Choose as for somebody who follows nothing, for a reader whose wishes gave nothing for long. Mutes hold."""
    plain = replace(reader, follows=frozenset(), sources=frozenset())
    digest = choose(pool, plain, shown, sizes, limits=limits, remind=remind)
    told = [replace(one, reason=_WIDENED.get(one.reason, one.reason)) for one in digest.chosen]
    return replace(digest, chosen=tuple(told))


def in_order(pool: Pool, reader: Reader, shown: AbstractSet[PostId]) -> list[tuple[PooledStory, PostId]]:
    """Give all that may come to a reader of a digest, best first: what was chosen, and what would have been next."""
    row = pool.ranked if reader.follows_anything else pool.editors
    eyes = Eyes(pool, row, reader)
    theirs, worth = _wanted(row, reader)
    out = union(row.bit_of, shown) | union(row.topics, reader.mutes) | eyes.silenced
    return [(story, eyes.post_of(story)) for story in _best_first(row, theirs & eyes.readable & ~out, worth)]


def everything(pool: Pool, languages: tuple[str, ...]) -> tuple[Chosen, ...]:
    """Give every story that an issue has, for its public page: picks first, each in the best of these languages."""
    spelt = readable_languages(languages)
    best = [(story, _best_of(story, spelt)) for story in pool.editors.stories]
    if pool.kind != "digest":
        return tuple(Chosen(story.post_id, Reason.SELECTION) for story, _ in best)
    best.sort(key=_section)  # stable: inside a section the editors' order stays
    return tuple(Chosen(post_id, Reason.PICK if story.place else Reason.EDITORS_ORDER) for story, post_id in best)


def _best_of(story: PooledStory, languages: tuple[str, ...]) -> PostId:
    return next((story.posts[one][0] for one in languages if one in story.posts), story.post_id)


def _for_everybody(pool: Pool, sizes: Sizes, limits: Limits) -> Digest:
    row = pool.editors
    reason = Reason.LETTER if pool.kind == "letter" else Reason.SELECTION
    mail = Mail(pool, _first_post, limits, sizes, room=len(row.stories), shares=None)
    mail.fill(iter(row.stories))
    no_room = row.everything & ~union(row.bit_of, [post_id for _, post_id in mail.taken])
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


def _wanted(row: Row, reader: Reader) -> tuple[int, list[tuple[int, int]]]:
    """Give the stories that may come to a reader by their wishes, and the reader's own points with the stories that
    have just these. Who follows nothing gets all, in the order of the row.
    """
    if not reader.follows_anything:
        return row.everything, [(0, row.everything)]
    followed = _followed(row, reader.follows)
    theirs = followed[1] | row.picks
    worth = [(points, followed[count] & ~followed[count + 1]) for count, points in enumerate(TOPIC_POINTS)]
    if reader.sources:
        of_sources = union(row.sources, reader.sources)
        theirs |= of_sources
        worth = _split(worth, of_sources, SOURCE_POINTS)
    if reader.role and row.roles:
        worth = _split(worth, row.roles.get(reader.role.casefold(), 0), ROLE_POINTS)
    if reader.country in row.countries:
        worth = _split(worth, row.countries[reader.country], COUNTRY_POINTS)
    return theirs, worth


def _split(worth: list[tuple[int, int]], stories: int, points: int) -> list[tuple[int, int]]:
    """Give these stories more points, inside each part."""
    more = [(had + points, part & stories) for had, part in worth]
    return [(had, part) for had, part in (*more, *((had, part & ~stories) for had, part in worth)) if part]


def _best_first(row: Row, allowed: int, worth: list[tuple[int, int]]) -> Iterator[PooledStory]:
    """Give picks by place, then the others by rank and own points, each worked out only when it is asked for."""
    for bit, story in row.first:
        if bit & allowed:
            yield story
    heap = []
    for points, part in worth:
        stories = part & allowed & ~row.picks
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


def _first_post(story: PooledStory) -> PostId:
    return story.post_id


def _chosen(pool: Pool, row: Row, story: PooledStory, post_id: PostId, reader: Reader, again: int) -> Chosen:
    if again and again & row.bit_of[post_id] and not story.place:
        return Chosen(post_id, Reason.UPDATE if story.is_update else Reason.REMINDER)
    return chosen_for(pool, story, post_id, reader)


def _section(taken: tuple[PooledStory, PostId]) -> int:
    return -1 if taken[0].place else taken[0].section

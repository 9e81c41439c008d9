"""Choosing written plainly, story by story: what the quick way, with its bits and heaps, is held to."""

from typing import NamedTuple

from newsletter.base.ids import PostId
from newsletter.issues.issue import PostEdit
from newsletter.issues.limits import Limits, Sizes
from newsletter.issues.order import editors_order
from newsletter.issues.pool import RANK_SHIFT, Pool
from newsletter.issues.reader import Reader
from newsletter.sources.post import Post
from tests.unit.issues.makers import SLOT_AT, TOPICS, make_pool_of

SLUGS = [topic.slug for topic in TOPICS]
NO_TOPIC = len(SLUGS)


class Entry(NamedTuple):
    """A story as one reader would get it."""

    post: PostId
    pick: int  # place, from 1; 0: none
    section: int
    points: int  # above those that everybody has, the reader's own
    rank: int
    place: int  # in the editors' order
    source: int
    is_theirs: bool  # followed, its source followed, picked, or the reader follows nothing


def slow_choice(
    posts: list[Post], edits: list[PostEdit], reader: Reader, shown: frozenset[PostId], limits: Limits, sizes: Sizes
) -> list[PostId]:
    """Give the posts of a digest in their order."""
    pool = make_pool_of(posts, edits)
    stories = [[post for post in posts if post.story_id == one] for one in {post.story_id for post in posts}]
    entries = [one for story in stories if (one := _entry(story, edits, reader, shown, pool))]
    own = sorted((one for one in entries if one.is_theirs), key=lambda one: _order(one, reader))
    if len(own) < limits.min_posts:
        return []
    taken = _fill(own, limits.room(reader.length), limits, sizes)
    taken.sort(key=lambda one: _order(one, reader))
    outside = [one for one in entries if not one.is_theirs]
    if len(taken) >= 8 and outside:
        taken = _widen(taken, max(outside, key=lambda one: one.rank), limits, sizes, limits.room(reader.length))
    return [one.post for one in sorted(taken, key=lambda one: -1 if one.pick else one.section)]


def _entry(
    story: list[Post], edits: list[PostEdit], reader: Reader, shown: frozenset[PostId], pool: Pool
) -> Entry | None:
    topics = {topic for post in story for topic in post.topics}
    alive = sorted((post for post in story if post.visible_from <= SLOT_AT), key=editors_order)
    best = _readable(alive, reader)
    if best is None or topics & reader.mutes or shown & {post.id for post in story}:
        return None
    picks = {edit.post_id: edit.pick or 0 for edit in edits}
    pick = min((picks[post.id] for post in alive if post.id in picks), default=0)
    followed = len(topics & reader.follows)
    has_source = any(post.source in reader.sources for post in alive)
    rank = next(one.rank for one in pool.ranked.stories if one.id == story[0].story_id)
    return Entry(
        post=best.id,
        pick=pick,
        section=min((SLUGS.index(one) for one in topics), default=NO_TOPIC),
        points=rank + (_own_points(alive, followed, reader) << RANK_SHIFT),
        rank=rank,
        place=[one.id for one in pool.editors.stories].index(story[0].story_id),
        source=best.source_id,
        is_theirs=bool(pick or followed or has_source or not (reader.follows or reader.sources)),
    )


def _readable(alive: list[Post], reader: Reader) -> Post | None:
    """Give the post in the first of the reader's languages: just that one, else one of the same base.

    Never of a source that they mute; of several, that of a source they follow.
    """
    heard = [post for post in alive if post.source not in reader.muted_sources]
    for one in (*reader.reading_languages, ""):
        for form in dict.fromkeys((one.lower(), one.lower().partition("-")[0])):
            just = [post for post in heard if post.language.lower() == form]
            near = [post for post in heard if post.language.lower().partition("-")[0] == form]
            same = [*just, *(post for post in near if post not in just)]
            if same:
                return next((post for post in same if post.source in reader.sources), same[0])
    return None


def _own_points(alive: list[Post], followed: int, reader: Reader) -> int:
    points = (0, 40, 50, 60)[min(followed, 3)]
    if any(post.source in reader.sources for post in alive):
        points += 15
    if any(role.lower() == reader.role.lower() for post in alive for role in post.roles):
        points += 15
    open_to = [(post.call and post.call.countries) or (post.country,) for post in alive]
    if reader.country and any(reader.country in countries for countries in open_to):
        points += 10
    return points


def _order(one: Entry, reader: Reader) -> tuple[int, int]:
    if one.pick:
        return 0, one.pick
    return 1, -one.points if reader.follows or reader.sources else one.place


def _fill(own: list[Entry], room: int, limits: Limits, sizes: Sizes) -> list[Entry]:
    taken: list[Entry] = []
    waiting: list[Entry] = []
    whole = limits.max_bytes - sizes.frame

    def fits(one: Entry) -> bool:
        return sum(sizes.card[other.post] for other in (*taken, one)) <= whole

    for one in own:
        if len(taken) == room:
            break
        of_source = len([other for other in taken if other.source == one.source])
        of_topic = len([other for other in taken if other.section == one.section and one.section != NO_TOPIC])
        if not one.pick and (of_source >= 3 or of_topic >= max(1, int(room * 0.4))):
            waiting.append(one)
        elif fits(one):
            taken.append(one)
        elif sizes.card[one.post] <= whole:
            break
    for one in waiting:
        if len(taken) < room and fits(one):
            taken.append(one)
    return taken


def _widen(taken: list[Entry], one: Entry, limits: Limits, sizes: Sizes, room: int) -> list[Entry]:
    others = taken[:-1] if len(taken) == room else taken
    fits = sum(sizes.card[other.post] for other in (*others, one)) <= limits.max_bytes - sizes.frame
    return [*others, one] if fits else taken

"""The terms of one story for one reader: its points, and the reason that a card prints.

`choose` sorts by the same sums a thousand times quicker; a test holds the two together.
"""

from newsletter.base.ids import PostId
from newsletter.issues.digest import Chosen, Reason
from newsletter.issues.points import COUNTRY_POINTS, ROLE_POINTS, SOURCE_POINTS, TOPIC_POINTS, Points
from newsletter.issues.pool import Pool, PooledStory
from newsletter.issues.reader import Reader


def points_of(story: PooledStory, reader: Reader) -> Points:
    """Give all points of a story for a reader. Who follows nothing gets the editors' order, without own points."""
    standing, has_own = story.points, reader.follows_anything
    topics = {topic for topic, _, _ in story.reasons}
    return Points(
        topics=TOPIC_POINTS[min(len(topics & reader.follows), len(TOPIC_POINTS) - 1)],
        source=SOURCE_POINTS if story.sources & reader.sources else 0,
        role=ROLE_POINTS if has_own and reader.role.casefold() in story.roles else 0,
        country=COUNTRY_POINTS if has_own and reader.country in story.countries else 0,
        value=standing.value,
        freshness=standing.freshness,
        soon=standing.soon,
    )


def chosen_for(pool: Pool, story: PooledStory, post_id: PostId, reader: Reader) -> Chosen:
    """Give a story as one reader gets it, with why: the weightiest of their wishes that may be named."""
    if story.place:
        return Chosen(post_id, Reason.PICK)
    for topic, reason, topic_id in story.reasons:
        if topic in reader.follows:
            return Chosen(post_id, reason, topic_id)
    if not reader.sources.isdisjoint(story.sources):
        return Chosen(post_id, _source_reason(pool, post_id, reader))
    return Chosen(post_id, Reason.OUTSIDE if reader.follows_anything else Reason.EDITORS_ORDER)


def tellable_points(pool: Pool, story: PooledStory, reader: Reader) -> Points | None:
    """Give the points of a story as far as they decided and may be told.

    None of a pick, none to who follows nothing (they get the editors' order), and none that tell a secret.
    """
    decided = reader.follows_anything and not story.place
    return points_of(story, reader) if decided and not tells_a_secret(pool, story, reader) else None


def tells_a_secret(pool: Pool, story: PooledStory, reader: Reader) -> bool:
    """Tell whether a story's points would tell that the reader follows something sensitive."""
    topics = any(reason is Reason.DISCREET and topic in reader.follows for topic, reason, _ in story.reasons)
    posts = {post_id for ids in story.posts.values() for post_id in ids}
    followed = {pool.sources[one] for one in posts if pool.source_names[one] in reader.sources}
    return topics or not followed.isdisjoint(pool.discreet_sources)


def _source_reason(pool: Pool, post_id: PostId, reader: Reader) -> Reason:
    """The card names its own source; one that only has a translation of it stays unnamed."""
    is_its_own = pool.source_names[post_id] in reader.sources
    return Reason.SOURCE if is_its_own and pool.sources[post_id] not in pool.discreet_sources else Reason.DISCREET

"""The pool: what is worked out once for all readers."""

from datetime import timedelta
from typing import Any

import pytest

from newsletter.base.ids import PostId, StoryId
from newsletter.issues.digest import LeftOut
from newsletter.issues.issue import PostEdit
from newsletter.issues.pool import RANK_SHIFT, Pool
from newsletter.sources.post import CallDetails, EventDetails, Post, PostState
from tests.unit.issues.makers import SLOT_AT, make_pool_of, make_post

DAY = timedelta(days=1)


def points(post: Post) -> int:
    (story,) = make_pool_of([post], now=post.first_seen_at).ranked.stories
    return story.rank >> RANK_SHIFT


def stories(pool: Pool) -> list[int]:
    return [int(story.id) for story in pool.editors.stories]


@pytest.mark.parametrize(("age", "expected"), [(-1, 15), (0, 15), (10, 10), (20, 5), (29, 0), (30, 0), (40, 0)])
def test_freshness_falls_in_a_line_over_the_storys_own_life(age: int, expected: int) -> None:
    """15 points when it came in, none at its end; measured at the issue's slot."""
    seen = SLOT_AT - age * DAY
    assert points(make_post(first_seen_at=seen, visible_from=seen, alive_until=seen + 30 * DAY)) == expected


@pytest.mark.parametrize(("days", "expected"), [(0, 20), (1, 19), (19, 1), (20, 0), (50, 0), (-1, 0)])
def test_an_event_or_deadline_counts_more_as_it_comes_near(days: int, expected: int) -> None:
    """20 points on the day, one less for each day before, none for what is past."""
    seen = SLOT_AT - 40 * DAY
    old: dict[str, Any] = {"first_seen_at": seen, "visible_from": seen, "alive_until": seen + 35 * DAY}
    moment = SLOT_AT + days * DAY
    assert points(make_post(event=EventDetails(starts_at=moment), **old)) == expected
    assert points(make_post(call=CallDetails(deadline=moment), **old)) == expected
    assert points(make_post(event=EventDetails(starts_at=SLOT_AT + 90 * DAY, register_by=moment), **old)) == expected
    assert points(make_post(call=CallDetails(), **old)) == 0


@pytest.mark.parametrize("value", [0, 1, 2, 3])
def test_each_step_of_the_editors_value_is_ten_points(value: int) -> None:
    """An editor's highest value outweighs what a fresh story has."""
    seen = SLOT_AT - 30 * DAY
    assert points(make_post(value=value, first_seen_at=seen, visible_from=seen, alive_until=SLOT_AT)) == value * 10


def test_points_do_not_depend_on_when_the_delivery_is_claimed() -> None:
    """A retry a day later ranks the same: only what is alive changes."""
    posts = [make_post(number, alive_until=SLOT_AT + number * DAY) for number in range(1, 4)]
    early, late = (make_pool_of(posts, now=SLOT_AT + hours * DAY / 24) for hours in (0, 30))
    ranks = {story.id: story.rank for story in early.ranked.stories}
    assert [(story.id, story.rank) for story in late.ranked.stories] == [
        (story_id, rank) for story_id, rank in ranks.items() if story_id != StoryId(1)
    ]
    assert late.out == {StoryId(1): LeftOut.NOT_ALIVE}


@pytest.mark.parametrize("state", [PostState.WITHDRAWN, PostState.HELD])
def test_withdrawn_and_held_posts_are_not_alive(state: PostState) -> None:
    """A translation that is alive keeps the story; the dead post is given to nobody."""
    dead = make_post(1, story_id=StoryId(1), state=state)
    assert make_pool_of([dead]).out == {StoryId(1): LeftOut.NOT_ALIVE}
    alive = make_post(2, story_id=StoryId(1), language="de")
    (story,) = make_pool_of([dead, alive]).editors.stories
    assert (story.post_id, dict(story.posts)) == (PostId(2), {"de": (PostId(2),)})


def test_a_post_is_alive_from_its_embargo_to_its_end() -> None:
    """`visible_from` belongs to its life, `alive_until` does not."""
    post = make_post(visible_from=SLOT_AT, alive_until=SLOT_AT + DAY)
    alive = [bool(stories(make_pool_of([post], now=SLOT_AT + shift))) for shift in (-DAY, 0 * DAY, DAY / 2, DAY)]
    assert alive == [False, True, True, False]


def test_having_seen_a_dead_translation_is_having_seen_the_story() -> None:
    """The memory of what was shown reaches stories through every post, withdrawn ones too."""
    posts = [make_post(1, story_id=StoryId(5)), make_post(2, story_id=StoryId(5), language="de")]
    pool = make_pool_of(posts, withdrawn={PostId(1)})
    assert set(pool.editors.bit_of) == {PostId(1), PostId(2)}


def test_editors_order_is_picks_value_newest_id() -> None:
    """A date ahead of the clock counts as the moment the post came in."""
    same = SLOT_AT - 2 * DAY
    posts = [
        make_post(1, first_seen_at=same, published_at=None),
        make_post(2, first_seen_at=same, published_at=SLOT_AT + 99 * DAY),
        make_post(3, first_seen_at=same, published_at=same - DAY),
        make_post(4, value=1, first_seen_at=same - 9 * DAY),
        make_post(5, first_seen_at=same - 20 * DAY, published_at=None),
    ]
    assert stories(make_pool_of(posts, [PostEdit(post_id=PostId(5), pick=1)])) == [5, 4, 2, 1, 3]

"""Points: what `choose` ranks by is what people are told."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from newsletter.issues.choose import in_order
from newsletter.issues.points import MOST_FRESHNESS, MOST_SOON, points_for
from newsletter.issues.pool import RANK_SHIFT
from newsletter.sources.post import CallDetails
from tests.unit.issues.makers import SLOT_AT, TOPICS, make_pool_of, make_post, make_reader

SLUGS = [topic.slug for topic in TOPICS]


@given(
    st.lists(st.tuples(st.sets(st.sampled_from(SLUGS)), st.integers(0, 3), st.integers(-5, 40)), max_size=12),
    st.sets(st.sampled_from(SLUGS), min_size=1),
)
def test_stories_come_by_the_points_that_are_told(rows: list[tuple[set[str], int, int]], follows: set[str]) -> None:
    """Each term is in its bounds, and no story stands before one with a larger sum."""
    posts = [
        make_post(
            number,
            topics=tuple(sorted(topics)),
            value=value,
            call=CallDetails(deadline=SLOT_AT + timedelta(days=days)),
        )
        for number, (topics, value, days) in enumerate(rows, 1)
    ]
    found = in_order(make_pool_of(posts), make_reader(follows=follows), frozenset())
    told = [
        points_for(story.points, {topic for topic, _, _ in story.reasons}, frozenset(follows)) for story, _ in found
    ]
    assert [one.sum for one in told] == sorted((one.sum for one in told), reverse=True)
    for one, (story, _) in zip(told, found, strict=True):
        assert one.sum - one.topics == story.rank >> RANK_SHIFT
        assert one.topics in {40, 50, 60}
        assert one.value in {0, 10, 20, 30}
        assert 0 <= one.freshness <= MOST_FRESHNESS
        assert 0 <= one.soon <= MOST_SOON

"""A mail's order: picks, topics, the rest; within a section the order of the choice."""

from hypothesis import given
from hypothesis import strategies as st

from newsletter.base.ids import PostId
from newsletter.issues.digest import Chosen, Reason
from newsletter.rendering.arrange import FOCUS, MORE_NEWS, NEWS, PLAIN, arrange, section_places
from tests.unit.rendering.sample import sample_issue

PLACES = section_places(sample_issue())


def test_each_post_has_the_place_of_its_topic() -> None:
    """Topics count from 1 in the issue's order; what fits under none comes last."""
    assert PLACES == {1: 1, 2: 1, 3: 2, 4: 2, 5: 3, 6: 3, 7: 4, 8: MORE_NEWS, 9: MORE_NEWS}


@given(posts=st.lists(st.integers(1, 9), unique=True), picks=st.integers(0, 3))
def test_every_story_stands_once_and_in_order(posts: list[int], picks: int) -> None:
    """Nothing is lost or doubled; sections rise; within a section the choice's order holds."""
    chosen = [Chosen(PostId(post), Reason.PICK if at < picks else Reason.TOPIC, 1) for at, post in enumerate(posts)]
    arranged = arrange(chosen, PLACES)
    assert sorted(one.post_id for section in arranged for one in section.chosen) == sorted(posts)
    assert [section.index for section in arranged] == sorted({section.index for section in arranged})
    for section in arranged:
        order = [chosen.index(one) for one in section.chosen]
        assert order == sorted(order)
        assert all((one.reason == Reason.PICK) == (section.index == FOCUS) for one in section.chosen)


def test_a_selection_keeps_its_persons_order() -> None:
    """What a person ordered is not sorted by topic."""
    chosen = [Chosen(PostId(post), Reason.SELECTION) for post in (8, 1, 5)]
    (section,) = arrange(chosen, PLACES)
    assert section.index == PLAIN
    assert list(section.chosen) == chosen


def test_the_rest_alone_is_news() -> None:
    """More news needs something that it is more than."""
    (section,) = arrange([Chosen(PostId(8), Reason.EDITORS_ORDER)], PLACES)
    assert section.index == NEWS

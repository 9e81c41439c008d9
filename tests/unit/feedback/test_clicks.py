"""Which opened links people opened: laws over every order and pace of clicks."""

from collections import Counter
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from newsletter.base.ids import IssueId, PostId
from newsletter.feedback.clicks import HASTE, MOST_HELD, MOST_IN_HASTE, OpenedLink, OpenedLinks, by_people
from tests.conftest import NOW

CLIENTS = ("anna", "gateway")


def link(seconds: float, post: int = 1, client: str = "anna", issue: int = 1) -> OpenedLink:
    return OpenedLink(
        issue_id=IssueId(issue),
        post_id=PostId(post),
        day="2026-11-23",
        client=client,
        at=NOW + timedelta(seconds=seconds),
    )


opened_links = st.lists(
    st.builds(
        link,
        st.integers(0, 30),
        post=st.integers(1, 6),
        client=st.sampled_from(CLIENTS),
        issue=st.integers(1, 2),
    ),
    min_size=5,
    max_size=40,
)


def slow(links: list[OpenedLink]) -> Counter[OpenedLink]:
    """The same rule, written plainly."""
    people: Counter[OpenedLink] = Counter()
    in_time = sorted(links, key=lambda one: one.at)
    for place, one in enumerate(in_time):
        mine = [other for other in in_time if (other.client, other.issue_id) == (one.client, one.issue_id)]
        near = {other.post_id for other in mine if abs(other.at - one.at) <= HASTE}
        before = [
            other
            for other in in_time[:place]
            if other in mine and other.post_id == one.post_id and one.at - other.at <= HASTE
        ]
        if len(near) <= MOST_IN_HASTE and not before:
            people[one] += 1
    return people


@given(opened_links)
def test_haste_is_no_person(links: list[OpenedLink]) -> None:
    """Who opens more than three stories of an issue within ten seconds is left out, whole; the rest counts once."""
    assert Counter(by_people(links)) == slow(links)


@given(opened_links)
def test_the_order_of_arrival_does_not_matter(links: list[OpenedLink]) -> None:
    """The same clicks give the same counts, in whatever order threads noted them."""
    assert Counter(by_people(links)) == Counter(by_people(links[::-1]))


@given(opened_links, st.lists(st.integers(0, 50), max_size=8))
def test_each_click_is_judged_once_whenever_one_looks(links: list[OpenedLink], looks: list[int]) -> None:
    """Settled in portions or at once, the counts are those of the whole."""
    held = OpenedLinks()
    waiting = sorted(links, key=lambda one: one.at)
    found: Counter[OpenedLink] = Counter()
    for moment in [NOW + timedelta(seconds=look) for look in sorted(looks)]:
        while waiting and waiting[0].at <= moment:
            held.add(waiting.pop(0))
        found.update(held.settle(moment - HASTE))
    for one in waiting:
        held.add(one)
    found.update(held.settle(NOW + timedelta(minutes=5)))
    assert found == slow(links)


def test_what_is_judged_is_forgotten() -> None:
    """Ten seconds after it was judged nothing is held of a click."""
    held = OpenedLinks()
    held.add(link(0))
    assert held.settle(NOW + timedelta(seconds=15)) == [link(0)]
    assert held.settle(NOW + timedelta(seconds=60)) == []
    assert held.held == 0


def test_a_flood_takes_no_more_memory_than_was_set() -> None:
    """Above the most held nothing more is taken in."""
    held = OpenedLinks()
    for number in range(MOST_HELD + 5):
        held.add(link(0, client=str(number)))
    assert held.held == MOST_HELD


def test_a_client_is_not_its_address() -> None:
    """The name of a client tells neither address nor program, and differs from run to run."""
    one, other = OpenedLinks(), OpenedLinks()
    named = one.client("192.0.2.7", "Mozilla/5.0")
    assert named == one.client("192.0.2.7", "Mozilla/5.0")
    assert named != one.client("192.0.2.8", "Mozilla/5.0")
    assert named != other.client("192.0.2.7", "Mozilla/5.0")
    assert "192.0.2.7" not in named


def test_now_is_used_as_given() -> None:
    """A clock that goes back judges nothing twice."""
    held = OpenedLinks()
    held.add(link(0))
    later: datetime = NOW + timedelta(seconds=30)
    assert len(held.settle(later)) == 1
    assert held.settle(later - timedelta(seconds=25)) == []

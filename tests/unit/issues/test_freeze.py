"""Freezing: the editors' decisions laid over the posts, kept word for word."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.base.ids import PostId, StoryId
from newsletter.issues.freeze import frozen_from_json, frozen_to_json
from newsletter.issues.issue import PostEdit, Texts
from newsletter.sources.post import CallDetails, EventDetails, Picture, Post, PostKind, PostState
from tests.unit.issues.makers import TOPICS, make_frozen, make_post, make_recipe

words = st.text(max_size=20)
moments = st.datetimes(
    min_value=datetime(2000, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30)), timezone(timedelta(hours=-8))]),
)
by_language = st.dictionaries(st.sampled_from(["en", "de", "fr"]), words, max_size=2)
events = st.builds(
    EventDetails, starts_at=moments, ends_at=st.none() | moments, all_day=st.booleans(), zone=words, place=words,
    livestream_url=words, register_by=st.none() | moments,
)  # fmt: skip
calls = st.builds(CallDetails, deadline=st.none() | moments, countries=st.lists(words, max_size=2).map(tuple))
pictures = st.builds(Picture, name=words, width=st.integers(0), height=st.integers(0), alt=words)


@st.composite
def any_post(draw: st.DrawFn) -> Post:
    return make_post(
        draw(st.integers(1, 10_000)),
        kind=draw(st.sampled_from(PostKind)),
        state=draw(st.sampled_from(PostState)),
        title=draw(words),
        body=draw(words),
        topics=tuple(draw(st.lists(st.sampled_from(["funding", "policy", "gone"]), max_size=2))),
        published_at=draw(st.none() | moments),
        first_seen_at=draw(moments),
        picture=draw(st.none() | pictures),
        event=draw(st.none() | events),
        call=draw(st.none() | calls),
        value=draw(st.integers(0, 3)),
    )


@settings(max_examples=25, deadline=None)
@given(
    posts=st.lists(any_post(), max_size=4, unique_by=lambda post: post.id),
    picked=st.integers(1, 3),
    texts=st.builds(Texts, subject=by_language, preheader=by_language, intro=by_language, announcement=by_language),
)
def test_what_was_frozen_comes_back_equal(posts: list[Post], picked: int, texts: Texts) -> None:
    """The JSON form loses nothing: any process reads the same issue, and writes the same text of it."""
    edits = [PostEdit(post_id=post.id, pick=n, value=picked) for n, post in enumerate(posts, 1)]
    frozen = make_frozen(posts, edits, texts=texts, recipe=make_recipe(subject={"de": "Hallo"}, skip=["2026-12-24"]))
    text = frozen_to_json(frozen)
    assert frozen_from_json(text) == frozen
    assert frozen_to_json(frozen_from_json(text)) == text


def ids(posts: tuple[Post, ...]) -> list[int]:
    return [int(post.id) for post in posts]


def test_a_drop_takes_the_whole_story_along() -> None:
    """No translation of a story that an editor dropped slips past; the frozen issue remembers the drop."""
    posts = [make_post(1, story_id=StoryId(9)), make_post(2, story_id=StoryId(9), language="de"), make_post(3)]
    frozen = make_frozen(posts, [PostEdit(post_id=PostId(1), dropped=True), PostEdit(post_id=PostId(77), dropped=True)])
    assert (ids(frozen.posts), frozen.dropped) == ([3], (StoryId(9),))


def test_a_value_for_this_issue_counts_for_the_whole_story() -> None:
    """An editor's value stands above the post's own, up and down, in every language."""
    posts = [
        make_post(1, story_id=StoryId(9), value=3),
        make_post(2, story_id=StoryId(9), value=3),
        make_post(3, value=2),
    ]
    frozen = make_frozen(posts, [PostEdit(post_id=PostId(2), value=1)])
    assert [(int(post.id), post.value) for post in frozen.posts] == [(3, 2), (1, 1), (2, 1)]


def test_a_story_has_one_section() -> None:
    """All posts of a story stand under the first topic, in the order of sections, that any of them has."""
    posts = [
        make_post(1, story_id=StoryId(9), topics=("events", "policy")),
        make_post(2, story_id=StoryId(9), topics=("funding",)),
        make_post(3, topics=("gone",)),
        make_post(4),
    ]
    frozen = make_frozen(posts)
    assert frozen.sections == {1: "funding", 2: "funding", 3: "", 4: ""}
    assert [topic.position for topic in frozen.topics] == sorted(topic.position for topic in TOPICS)


def test_picks_keep_their_order_and_only_what_is_there() -> None:
    """A pick whose post is gone or dropped is no pick."""
    edits: list[Any] = [
        PostEdit(post_id=PostId(1), pick=3),
        PostEdit(post_id=PostId(2), pick=1),
        PostEdit(post_id=PostId(3), pick=2, dropped=True),
        PostEdit(post_id=PostId(44), pick=1),
    ]
    frozen = make_frozen([make_post(1), make_post(2), make_post(3)], edits)
    assert frozen.picks == (PostId(2), PostId(1))
    assert frozen.edits == tuple(edits)


def test_a_selection_holds_what_was_picked_and_no_more() -> None:
    """Posts nobody picked have no place in a selection or letter."""
    posts = [make_post(1), make_post(2)]
    assert ids(make_frozen(posts, [PostEdit(post_id=PostId(2), pick=1)], kind="selection").posts) == [2]
    assert ids(make_frozen(posts, kind="letter").posts) == []

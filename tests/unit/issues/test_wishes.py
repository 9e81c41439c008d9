"""Followed and muted sources, role and country: what they bring, what they keep out, and what a card says of them."""

from dataclasses import replace

import pytest

from newsletter.base.ids import PostId, SourceId, StoryId
from newsletter.issues.choose import choose
from newsletter.issues.digest import Chosen, Digest, LeftOut, Reason
from newsletter.issues.issue import PostEdit
from newsletter.issues.limits import Limits
from newsletter.sources.post import CallDetails
from tests.unit.issues.makers import make_pool_of, make_post, make_reader, sizes_of


def titles(digest: Digest) -> list[int]:
    return [int(one.post_id) for one in digest.chosen]


def test_who_follows_a_source_gets_its_stories() -> None:
    """Without any topic: those of the source and the picks, saying so; a topic's stories come before them."""
    posts = [
        make_post(1, source="Academy", source_id=SourceId(1)),
        make_post(2, source="Ministry", source_id=SourceId(2), topics=("funding",)),
        make_post(3, source="Ministry", source_id=SourceId(2)),
        make_post(4, source="Ministry", source_id=SourceId(2)),
    ]
    pool = make_pool_of(posts, [PostEdit(post_id=PostId(4), pick=1)])
    reader = make_reader(sources=frozenset({"Academy"}))
    digest = choose(pool, reader, frozenset(), sizes_of(posts), limits=Limits())
    assert digest.chosen == (Chosen(PostId(4), Reason.PICK), Chosen(PostId(1), Reason.SOURCE))
    assert digest.left_out == {StoryId(2): LeftOut.NOT_FOLLOWED, StoryId(3): LeftOut.NOT_FOLLOWED}
    both = choose(
        pool, replace(reader, follows=frozenset({"funding"})), frozenset(), sizes_of(posts), limits=Limits(max_posts=2)
    )
    assert titles(both) == [4, 2]


@pytest.mark.parametrize(("muted", "expected"), [({"Academy"}, [2]), ({"Academy", "Ministry"}, []), (set(), [1])])
def test_a_muted_source_is_silent_and_its_story_comes_from_another(muted: set[str], expected: list[int]) -> None:
    """A story that several sources have comes as the post of one that is not muted, and else not at all."""
    posts = [
        make_post(1, source="Academy", source_id=SourceId(1), story_id=StoryId(7), value=1),
        make_post(2, source="Ministry", source_id=SourceId(2), story_id=StoryId(7)),
    ]
    reader = make_reader(muted_sources=frozenset(muted))
    digest = choose(make_pool_of(posts), reader, frozenset(), sizes_of(posts), limits=Limits())
    assert titles(digest) == expected
    assert digest.left_out == ({} if expected else {StoryId(7): LeftOut.MUTED})


def test_of_one_language_the_followed_source_is_preferred() -> None:
    """The card names the source that the reader follows; one that only has a translation is not named."""
    posts = [
        make_post(1, source="Academy", source_id=SourceId(1), story_id=StoryId(7), value=1),
        make_post(2, source="Ministry", source_id=SourceId(2), story_id=StoryId(7)),
        make_post(3, source="Hospital", source_id=SourceId(3), story_id=StoryId(7), language="de"),
    ]
    for source, expected in (
        ("Ministry", Chosen(PostId(2), Reason.SOURCE)),
        ("Hospital", Chosen(PostId(1), Reason.DISCREET)),
    ):
        reader = make_reader(sources=frozenset({source}))
        digest = choose(make_pool_of(posts), reader, frozenset(), sizes_of(posts), limits=Limits())
        assert digest.chosen == (expected,)


def test_a_source_that_writes_of_a_diagnosis_is_never_named() -> None:
    """To follow it tells as much as to follow the topic, also on a card of something else."""
    posts = [
        make_post(1, source="Hospital", topics=("policy",)),
        make_post(2, source="Hospital", topics=("diagnosis",)),
    ]
    reader = make_reader(sources=frozenset({"Hospital"}))
    digest = choose(make_pool_of(posts), reader, frozenset(), sizes_of(posts), limits=Limits())
    assert {one.reason for one in digest.chosen} == {Reason.DISCREET}


def test_role_and_country_move_stories_up_and_bring_none() -> None:
    """Among what comes anyway those for the reader's role and country come first; who follows nothing is not moved."""
    posts = [
        make_post(1, topics=("funding",), value=1),
        make_post(2, topics=("funding",), roles=("Clinician",)),
        make_post(3, topics=("funding",), call=CallDetails(countries=("IT",)), country="PT"),
        make_post(4, roles=("Clinician",), country="IT"),
    ]
    reader = make_reader(follows={"funding"}, role="clinician", country="IT")
    one, few = Limits(max_posts=1), Limits(max_posts=2)
    assert titles(choose(make_pool_of(posts), reader, frozenset(), sizes_of(posts), limits=one)) == [2]
    assert titles(choose(make_pool_of(posts[1:]), reader, frozenset(), sizes_of(posts), limits=few)) == [2, 3]
    plain = make_reader(role="clinician", country="IT")
    assert titles(choose(make_pool_of(posts), plain, frozenset(), sizes_of(posts), limits=one)) == [1]

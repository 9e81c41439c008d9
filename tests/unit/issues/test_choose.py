"""Choosing for a reader: laws that hold for any posts, any reader and any history."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.base.ids import PostId, SourceId, StoryId
from newsletter.issues.choose import choose
from newsletter.issues.digest import Chosen, Digest, LeftOut, Reason, pack_choice, unpack_choice
from newsletter.issues.issue import PostEdit, Texts
from newsletter.issues.limits import MOST_BYTES, Limits, Sizes
from newsletter.issues.reader import Reader
from newsletter.sources.post import CallDetails, Post
from tests.unit.issues.makers import SLOT_AT, TOPICS, make_pool_of, make_post, make_reader, sizes_of
from tests.unit.issues.slow_choice import slow_choice

SLUGS = [topic.slug for topic in TOPICS]
LANGUAGES = ["en", "de", "fr", "pt-BR", ""]

SOURCES = ["Academy", "Ministry", "Hospital"]
NO_SOURCES: frozenset[str] = frozenset()

posts_strategy = st.lists(
    st.builds(
        lambda story, topics, language, value, source, withdrawn: {
            "source": SOURCES[source - 1],
            "source_id": SourceId(source),
            "story_id": StoryId(story),
            "topics": tuple(topics),
            "language": language,
            "value": value,
            "visible_from": SLOT_AT if not withdrawn else SLOT_AT.replace(year=2030),
        },
        st.integers(1, 25),
        st.lists(st.sampled_from(SLUGS), unique=True, max_size=3),
        st.sampled_from(LANGUAGES),
        st.integers(0, 3),
        st.integers(1, 3),
        st.sampled_from([False, False, False, True]),
    ),
    max_size=30,
).map(lambda rows: [make_post(number, **row) for number, row in enumerate(rows, 1)])

readers_strategy = st.builds(
    lambda follows, mutes, sources, muted, languages, length, role, country: make_reader(
        follows=follows,
        mutes=mutes,
        sources=frozenset(sources),
        muted_sources=frozenset(muted),
        reading_languages=tuple(languages),
        length=length,
        role=role,
        country=country,
    ),
    st.sets(st.sampled_from(SLUGS)),
    st.sets(st.sampled_from(SLUGS), max_size=1),
    st.just(()) | st.sets(st.sampled_from(SOURCES), max_size=2),
    st.just(()) | st.sets(st.sampled_from(SOURCES), max_size=1),
    st.lists(st.sampled_from(["en", "de", "fr", "pt", "pt-BR"]), min_size=1, max_size=3, unique=True),
    st.sampled_from(["short", "normal", "full"]),
    st.sampled_from(["", "clinician"]),
    st.sampled_from(["", "IT"]),
)
ids_strategy = st.frozensets(st.integers(1, 30).map(PostId), max_size=12)
edits_strategy = st.lists(st.integers(1, 30), max_size=3, unique=True).map(
    lambda picked: [PostEdit(post_id=PostId(post_id), pick=place) for place, post_id in enumerate(picked, 1)]
)
limits_strategy = st.builds(
    Limits,
    min_posts=st.integers(1, 4),
    max_posts=st.integers(4, 30),
    max_bytes=st.sampled_from([0, 9_000, 25_000, MOST_BYTES]),
)
law = settings(max_examples=30, deadline=None)
given_anything = given(posts_strategy, edits_strategy, readers_strategy, ids_strategy, limits_strategy)


def card_size(post: Post) -> int:
    return 1_000 + post.id * 397 % 5_000


def run(
    posts: list[Post], edits: list[PostEdit], reader: Reader, shown: frozenset[PostId], limits: Limits, **fields: Any
) -> Digest:
    sizes = Sizes(8_000, {post.id: card_size(post) for post in posts})
    return choose(make_pool_of(posts, edits, **fields), reader, shown, sizes, limits=limits)


def titles(digest: Digest) -> list[int]:
    return [int(one.post_id) for one in digest.chosen]


@law
@given_anything
def test_no_story_comes_twice(
    posts: list[Post], edits: list[PostEdit], reader: Reader, shown: frozenset[PostId], limits: Limits
) -> None:
    """A story of which the reader saw any post, in any language, is not chosen; nor is one chosen twice."""
    story_of = {post.id: post.story_id for post in posts}
    chosen = [story_of[one.post_id] for one in run(posts, edits, reader, shown, limits).chosen]
    assert len(set(chosen)) == len(chosen)
    assert not {story_of[post_id] for post_id in shown if post_id in story_of} & set(chosen)


@law
@given_anything
def test_hard_rules_bend_for_nothing(
    posts: list[Post], edits: list[PostEdit], reader: Reader, shown: frozenset[PostId], limits: Limits
) -> None:
    """Muted topics, other languages, and posts that are not alive never come, not even as a pick."""
    by_id = {post.id: post for post in posts}
    for one in run(posts, edits, reader, shown, limits).chosen:
        post = by_id[one.post_id]
        topics = {topic for other in posts if other.story_id == post.story_id for topic in other.topics}
        assert not topics & reader.mutes
        assert post.source not in reader.muted_sources
        assert not post.language or post.language.split("-")[0] in {x.split("-")[0] for x in reader.reading_languages}
        assert post.visible_from <= SLOT_AT < post.alive_until


@law
@given_anything
def test_caps_are_kept_and_every_story_is_accounted_for(
    posts: list[Post], edits: list[PostEdit], reader: Reader, shown: frozenset[PostId], limits: Limits
) -> None:
    """Count and bytes stay inside the limits; each story is chosen or has the rule that kept it out; `more` counts."""
    digest = run(posts, edits, reader, shown, limits)
    room = {"short": min(5, limits.max_posts), "normal": min(25, limits.max_posts), "full": 25}[reader.length]
    assert len(digest.chosen) <= room <= 25
    card_bytes = sum(1_000 + one.post_id * 397 % 5_000 for one in digest.chosen)
    assert not digest.chosen or 8_000 + card_bytes <= limits.max_bytes
    story_of = {post.id: post.story_id for post in posts}
    chosen = {story_of[one.post_id] for one in digest.chosen}
    assert chosen | set(digest.left_out) == set(story_of.values())
    assert not chosen & set(digest.left_out)
    assert digest.more == sum(why in {LeftOut.NO_ROOM, LeftOut.CAPPED} for why in digest.left_out.values())


@law
@given_anything
def test_reasons_are_true(
    posts: list[Post], edits: list[PostEdit], reader: Reader, shown: frozenset[PostId], limits: Limits
) -> None:
    """What a card says is so: it is a pick, or the named topic is followed; a sensitive topic is never named."""
    by_id, picked = {post.id: post for post in posts}, {edit.post_id for edit in edits}
    topic_of = {topic.id: topic for topic in TOPICS}
    for one in run(posts, edits, reader, shown, limits).chosen:
        story = [post for post in posts if post.story_id == by_id[one.post_id].story_id]
        followed = {topic for post in story for topic in post.topics} & reader.follows
        if one.reason == Reason.PICK:
            assert picked & {post.id for post in story}
        elif one.reason == Reason.TOPIC:
            assert topic_of[one.topic_id].slug in followed
            assert not topic_of[one.topic_id].sensitive
        elif one.reason == Reason.SOURCE:
            assert by_id[one.post_id].source in reader.sources
            assert by_id[one.post_id].source not in {post.source for post in posts if "diagnosis" in post.topics}
        elif one.reason == Reason.DISCREET:
            assert one.topic_id == 0
            assert followed == {"diagnosis"} or {post.source for post in story} & reader.sources
        elif one.reason == Reason.OUTSIDE:
            assert reader.follows or reader.sources
            assert not followed
        else:
            assert (one.reason, reader.follows, reader.sources) == (Reason.EDITORS_ORDER, frozenset(), NO_SOURCES)


@law
@given_anything
def test_the_order_is_picks_then_sections(
    posts: list[Post], edits: list[PostEdit], reader: Reader, shown: frozenset[PostId], limits: Limits
) -> None:
    """Picks are on top in their order; then sections follow each other in the order of topics."""
    digest = run(posts, edits, reader, shown, limits)
    by_id = {post.id: post for post in posts}
    place_of = {by_id[edit.post_id].story_id: edit.pick for edit in reversed(edits) if edit.post_id in by_id}
    places = [place_of.get(by_id[one.post_id].story_id) for one in digest.chosen]
    picks = [place for place in places if place]
    assert places[: len(picks)] == sorted(picks)
    rest = [by_id[one.post_id].story_id for one in digest.chosen[len(picks) :]]
    topics = [{topic for post in posts if post.story_id == story for topic in post.topics} for story in rest]
    sections = [min((SLUGS.index(topic) for topic in found), default=len(SLUGS)) for found in topics]
    assert sections == sorted(sections)


@law
@given(
    posts_strategy, edits_strategy, readers_strategy, ids_strategy, limits_strategy, st.randoms(use_true_random=False)
)
def test_the_same_input_in_any_order_gives_the_same_digest(
    posts: list[Post], edits: list[PostEdit], reader: Reader, shown: frozenset[PostId], limits: Limits, random: Any
) -> None:
    """A digest depends on what there is, not on the order in which it was read."""
    first = run(posts, edits, reader, shown, limits)
    shuffled = random.sample(posts, len(posts))
    again = run(shuffled, edits, reader, frozenset(sorted(shown, reverse=True)), limits)
    assert (first.chosen, first.more, dict(first.left_out)) == (again.chosen, again.more, dict(again.left_out))


@law
@given(posts_strategy, readers_strategy, ids_strategy, st.data())
def test_a_higher_value_never_costs_a_story_its_place(
    posts: list[Post], reader: Reader, shown: frozenset[PostId], data: st.DataObject
) -> None:
    """Whoever got a story still gets it when an editor raises its value."""
    digest = run(posts, [], reader, shown, Limits(max_posts=4))
    if not digest.chosen:
        return
    one = data.draw(st.sampled_from(digest.chosen))
    story = next(post.story_id for post in posts if post.id == one.post_id)
    raised = [replace(post, value=3) if post.story_id == story else post for post in posts]
    again = run(raised, [], reader, shown, Limits(max_posts=4))
    assert story in {post.story_id for post in posts if post.id in {other.post_id for other in again.chosen}}


@law
@given_anything
def test_a_choice_survives_its_packed_form(
    posts: list[Post], edits: list[PostEdit], reader: Reader, shown: frozenset[PostId], limits: Limits
) -> None:
    """What the outbox stores says the same as the digest."""
    digest = run(posts, edits, reader, shown, limits)
    assert unpack_choice(pack_choice(digest.chosen, digest.more)) == (digest.chosen, digest.more)


def test_a_reader_who_follows_nothing_gets_the_editors_order() -> None:
    """Value, then newest first; dates of events do not matter then."""
    posts = [make_post(1), make_post(2, value=3), make_post(3), make_post(4, value=1)]
    digest = choose(make_pool_of(posts), make_reader(), frozenset(), sizes_of(posts), limits=Limits())
    assert titles(digest) == [2, 4, 1, 3]
    assert {one.reason for one in digest.chosen} == {Reason.EDITORS_ORDER}


def test_a_reader_who_follows_topics_gets_them_and_the_picks() -> None:
    """Other stories stay out as NOT_FOLLOWED; more followed topics, then value, decide what comes first."""
    posts = [
        make_post(1, topics=("policy",)),
        make_post(2, topics=("funding",)),
        make_post(3, topics=("funding", "events")),
        make_post(4, topics=("policy",)),
        make_post(5, topics=("funding",), value=2),
    ]
    reader = make_reader(follows={"funding", "events"})
    edits = [PostEdit(post_id=PostId(4), pick=1)]
    digest = choose(make_pool_of(posts, edits), reader, frozenset(), sizes_of(posts), limits=Limits())
    assert digest.chosen == (
        Chosen(PostId(4), Reason.PICK),
        Chosen(PostId(5), Reason.TOPIC, 1),
        Chosen(PostId(3), Reason.TOPIC, 1),
        Chosen(PostId(2), Reason.TOPIC, 1),
    )
    assert digest.left_out == {StoryId(1): LeftOut.NOT_FOLLOWED}


def test_the_first_open_topic_is_told_and_a_sensitive_one_never() -> None:
    """Of several followed topics the first that may be named is; a diagnosis alone is told discreetly."""
    posts = [make_post(1, topics=("diagnosis",)), make_post(2, topics=("diagnosis", "events"))]
    reader = make_reader(follows={"diagnosis", "events"})
    digest = choose(make_pool_of(posts), reader, frozenset(), sizes_of(posts), limits=Limits())
    assert set(digest.chosen) == {Chosen(PostId(1), Reason.DISCREET), Chosen(PostId(2), Reason.TOPIC, 3)}


@pytest.mark.parametrize(
    ("languages", "expected"),
    [(("de", "en"), 2), (("fr", "en"), 1), (("pt",), 3), (("pt-PT", "de"), 3), (("es",), 4), (("de-AT",), 2)],
)
def test_a_reader_gets_the_translation_of_their_first_language(languages: tuple[str, ...], expected: int) -> None:
    """One story, one post: by the reader's order of languages; a post of unknown language is the last resort."""
    texts = enumerate(["en", "de", "pt-BR", ""], 1)
    posts = [make_post(number, language=language, story_id=StoryId(7)) for number, language in texts]
    reader = make_reader(reading_languages=languages)
    digest = choose(make_pool_of(posts), reader, frozenset(), sizes_of(posts), limits=Limits())
    assert titles(digest) == [expected]


def test_too_few_is_nothing_to_say() -> None:
    """Under min_posts the digest is empty and says why; a reader's short length is no shortage of news."""
    posts = [make_post(number) for number in range(1, 9)]
    few = choose(make_pool_of(posts[:2]), make_reader(), frozenset(), sizes_of(posts), limits=Limits(min_posts=3))
    assert few.is_empty
    assert set(few.left_out.values()) == {LeftOut.TOO_FEW}
    short = make_reader(length="short")
    assert len(choose(make_pool_of(posts), short, frozenset(), sizes_of(posts), limits=Limits(min_posts=6)).chosen) == 5


def test_the_mail_stops_at_the_byte_budget() -> None:
    """Row 27: frame and cards together stay at or under 96,000 bytes; the first card that does not fit ends it."""
    posts = [make_post(number) for number in range(1, 26)]
    full = make_reader(length="full")
    for card, fits in ((11_000, 8), (3_520, 25), (3_521, 24)):
        digest = choose(make_pool_of(posts), full, frozenset(), sizes_of(posts, card=card), limits=Limits())
        assert (titles(digest), digest.more) == (list(range(1, fits + 1)), 25 - fits)


def test_sections_follow_the_order_of_topics_not_of_points() -> None:
    """A story of a later section stays there however high it scores; inside a section points decide."""
    posts = [
        make_post(1, topics=("events",), value=3),
        make_post(2, topics=("funding",)),
        make_post(3, value=3),
        make_post(4, topics=("funding", "events"), value=2),
        make_post(5, topics=("policy",), value=1),
    ]
    for reader, expected in (
        (make_reader(), [4, 2, 5, 1, 3]),
        (make_reader(follows={"funding", "events", "policy"}), [4, 2, 5, 1]),
    ):
        digest = choose(make_pool_of(posts), reader, frozenset(), sizes_of(posts), limits=Limits())
        assert titles(digest) == expected


def test_one_card_too_large_does_not_keep_the_others_out() -> None:
    """A card that could never fit is passed over and counted; the rest of the digest comes."""
    posts = [make_post(1, value=3), make_post(2), make_post(3)]
    sizes = Sizes(8_000, {PostId(1): 200_000, PostId(2): 3_000, PostId(3): 3_000})
    digest = choose(make_pool_of(posts), make_reader(), frozenset(), sizes, limits=Limits())
    assert (titles(digest), digest.more, digest.left_out) == ([2, 3], 1, {StoryId(1): LeftOut.NO_ROOM})


@pytest.mark.parametrize(("kind", "reason"), [("selection", Reason.SELECTION), ("letter", Reason.LETTER)])
def test_a_selection_is_the_same_for_everybody(kind: str, reason: Reason) -> None:
    """Picked posts in the picked order, whatever was shown, followed, muted or read; nothing that was not picked."""
    posts = [make_post(number, topics=("policy",), language="de") for number in range(1, 5)]
    edits = [PostEdit(post_id=PostId(number), pick=place) for place, number in enumerate([3, 1, 4], 1)]
    pool = make_pool_of(posts, edits, kind=kind)
    reader = make_reader(follows={"funding"}, mutes={"policy"}, length="short")
    digest = choose(pool, reader, frozenset({PostId(3)}), sizes_of(posts), limits=Limits(min_posts=9, max_posts=1))
    assert digest.chosen == tuple(Chosen(PostId(number), reason) for number in (3, 1, 4))


def test_a_withdrawn_post_leaves_a_selection_too() -> None:
    """Withdrawals only subtract, from every kind of issue."""
    posts = [make_post(1), make_post(2)]
    edits = [PostEdit(post_id=PostId(2), pick=1), PostEdit(post_id=PostId(1), pick=2)]
    pool = make_pool_of(posts, edits, kind="selection", withdrawn={PostId(2)})
    digest = choose(pool, make_reader(), frozenset(), sizes_of(posts), limits=Limits())
    assert (titles(digest), digest.left_out) == ([1], {StoryId(2): LeftOut.NOT_ALIVE})


def test_a_letter_needs_no_story() -> None:
    """A letter's text is what it says; without a text it is as empty as any."""
    texts = Texts(subject={}, preheader={}, intro={"en": "We have moved."})
    sizes = Sizes(8_000, {})
    assert not choose(
        make_pool_of([], kind="letter", texts=texts), make_reader(), frozenset(), sizes, limits=Limits()
    ).is_empty
    assert choose(make_pool_of([], kind="letter"), make_reader(), frozenset(), sizes, limits=Limits()).is_empty
    assert choose(make_pool_of([], texts=texts), make_reader(), frozenset(), sizes, limits=Limits()).is_empty


def test_why_not_reads_like_a_dict() -> None:
    """Whoever asks why gets one rule a story, the weightiest: shown before comes before muted."""
    posts = [
        make_post(1, topics=("policy",)),
        make_post(2, topics=("policy",)),
        make_post(3, language="fr"),
        make_post(4),
    ]
    edits = [PostEdit(post_id=PostId(4), dropped=True)]
    digest = choose(
        make_pool_of(posts, edits),
        make_reader(mutes={"policy"}),
        frozenset({PostId(1)}),
        sizes_of(posts),
        limits=Limits(),
    )
    expected = {1: LeftOut.SHOWN_BEFORE, 2: LeftOut.MUTED, 3: LeftOut.NOT_READABLE, 4: LeftOut.DROPPED}
    assert (dict(digest.left_out), len(digest.left_out)) == (expected, 4)
    assert digest.left_out[StoryId(2)] == LeftOut.MUTED
    assert "MUTED" in repr(digest.left_out)


@law
@given(
    st.lists(
        st.builds(
            lambda story, topics, language, value, source, roles, country: {
                "source": (*SOURCES, "Charity")[source - 1],
                "roles": tuple(roles),
                "country": country,
                "story_id": StoryId(story),
                "topics": tuple(topics),
                "language": language,
                "value": value,
                "source_id": SourceId(source),
            },
            st.integers(1, 40),
            st.lists(st.sampled_from(SLUGS), unique=True, max_size=2),
            st.sampled_from(["en", "en", "de", ""]),
            st.integers(0, 3),
            st.integers(1, 4),
            st.lists(st.sampled_from(["Clinician", "patient"]), unique=True),
            st.sampled_from(["", "IT", "PT"]),
        ),
        min_size=12,
        max_size=40,
    ).map(lambda rows: [make_post(number, **row) for number, row in enumerate(rows, 1)]),
    edits_strategy,
    readers_strategy,
    ids_strategy,
    limits_strategy,
)
def test_it_chooses_as_the_plain_way_does(
    posts: list[Post], edits: list[PostEdit], reader: Reader, shown: frozenset[PostId], limits: Limits
) -> None:
    """Bits, heaps and shares give what one would write down plainly: ranks, shares, the one from outside."""
    size = {post.id: card_size(post) for post in posts}
    plain = slow_choice(posts, edits, reader, shown, limits, Sizes(8_000, size))
    assert titles(run(posts, edits, reader, shown, limits)) == plain


def test_one_source_and_one_topic_leave_room_for_others() -> None:
    """At most three of a source and two fifths of a topic while others fill the room; then they come after all."""
    loud = [make_post(number, topics=("funding",), value=3) for number in range(1, 9)]
    quiet = [make_post(number, topics=("events",), source_id=SourceId(number)) for number in range(11, 16)]
    reader = make_reader(follows={"funding", "events"})
    posts = [*loud, *quiet]
    chosen = choose(make_pool_of(posts), reader, frozenset(), sizes_of(posts), limits=Limits(max_posts=7))
    assert sorted(titles(chosen)) == [1, 2, 3, 4, 5, 11, 12]
    assert set(chosen.left_out.values()) == {LeftOut.CAPPED}
    alone = choose(make_pool_of(loud), reader, frozenset(), sizes_of(loud), limits=Limits(max_posts=7))
    assert len(alone.chosen) == 7


def test_a_long_digest_has_one_story_from_outside() -> None:
    """The best that the reader neither follows nor mutes, with its reason; a short digest has none."""
    own = [make_post(number, topics=("funding",), source_id=SourceId(number)) for number in range(1, 13)]
    others = [
        make_post(20, topics=("policy",)),
        make_post(21, topics=("policy",), value=2),
        make_post(22, topics=("events",), value=3),
    ]
    posts, reader = [*own, *others], make_reader(follows={"funding"}, mutes={"events"})
    digest = choose(make_pool_of(posts), reader, frozenset(), sizes_of(posts), limits=Limits(max_posts=8))
    assert [one.post_id for one in digest.chosen if one.reason is Reason.OUTSIDE] == [21]
    assert len(digest.chosen) == 8
    short = choose(make_pool_of(posts), reader, frozenset(), sizes_of(posts), limits=Limits(max_posts=7))
    assert Reason.OUTSIDE not in {one.reason for one in short.chosen}


@pytest.mark.parametrize(("days", "reminded"), [(5, True), (7, True), (8, False), (-1, False)])
def test_a_date_that_is_near_brings_a_story_once_more(days: int, reminded: bool) -> None:
    """Only what the reader may be reminded of, only in the week before its date, and saying so."""
    posts = [make_post(1, call=CallDetails(deadline=SLOT_AT + timedelta(days=days))), make_post(2), make_post(3)]
    shown = frozenset({PostId(1), PostId(2)})
    pool, sizes = make_pool_of(posts), sizes_of(posts)
    found = choose(pool, make_reader(), shown, sizes, limits=Limits(), remind=frozenset({PostId(1), PostId(2)}))
    assert {one.post_id: one.reason for one in found.chosen}.get(PostId(1)) is (Reason.REMINDER if reminded else None)
    assert PostId(2) not in titles(found)
    without = choose(pool, make_reader(), shown, sizes, limits=Limits())
    assert titles(without) == [3]


def test_an_editors_update_comes_again_and_says_so() -> None:
    """Row 15: to those who got the story, in whichever language; to others it is as new as any; mutes hold."""
    posts = [make_post(1, language="de", story_id=StoryId(7)), make_post(2, story_id=StoryId(7), topics=("events",))]
    pool = make_pool_of(posts, [PostEdit(post_id=PostId(2), updated=True)])
    sizes = sizes_of(posts)
    again = choose(pool, make_reader(), frozenset({PostId(1)}), sizes, limits=Limits())
    assert again.chosen == (Chosen(PostId(2), Reason.UPDATE),)
    first = choose(pool, make_reader(), frozenset(), sizes, limits=Limits())
    assert first.chosen == (Chosen(PostId(2), Reason.EDITORS_ORDER),)
    muted = choose(pool, make_reader(mutes={"events"}), frozenset({PostId(1)}), sizes, limits=Limits())
    assert muted.is_empty

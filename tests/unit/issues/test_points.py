"""Points: what `choose` ranks by is what people are told."""

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.base.ids import SourceId, StoryId
from newsletter.issues.choose import in_order
from newsletter.issues.points import MOST_FRESHNESS, MOST_SOON
from newsletter.issues.pool import RANK_SHIFT
from newsletter.issues.reader import Reader
from newsletter.issues.terms import points_of, tells_a_secret
from newsletter.sources.post import CallDetails, Post
from tests.unit.issues.makers import SLOT_AT, TOPICS, make_pool_of, make_post, make_reader

SLUGS = [topic.slug for topic in TOPICS]
SOURCES = ["Academy", "Ministry", "Hospital"]
ROLES = ["clinician", "Patient"]
COUNTRIES = ["IT", "PT"]


def posts_of(rows: list[dict[str, Any]]) -> list[Post]:
    """Make posts of what hypothesis drew; each source has its own number."""
    return [
        make_post(
            number,
            story_id=StoryId(row["story"]),
            topics=tuple(sorted(row["topics"])),
            value=row["value"],
            source=row["source"],
            source_id=SourceId(1 + SOURCES.index(row["source"])),
            roles=tuple(sorted(row["roles"])),
            country=row["country"],
            call=CallDetails(deadline=SLOT_AT + timedelta(days=row["days"]), countries=tuple(sorted(row["open_to"]))),
        )
        for number, row in enumerate(rows, 1)
    ]


rows_strategy = st.lists(
    st.fixed_dictionaries(
        {
            "story": st.integers(1, 9),
            "topics": st.sets(st.sampled_from(SLUGS)),
            "value": st.integers(0, 3),
            "days": st.integers(-5, 40),
            "source": st.sampled_from(SOURCES),
            "roles": st.sets(st.sampled_from(ROLES)),
            "country": st.sampled_from(["", *COUNTRIES]),
            "open_to": st.sets(st.sampled_from(COUNTRIES), max_size=1),
        }
    ),
    max_size=12,
)
readers_strategy = st.builds(
    lambda follows, sources, role, country: make_reader(
        follows=follows, sources=frozenset(sources), role=role, country=country
    ),
    st.sets(st.sampled_from(SLUGS)),
    st.sets(st.sampled_from(SOURCES)),
    st.sampled_from(["", "Clinician", "patient", "funder"]),
    st.sampled_from(["", *COUNTRIES, "FR"]),
).filter(lambda reader: reader.follows_anything)


@settings(max_examples=60, deadline=None)
@given(rows_strategy, readers_strategy)
def test_stories_come_by_the_points_that_are_told(rows: list[dict[str, Any]], reader: Reader) -> None:
    """Each term is in its bounds and true, and no story stands before one with a larger sum."""
    posts = posts_of(rows)
    pool = make_pool_of(posts)
    found = in_order(pool, reader, frozenset())
    told = [points_of(story, reader) for story, _ in found]
    assert [one.sum for one in told] == sorted((one.sum for one in told), reverse=True)
    for one, (story, _) in zip(told, found, strict=True):
        mine = [post for post in posts if post.story_id == story.id]
        assert one.sum - one.own == story.rank >> RANK_SHIFT
        assert one.topics in {0, 40, 50, 60}
        assert one.source == (15 if {post.source for post in mine} & reader.sources else 0)
        assert one.topics or one.source
        is_theirs = reader.role.lower() in {role.lower() for post in mine for role in post.roles}
        assert one.role == (15 if is_theirs else 0)
        calls = [(post.call.countries if post.call else ()) or (post.country,) for post in mine]
        is_open = any(reader.country in countries for countries in calls if reader.country)
        assert one.country == (10 if is_open else 0)
        assert one.value in {0, 10, 20, 30}
        assert 0 <= one.freshness <= MOST_FRESHNESS
        assert 0 <= one.soon <= MOST_SOON


@given(rows_strategy, readers_strategy)
def test_points_that_tell_a_secret_are_known_as_such(rows: list[dict[str, Any]], reader: Reader) -> None:
    """A followed sensitive topic, or a followed source that writes of one, shows in a story's points."""
    posts = posts_of(rows)
    pool = make_pool_of(posts)
    private = {post.source for post in posts if "diagnosis" in post.topics}
    for story, _ in in_order(pool, reader, frozenset()):
        mine = [post for post in posts if post.story_id == story.id]
        topics = {topic for post in mine for topic in post.topics}
        secret = "diagnosis" in topics & reader.follows or {post.source for post in mine} & private & reader.sources
        assert tells_a_secret(pool, story, reader) == bool(secret)

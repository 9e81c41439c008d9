"""The store of sources keeps its promises on SQLite and on PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, event

from newsletter.base.clock import FixedClock
from newsletter.base.errors import NotAllowedNow, NotFound, StaleState
from newsletter.base.ids import PostId, SourceId
from newsletter.base.settings import FetchSettings
from newsletter.db.engine import reading, writing
from newsletter.sources import post_store, source_store, story_store, topic_store
from newsletter.sources.cleaning.clean_post import CleanPost
from newsletter.sources.details.stored_details import call_from_json, call_to_json, event_from_json, event_to_json
from newsletter.sources.fetching.fetch import Fetcher
from newsletter.sources.ingest import IngestReport
from newsletter.sources.pictures import picture_store
from newsletter.sources.pictures.shrink import SmallPicture
from newsletter.sources.poll import ingest_source
from newsletter.sources.post import CallDetails, EventDetails, PostKind, PostState
from newsletter.sources.source import SourceKind, Topic

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CLEAN = CleanPost(
    kind=PostKind.NEWS,
    url="https://example.org/a?utm_source=x",
    canonical_url="https://example.org/a",
    title="A vision: für alle \U0001f469\u200d\U0001f52c",
    byline="B. Doe",
    excerpt="An excerpt.",
    body="<p>A body.</p>",
    language="en",
    topics=("policy", "data"),
    published_at=NOW - DAY,
    picture_hash="",
    picture_alt="",
    event=None,
    call=None,
    story_key="",
)


def add_source(engine: Engine, name: str = "s", url: str = "https://example.org/feed") -> SourceId:
    with writing(engine) as db:
        return source_store.put_source(db, name=name, url=url, kind=SourceKind.FEED, owner="The owner", now=NOW)


def add_post(
    engine: Engine,
    source: SourceId,
    clean: CleanPost = CLEAN,
    *,
    state: PostState = PostState.CANDIDATE,
    seen: datetime = NOW,
    visible: datetime = NOW,
    until: datetime = NOW + 35 * DAY,
    keys: tuple[str, ...] = (),
) -> PostId:
    with writing(engine) as db:
        story = story_store.new_story(db, now=seen)
        post_id = post_store.insert_post(
            db, source, story, clean, state=state, first_seen_at=seen, visible_from=visible, alive_until=until
        )
        post_store.add_keys(db, source, post_id, keys)
        return post_id


def test_a_post_comes_back_as_it_was_stored(engine: Engine) -> None:
    """Every field survives, with its source's owner and its picture."""
    berlin = ZoneInfo("Europe/Berlin")
    event_details = EventDetails(
        starts_at=datetime(2026, 12, 1, 9, tzinfo=berlin), zone="Europe/Berlin", place="Berlin"
    )
    call = CallDetails(deadline=datetime(2027, 1, 31, 23, 59, 59, tzinfo=UTC), countries=("DE", "NO"))
    clean = replace(
        CLEAN, event=event_details, call=call, picture_hash="ab12", picture_alt="The hall", kind=PostKind.EVENT
    )
    with writing(engine) as db:
        picture_store.keep_picture(
            db, "ab12", SmallPicture(content=b"x", media_type="image/png", width=30, height=20), now=NOW
        )
    post_id = add_post(engine, add_source(engine), clean)
    with reading(engine) as db:
        post = post_store.post_by_id(db, post_id)
    assert (post.title, post.topics, post.source_name, post.url) == (CLEAN.title, CLEAN.topics, "The owner", CLEAN.url)
    assert (post.event, post.call, post.kind, post.revision, post.value) == (event_details, call, PostKind.EVENT, 1, 0)
    assert (post.published_at, post.first_seen_at, post.alive_until) == (NOW - DAY, NOW, NOW + 35 * DAY)
    assert post.picture is not None
    assert (post.picture.name, post.picture.alt) == ("ab12.png", "The hall")


def test_details_keep_the_offset_that_was_written() -> None:
    """A deadline of 31 January stays 31 January, whatever the zone of who reads it."""
    call = CallDetails(deadline=datetime(2027, 1, 31, 23, 59, tzinfo=timezone(timedelta(hours=14))))
    again = call_from_json(call_to_json(call))
    assert again is not None
    assert again.deadline is not None
    assert again.deadline.isoformat() == "2027-01-31T23:59:00+14:00"
    details = EventDetails(
        starts_at=NOW, ends_at=NOW + DAY, all_day=True, livestream_url="https://x.test/", register_by=NOW
    )
    assert event_from_json(event_to_json(details)) == details
    assert (event_from_json(""), call_from_json("")) == (None, None)


def test_candidates_are_visible_alive_and_before_the_cutoff(engine: Engine) -> None:
    """Only candidates seen before the cutoff, not under embargo, not past, and of kept sources are given."""
    source, other = add_source(engine), add_source(engine, "o")
    good = add_post(engine, source)
    elsewhere = add_post(engine, other)
    for state in (PostState.SEEN, PostState.HELD, PostState.WITHDRAWN):
        add_post(engine, source, state=state)
    add_post(engine, source, seen=NOW + HOUR)
    add_post(engine, source, visible=NOW + 2 * HOUR)
    add_post(engine, source, until=NOW + HOUR)
    at = {"seen_before": NOW + HOUR, "now": NOW + HOUR}
    with reading(engine) as db:
        assert {post.id for post in post_store.candidate_posts(db, sources=None, **at)} == {good, elsewhere}
        assert [post.id for post in post_store.candidate_posts(db, sources=[source], **at)] == [good]
        assert post_store.candidate_posts(db, sources=[], **at) == []
    with writing(engine) as db:
        source_store.remove_source(db, other, now=NOW)
    with reading(engine) as db:
        assert [post.id for post in post_store.candidate_posts(db, sources=None, **at)] == [good]


def test_candidates_come_newest_first(engine: Engine) -> None:
    """The order is by date; a missing date, or one after the post was seen, counts as when it was seen."""
    source = add_source(engine)
    dates = [NOW - 5 * DAY, None, NOW - 3 * DAY, NOW + DAY]
    ids = [add_post(engine, source, replace(CLEAN, published_at=date), seen=NOW - 2 * DAY) for date in dates]
    with reading(engine) as db:
        found = [post.id for post in post_store.candidate_posts(db, sources=None, seen_before=NOW, now=NOW)]
    assert found == [ids[3], ids[1], ids[2], ids[0]]


def test_candidates_are_one_query(engine: Engine) -> None:
    """However many posts there are, the database is asked once."""
    source = add_source(engine)
    for _ in range(5):
        add_post(engine, source)
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda _c, _cu, statement, *_: asked.append(statement))
    with reading(engine) as db:
        assert len(post_store.candidate_posts(db, sources=None, seen_before=NOW + HOUR, now=NOW)) == 5
    assert len([statement for statement in asked if "posts" in statement]) == 1


def test_posts_come_in_the_order_asked_for(engine: Engine) -> None:
    """More ids than a statement may hold are no problem; unknown ones are left out."""
    source = add_source(engine)
    first, second = add_post(engine, source), add_post(engine, source)
    many = [PostId(number) for number in range(10_000, 11_500)]
    with reading(engine) as db:
        assert [post.id for post in post_store.posts_by_ids(db, [second, *many, first])] == [second, first]
        with pytest.raises(NotFound):
            post_store.post_by_id(db, many[0])


def test_a_state_moves_along_its_arrows(engine: Engine) -> None:
    """Hold, release and withdraw are guarded: a move from a state that is no longer there is an error."""
    post_id = add_post(engine, add_source(engine))
    moves = [
        (PostState.CANDIDATE, PostState.HELD),
        (PostState.HELD, PostState.CANDIDATE),
        (PostState.CANDIDATE, PostState.WITHDRAWN),
    ]
    for start, to in moves:
        with writing(engine) as db:
            post_store.set_post_state(db, post_id, start=start, to=to, reason="said so")
    with pytest.raises(StaleState), writing(engine) as db:
        post_store.set_post_state(db, post_id, start=PostState.CANDIDATE, to=PostState.HELD)
    with pytest.raises(NotAllowedNow), writing(engine) as db:
        post_store.set_post_state(db, post_id, start=PostState.WITHDRAWN, to=PostState.CANDIDATE)


def test_withdrawn_and_held_posts_are_told(engine: Engine) -> None:
    """What may not be shown any more is found among any ids."""
    source = add_source(engine)
    ids = {state: add_post(engine, source, state=state) for state in PostState}
    with reading(engine) as db:
        gone = post_store.withdrawn_among(db, [*ids.values(), PostId(99_999)])
    assert gone == {ids[PostState.HELD], ids[PostState.WITHDRAWN]}


def test_a_revision_brings_back_the_old_content(engine: Engine) -> None:
    """Each revision is what it was, picture and missing date included; state and life are the present ones."""
    post_id = add_post(engine, add_source(engine), replace(CLEAN, published_at=None))
    with writing(engine) as db:
        picture_store.keep_picture(
            db, "ab12", SmallPicture(content=b"x", media_type="image/jpeg", width=3, height=2), now=NOW
        )
        for title, picture in (("Second", "ab12"), ("Third", "")):
            clean = replace(CLEAN, title=title, picture_hash=picture)
            story = post_store.post_by_id(db, post_id).story_id
            post_store.revise_post(db, post_id, story, clean, visible_from=NOW, alive_until=NOW + DAY, now=NOW)
    with reading(engine) as db:
        first, second, third = (post_store.revision_of(db, post_id, number) for number in (1, 2, 3))
        with pytest.raises(NotFound):
            post_store.revision_of(db, post_id, 4)
    assert [post.title for post in (first, second, third)] == [CLEAN.title, "Second", "Third"]
    assert [post.published_at for post in (first, second)] == [None, NOW - DAY]
    assert [post.picture and post.picture.name for post in (first, second, third)] == [None, "ab12.jpg", None]
    assert {post.alive_until for post in (first, second, third)} == {NOW + DAY}


def test_any_key_finds_the_post_that_most_keys_hit(engine: Engine) -> None:
    """Keys belong to their source and to the first post that had them; a conflict goes to the better match."""
    source, other = add_source(engine), add_source(engine, "o")
    first = add_post(engine, source, keys=("guid:1", "url:a"))
    second = add_post(engine, source, keys=("guid:2", "url:b", "hash:b", "url:a"))
    with reading(engine) as db:
        assert post_store.find_post_by_keys(db, source, ["hash:x", "url:a"]) == first
        assert post_store.find_post_by_keys(db, source, ["guid:1", "url:b", "hash:b"]) == second
        assert post_store.find_post_by_keys(db, source, ["hash:x"]) is None
        assert post_store.find_post_by_keys(db, other, ["guid:1"]) is None


def test_a_source_keeps_its_id_and_health(engine: Engine) -> None:
    """Putting a source again changes what is told and keeps the rest; another address starts afresh."""
    source = add_source(engine)
    with writing(engine) as db:
        left = source_store.GoodReading(etag='"v1"', last_modified="x")
        source_store.record_good_fetch(db, source, left, now=NOW, next_fetch_at=NOW + HOUR)
        source_store.record_failed_fetch(db, source, now=NOW + HOUR, next_fetch_at=NOW + DAY, error="down")
    same = add_source(engine)
    with reading(engine) as db:
        kept = source_store.source_by_name(db, "s")
    assert (same, kept.etag, kept.last_good_at, kept.last_error, kept.error_count) == (source, '"v1"', NOW, "down", 1)
    assert add_source(engine, url="https://example.org/other") == source
    with reading(engine) as db:
        moved = source_store.source_by_name(db, "s")
    assert (moved.etag, moved.last_good_at, moved.last_error, moved.next_fetch_at) == ("", None, "", None)


def test_a_removed_source_is_gone_until_it_is_put_again(engine: Engine) -> None:
    """Removing hides a source and keeps its rows."""
    source = add_source(engine)
    with writing(engine) as db:
        source_store.remove_source(db, source, now=NOW)
    with reading(engine) as db:
        assert source_store.all_sources(db) == []
        assert source_store.due_sources(db, now=NOW, limit=9) == []
        with pytest.raises(NotFound, match="source list"):
            source_store.source_by_name(db, "s")
    assert add_source(engine) == source
    with reading(engine) as db:
        assert [one.id for one in source_store.all_sources(db)] == [source]


def test_due_sources_come_never_fetched_first(engine: Engine) -> None:
    """Then the longest due; those due later, and those fed by hand, are not due."""
    never, late, later, future = (add_source(engine, name) for name in ("never", "late", "later", "future"))
    add_source(engine, "editors", url="")
    with writing(engine) as db:
        for source, at in ((late, NOW - HOUR), (later, NOW), (future, NOW + HOUR)):
            source_store.record_good_fetch(db, source, source_store.GoodReading(), now=NOW - DAY, next_fetch_at=at)
    with reading(engine) as db:
        assert [source.id for source in source_store.due_sources(db, now=NOW, limit=9)] == [never, late, later]
        assert [source.id for source in source_store.due_sources(db, now=NOW, limit=1)] == [never]


def test_a_topic_keeps_its_id(engine: Engine) -> None:
    """Topics come in the order of sections; a changed one keeps the id that choices are packed with."""
    topic = Topic(id=0, slug="x", name="X", names={"de": "Ä"}, keywords=("a b",), sensitive=True, position=2)
    with writing(engine) as db:
        first = topic_store.put_topic(db, topic)
        second = topic_store.put_topic(db, replace(topic, slug="y", position=1))
        assert topic_store.put_topic(db, replace(topic, name="New")) == first
    with reading(engine) as db:
        found = topic_store.all_topics(db)
    assert found == [replace(topic, id=second, slug="y", position=1), replace(topic, id=first, name="New")]


def test_lists_go_on_where_they_ended(engine: Engine) -> None:
    """Posts are listed last stored first, by source and state, a page at a time."""
    source, other = add_source(engine), add_source(engine, "o")
    ids = [add_post(engine, source) for _ in range(3)]
    held = add_post(engine, other, state=PostState.HELD)
    with reading(engine) as db:
        assert [post.id for post in post_store.list_posts(db, limit=2)] == [held, ids[2]]
        assert [post.id for post in post_store.list_posts(db, before=ids[2])] == [ids[1], ids[0]]
        assert [post.id for post in post_store.list_posts(db, source_id=other)] == [held]
        assert [post.id for post in post_store.list_posts(db, state=PostState.HELD)] == [held]


def test_a_folder_is_ingested_once_by_many_at_a_time(engine: Engine, tmp_path: Path) -> None:
    """Four readings of one source at the same moment store each post once, and the next finds nothing new."""
    for number in range(6):
        (tmp_path / f"{number}.md").write_text(f"---\ntitle: Post {number}\nstory: s{number // 2}\n---\nText {number}.")
    with writing(engine) as db:
        source_store.put_source(db, name="s", url=str(tmp_path), kind=SourceKind.FOLDER, now=NOW)
    with reading(engine) as db:
        source = source_store.source_by_name(db, "s")

    def ingest(_: int) -> IngestReport:
        return ingest_source(engine, fetcher, tmp_path / "media", source, clock=FixedClock(NOW))

    limits = FetchSettings(allow_addresses=[], timeout_seconds=5, max_bytes=10_000, every_minutes=60)
    with Fetcher(limits, "newsletter-tests/1") as fetcher, ThreadPoolExecutor(4) as pool:
        reports = list(pool.map(ingest, range(4)))
        assert ingest(0) == IngestReport(source="s", unchanged=6)
    assert sum(report.new for report in reports) == 6
    with reading(engine) as db:
        posts = post_store.list_posts(db)
    assert sorted(post.title for post in posts) == [f"Post {number}" for number in range(6)]
    assert {post.revision for post in posts} == {1}
    assert len({post.story_id for post in posts}) == 3

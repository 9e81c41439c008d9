"""Stories and presence keep their promises on SQLite and on PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import Engine

from newsletter.base.errors import NotAllowedNow, UsageError
from newsletter.base.ids import PostId
from newsletter.base.settings import FetchSettings
from newsletter.db.engine import reading, writing
from newsletter.sources import post_store, presence_store, source_store, story_store
from newsletter.sources.fetched_post import FetchedPost, Reading
from newsletter.sources.fetching.fetch import Fetcher
from newsletter.sources.ingest import Ingestion
from newsletter.sources.post import LONGEST_LIFE
from newsletter.sources.source import SourceKind
from newsletter.sources.stories.join_posts import join_posts, split_post
from tests.contract.test_sources_store import CLEAN, DAY, NOW, add_post, add_source

TEXT = "The partners of the programme tell what they plan for the coming year and whom they want to reach with it."
LIMITS = FetchSettings(allow_addresses=[], timeout_seconds=5, max_bytes=10_000, every_minutes=60)


def stories(engine: Engine) -> list[int]:
    with reading(engine) as db:
        return [post.story_id for post in sorted(post_store.list_posts(db), key=lambda post: post.id)]


@pytest.mark.parametrize("is_same_address", [True, False])
def test_two_sources_at_the_same_instant_begin_one_story(
    engine: Engine, tmp_path: Path, *, is_same_address: bool
) -> None:
    """Whichever is first, the other finds its story: by the address, and by title and text."""
    together = Barrier(2)

    def store(name: str) -> None:
        with writing(engine) as db:
            source_store.put_source(db, name=name, url=f"https://{name}.org/", kind=SourceKind.FOLDER, now=NOW)
            source = source_store.source_by_name(db, name)
        posts = tuple(
            FetchedPost(
                guid=f"{name}{number}",
                url=f"https://{'example' if is_same_address else name}.org/{number}",
                title=f"What the partners of the programme plan for {2030 + number}",
                summary=TEXT,
            )
            for number in range(5)
        )
        ingestion = Ingestion(engine, fetcher, tmp_path, source, now=NOW)
        together.wait()
        ingestion.store_all(Reading(posts=posts))

    with Fetcher(LIMITS, "newsletter-tests/1") as fetcher, ThreadPoolExecutor(2) as pool:
        list(pool.map(store, ["one", "two"]))
    assert len(stories(engine)) == 10
    assert len(set(stories(engine))) == 5


def test_joining_and_splitting_are_for_good(engine: Engine) -> None:
    """Whole stories are joined into the older; a split post lives as long as if it had come alone; all are fixed."""
    source = add_source(engine)
    old, late, other = add_post(engine, source, seen=NOW - 20 * DAY), add_post(engine, source), add_post(engine, source)
    with writing(engine) as db:
        assert join_posts(db, [late, old]) == [old, late]
        assert post_store.post_by_id(db, late).alive_until == NOW - 20 * DAY + LONGEST_LIFE
        assert [story_store.has_fixed_story(db, one) for one in (old, late, other)] == [True, True, False]
    assert len(set(stories(engine))) == 2
    with writing(engine) as db:
        assert split_post(db, late) == [old]
        assert post_store.post_by_id(db, late).alive_until == NOW + LONGEST_LIFE
    assert len(set(stories(engine))) == 3
    with pytest.raises(NotAllowedNow, match="alone"), writing(engine) as db:
        split_post(db, late)
    with pytest.raises(UsageError), writing(engine) as db:
        join_posts(db, [late, late])


def fetched(name: str, **facts: object) -> FetchedPost:
    values = {"guid": name, "url": f"https://one.org/news/{name}", "title": name, "summary": f"{name}: {TEXT}"}
    return FetchedPost(**{**values, **facts})  # type: ignore[arg-type]  # each fact is of its field's type


def ingest(engine: Engine, media: Path, source: str, *posts: FetchedPost) -> int:
    with writing(engine) as db:
        source_store.put_source(db, name=source, url=f"https://{source}.org/", kind=SourceKind.FOLDER, now=NOW)
        known = source_store.source_by_name(db, source)
    with Fetcher(LIMITS, "newsletter-tests/1") as fetcher:
        return Ingestion(engine, fetcher, media, known, now=NOW).store_all(Reading(posts=posts)).joined


def test_a_copy_that_names_its_original_joins_it(engine: Engine, tmp_path: Path) -> None:
    """rel=canonical counts between sources; within one source that calls one page canonical for all, it does not."""
    ingest(engine, tmp_path, "one", fetched("a"))
    assert (
        ingest(engine, tmp_path, "two", fetched("x", url="https://two.org/x", canonical="https://one.org/news/a/")) == 1
    )
    broken = [fetched(name, url=f"https://three.org/{name}", canonical="https://three.org/news") for name in ("b", "c")]
    assert ingest(engine, tmp_path, "three", *broken) == 0
    assert len(set(stories(engine))) == 3


def test_translations_join_within_one_source_and_two_languages(engine: Engine, tmp_path: Path) -> None:
    """A page that names another of its source as its translation is the same story, whichever came first."""
    german = fetched("deutsch", language="de", translations=("https://one.org/news/english", "https://one.org/en"))
    english = fetched("english", language="en")
    assert ingest(engine, tmp_path, "one", german, english) == 1
    stranger = fetched(
        "copy", url="https://two.org/news/y", language="fr", translations=("https://one.org/news/english",)
    )
    assert ingest(engine, tmp_path, "two", stranger) == 0
    same = fetched("again", language="en", translations=("https://one.org/news/english",))
    assert ingest(engine, tmp_path, "one", same) == 0


PILLS = "Pills are sold here without any prescription and delivered by tomorrow, with a discount for new customers."


def test_one_page_is_no_story_where_titles_and_texts_differ(engine: Engine, tmp_path: Path) -> None:
    """Two sources that link to one portal tell two things, and a page that calls another's canonical joins nothing."""
    portal = "https://portal.org/funding"
    ingest(engine, tmp_path, "one", fetched("Deadline of the rare disease scheme moves", url=portal))
    webinar = fetched("Webinar on registries and data spaces", url=portal, summary=PILLS)
    assert ingest(engine, tmp_path, "two", webinar) == 0
    own_words = fetched("Deadline of the rare disease scheme moves", url=portal, summary="Two more weeks.")
    assert ingest(engine, tmp_path, "three", own_words) == 1
    claim = fetched("Buy cheap pills", url="https://four.org/x", canonical="https://one.org/news/victim", summary=PILLS)
    ingest(engine, tmp_path, "four", claim)
    assert ingest(engine, tmp_path, "one", fetched("victim")) == 0


def test_a_page_of_another_site_is_a_translation_only_where_it_says_so_too(engine: Engine, tmp_path: Path) -> None:
    """Within one source, too: a claim about another site's page joins nothing by itself."""
    victim = fetched("victim", language="en", url="https://ministry.org/a/b")
    claim = fetched("claim", language="de", url="https://evil.org/a/b", translations=("https://ministry.org/a/b",))
    assert ingest(engine, tmp_path, "one", victim, claim) == 0
    german = fetched("d", language="de", url="https://x.de/a/b", translations=("https://x.fr/a/b",))
    french = fetched("f", language="fr", url="https://x.fr/a/b", translations=("https://x.de/a/b",))
    assert ingest(engine, tmp_path, "two", german, french) == 1


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (0, 2, 1)])
def test_two_unlike_posts_of_one_language_are_never_one_story(
    engine: Engine, tmp_path: Path, order: tuple[int, int, int]
) -> None:
    """Two pages that name the same page as their translation, by a mistake: one joins it, the other stays alone."""
    named = ("https://one.org/news/deutsch",)
    posts = [
        fetched("Ministry opens the genome programme", language="en", translations=named, url="https://one.org/en/a"),
        fetched("Hospitals get a cancer registry", language="en", translations=named, url="https://one.org/en/b",
                summary=PILLS),
        fetched("deutsch", language="de"),
    ]  # fmt: skip
    assert ingest(engine, tmp_path, "one", *(posts[place] for place in order)) == 1
    assert len(set(stories(engine))) == 2


def test_what_shows_two_stories_to_be_one_joins_them_unless_an_editor_split_them(
    engine: Engine, tmp_path: Path
) -> None:
    """A third post that shares keys with both brings them together; a split that somebody chose stays."""
    three = [fetched(name, story_key=key) for name, key in (("a", "k"), ("b", ""), ("c", "k"))]
    ingest(engine, tmp_path, "one", three[0], three[1])
    bridge = fetched("x", url="https://two.org/x", canonical="https://one.org/news/b", story_key="k")
    ingest(engine, tmp_path, "two", bridge)
    assert len(set(stories(engine))) == 1
    with writing(engine) as db:
        split_post(db, PostId(2))
    ingest(
        engine,
        tmp_path,
        "three",
        fetched("y", url="https://three.org/y", canonical="https://one.org/news/b", story_key="k"),
    )
    assert len(set(stories(engine))) == 2


def test_gone_posts_are_no_candidates_and_come_back(engine: Engine) -> None:
    """What is gone counts as withdrawn everywhere, the first miss is kept, and coming back clears it."""
    source = add_source(engine)
    here, gone = add_post(engine, source), add_post(engine, source, replace(CLEAN, published_at=None))
    at = {"sources": None, "seen_before": NOW + DAY, "now": NOW + DAY}
    with writing(engine) as db:
        presence_store.note_missing(db, [gone], now=NOW)
        presence_store.note_missing(db, [gone], now=NOW + DAY)
        assert presence_store.note_gone(db, [gone], reason="404", now=NOW + DAY) == 1
        assert presence_store.note_gone(db, [gone], reason="404", now=NOW + DAY) == 0
    with reading(engine) as db:
        assert [post.id for post in post_store.candidate_posts(db, **at)] == [here]  # type: ignore[arg-type]  # as named
        assert post_store.withdrawn_among(db, [here, gone]) == {gone}
        known = {one.id: one for one in presence_store.offered_posts(db, source, now=NOW)}
        assert (known[gone].missing_since, known[gone].gone_at, known[gone].at) == (NOW, NOW + DAY, NOW)
    with writing(engine) as db:
        assert presence_store.note_present(db, [here, gone]) == 1
    with reading(engine) as db:
        assert post_store.withdrawn_among(db, [here, gone]) == set()
        assert presence_store.offered_posts(db, source, now=NOW)[1].missing_since is None

"""Identity, floods and stories through a whole ingest: rows 1 to 12, 19 and 20 of what goes wrong elsewhere."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from newsletter.db.engine import reading, writing
from newsletter.sources import post_store, source_store
from newsletter.sources.fetching.fetch import Fetcher
from newsletter.sources.ingest import IngestReport
from newsletter.sources.post import PostState
from newsletter.sources.source import SourceKind
from newsletter.sources.stories.join_posts import join_posts, split_post
from tests.fakes.web_server import WebSite
from tests.integration.sources.test_ingest import DAY, NOW, Desk, feed, item, write

LONG = "Nine new projects on early diagnosis begin, number"


@pytest.fixture
def desk(sqlite_engine: Engine, fetcher: Fetcher, tmp_path: Path) -> Desk:
    return Desk(sqlite_engine, fetcher, tmp_path)


def many(
    first: int, last: int, *, prefix: str = "", title: str = "Post", date: timedelta = -DAY, step: int = 60
) -> str:
    return feed(
        *(
            item(
                number,
                guid=f"{prefix}{number}",
                link=f"https://partner.example.org/{prefix}{number}",
                title=f"{title} {number}",
                date=NOW + date - timedelta(minutes=step * number),
            )
            for number in range(first, last)
        )
    )


def test_an_unchanged_item_costs_nothing(desk: Desk, site: WebSite) -> None:
    """Ids and tracking made up anew at each fetch, and other spaces, are no change: no revision, nothing written."""
    desk.add(site.feed("/feed", feed(item(1, link="https://partner.example.org/1?utm_source=a"))))
    desk.ingest()
    before = desk.posts()
    changed = item(1, link="https://partner.example.org/1?utm_source=b", guid="other").replace(
        "The consortium", "The\n consortium "
    )
    site.feed("/feed", feed(changed))
    assert desk.ingest() == IngestReport(source="partner", unchanged=1)
    assert desk.posts() == before


def test_title_and_date_are_a_key(desk: Desk, site: WebSite) -> None:
    """Row 1: other id, other address, other text: a telling title with its date is enough, a short one is not."""
    desk.add(site.feed("/feed", feed(item(1, title=LONG), item(2, title="Letter"))))
    desk.ingest()
    moved = "https://new.example.org/"
    site.feed("/feed", feed(*(
        item(number, title=title, guid=f"n{number}", link=f"{moved}{number}").replace("tells", "told")
        for number, title in ((1, LONG), (2, "Letter"))
    )))  # fmt: skip
    report = desk.ingest()
    assert (report.updated, report.new) == (1, 1)


def test_a_shared_address_stays_the_link(desk: Desk, site: WebSite) -> None:
    """Row 4: an address that all items share is no identity, and still where the card leads."""
    link = "https://partner.example.org/podcast"
    desk.add(site.feed("/feed", feed(item(1, link=link), item(2, link=link))))
    desk.ingest()
    assert [post.url for post in desk.posts()] == [link, link]
    assert len({post.story_id for post in desk.posts()}) == 2


def test_equal_words_without_a_date_are_two_posts_at_two_addresses(desk: Desk, site: WebSite) -> None:
    """Row 3: "Read more" twice is nothing to know an item by."""
    bare = [f"<item><title>Read more</title><link>https://partner.example.org/{n}</link></item>" for n in range(2)]
    desk.add(site.feed("/feed", feed(*bare)))
    assert desk.ingest().new == 2
    assert desk.ingest().unchanged == 2


def test_a_feed_wide_change_of_ids_is_held(desk: Desk, site: WebSite) -> None:
    """Row 2: old items under new ids wait for an editor, the health says so until they are released."""
    desk.add(site.feed("/feed", many(0, 12)))
    assert desk.ingest().new == 12
    desk.now += 10 * DAY
    site.feed("/feed", many(20, 32, prefix="new-", title="Rewritten", date=-20 * DAY))
    report = desk.ingest()
    assert (report.new, report.held) == (0, 12)
    assert "12 posts" in report.problems[0]
    assert "--all-held" in desk.source().last_problems
    held = [post for post in desk.posts() if post.state is PostState.HELD]
    assert "12 of 12" in held[0].state_reason
    assert not any("Rewritten" in title for title in desk.offered())
    assert "12 posts" in desk.ingest().problems[0]
    with writing(desk.engine) as db:
        for post in held:
            post_store.set_post_state(db, post.id, start=PostState.HELD, to=PostState.CANDIDATE)
    assert desk.ingest().problems == ()


def test_old_items_found_again_in_a_flood_are_not_held(desk: Desk, site: WebSite) -> None:
    """Row 2: what has the title of a stored post is that post; its new ids are attached to it."""
    titles = ["Hospitals share", "Patients decide", "Funders meet", "Clinics learn", "Ministers agree", "Labs open"]

    def document(prefix: str, date: timedelta) -> str:
        return feed(*(
            item(n, guid=f"{prefix}{n}", link=f"https://partner.example.org/{prefix}{n}",
                 title=f"{title} what they know about rare diseases", date=NOW + date)
            for n, title in enumerate(titles)
        ))  # fmt: skip

    desk.add(site.feed("/feed", document("", -DAY)))
    desk.ingest()
    desk.now += DAY
    site.feed("/feed", document("new-", DAY))
    report = desk.ingest()
    assert (report.new, report.held, report.updated, len(desk.posts())) == (0, 0, 6, 6)
    assert desk.ingest().unchanged == 6


def test_a_busy_day_is_not_held(desk: Desk, site: WebSite) -> None:
    """Row 2, the other side: twelve items of today with titles of their own go out."""
    desk.add(site.feed("/feed", many(0, 10)))
    desk.ingest()
    desk.now += DAY
    site.feed("/feed", many(20, 32, title="Fresh", date=DAY))
    report = desk.ingest()
    assert (report.new, report.held) == (12, 0)


def test_a_crash_in_a_flood_lets_nothing_through(desk: Desk, site: WebSite) -> None:
    """Items already held count as new: the few that a crash left over are held too."""
    desk.add(site.feed("/feed", many(0, 12)))
    desk.ingest()
    desk.now += DAY
    with writing(desk.engine) as db:
        keep = source_store.source_by_name(db, "partner")
    assert keep.last_good_at is not None
    site.feed("/feed", many(20, 31, prefix="n", title="Other", date=-20 * DAY))
    assert desk.ingest().held == 11
    site.feed("/feed", many(20, 33, prefix="n", title="Other", date=-20 * DAY))
    assert desk.ingest().held == 2


def test_the_first_reading_has_no_flood(desk: Desk, site: WebSite) -> None:
    """A first run is the back-catalogue: recent posts are candidates, old ones seen, none held."""
    desk.add(site.feed("/feed", many(0, 40, step=24 * 60)))
    report = desk.ingest()
    assert (report.new, report.held) == (40, 0)
    states = [post.state for post in desk.posts()]
    assert (states.count(PostState.CANDIDATE), states.count(PostState.SEEN)) == (14, 26)


RELEASE = (
    "Nine research teams from eleven countries will study how tumours answer to treatment, the network announced on "
    "Monday in Oslo. The teams share a budget of twelve million euros over three years."
)
TITLE = "Nine new projects study how tumours answer to treatment"


def release(number: int, *, title: str = TITLE) -> str:
    link = f"https://partner{number}.example.org/{number}"
    return f"<item><title>{title}</title><link>{link}</link><description>{RELEASE}</description></item>"


def test_one_release_in_two_sources_is_one_story(desk: Desk, site: WebSite) -> None:
    """Row 19: the second partner's copy joins; over seven days it would not."""
    desk.add(site.feed("/a", feed(release(1))), name="a")
    desk.add(site.feed("/b", feed(release(2, title=f"{TITLE} | Ministry"))), name="b")
    desk.ingest("a")
    desk.now += 2 * DAY
    assert desk.ingest("b").joined == 1
    desk.add(site.feed("/c", feed(release(3))), name="c")
    desk.now += 8 * DAY
    assert desk.ingest("c").joined == 0
    first, second, third = desk.posts()
    assert first.story_id == second.story_id != third.story_id
    assert second.alive_until == first.alive_until


def test_what_an_editor_chose_stays(desk: Desk, site: WebSite) -> None:
    """A split post stays alone though it is revised, a joined one joined; a third may join either."""
    for name, number in (("a", 1), ("b", 2)):
        desk.add(site.feed(f"/{name}", feed(release(number))), name=name)
        desk.ingest(name)
    first, second = desk.posts()
    with writing(desk.engine) as db:
        assert split_post(db, second.id) == [first.id]
    site.feed("/b", feed(release(2, title=f"{TITLE} today")))
    assert desk.ingest("b").updated == 1
    assert len({post.story_id for post in desk.posts()}) == 2
    desk.add(site.feed("/c", feed(release(3))), name="c")
    assert desk.ingest("c").joined == 1
    assert len({post.story_id for post in desk.posts()}) == 2
    with writing(desk.engine) as db:
        assert join_posts(db, [second.id, first.id]) == [post.id for post in desk.posts()]
    assert len({post.story_id for post in desk.posts()}) == 1


def test_translations_join_within_their_source(desk: Desk) -> None:
    """A file that a story key joins in another language is told of in the same story; other keys are other stories."""
    write(desk, "en.md", 'title: "A vision"', "url: https://example.org/en", "story: vision")
    write(desk, "de.md", 'title: "Eine Vision"', "url: https://example.org/de", "story: vision", "language: de")
    write(desk, "fr.md", 'title: "Autre"', "url: https://example.org/fr", "story: other", "language: fr")
    desk.add(str(desk.home / "posts"), kind=SourceKind.FOLDER)
    assert desk.ingest().joined == 1
    with reading(desk.engine) as db:
        assert len({post.story_id for post in post_store.list_posts(db)}) == 2

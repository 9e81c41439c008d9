"""Sources on a reader's pages: who is offered which, and what is kept of it."""

import pytest
from sqlalchemy import update

from newsletter.app.offers import open_offers, sensitive_offers
from newsletter.db.engine import reading, writing
from newsletter.issues import store as issue_store
from newsletter.sources import source_store
from newsletter.sources.source import SourceKind
from newsletter.sources.tables import posts, sources, topics
from subscribers.people.show import show
from subscribers.wishes.wish import wishes_in
from tests.conftest import NOW
from tests.fakes.home import ANNA, Home
from tests.integration.web.asking import Asking
from tests.integration.web.test_account import Account, goes_on

ACADEMY = "source:Academy of Sciences & Arts"


def add_source(home: Home, name: str, *, topics_: tuple[str, ...] = (), owner: str = "") -> None:
    with writing(home.app.engine) as db:
        source_store.put_source(
            db,
            name=name,
            url=f"https://{name.split(maxsplit=1)[0].lower()}.example.org/feed",
            kind=SourceKind.FEED,
            topics=topics_,
            language="en",
            owner=owner,
            backfill_days=14,
            now=NOW,
        )


def make_sensitive(home: Home, slug: str) -> None:
    with writing(home.app.engine) as db:
        db.execute(update(topics).where(topics.c.slug == slug).values(sensitive=True))


def wishes(home: Home) -> dict[str, str]:
    with reading(home.app.engine) as db:
        return wishes_in(show(db, ANNA).wishes, "newsletter:weekly")


@pytest.fixture
def two(home: Home) -> Home:
    """A home with a second source."""
    add_source(home, "Academy of Sciences & Arts")
    return home


def test_one_source_is_no_choice(home: Home, ask: Asking) -> None:
    """A newsletter of one source offers none."""
    assert "source:" not in ask.get(f"/p/{home.token(ANNA)}").text


def test_sources_are_followed_and_muted(two: Home, ask: Asking) -> None:
    """They stand folded up by who publishes them; what is chosen is kept, shown, and taken back."""
    page = ask.get(f"/p/{two.token(ANNA)}").text
    assert "Consortium secretariat" in page
    assert "Academy of Sciences &amp; Arts" in page
    assert "<details>" in page
    answer = ask.post(f"/p/{two.token(ANNA)}", data={ACADEMY: "follow", "source:secretariat": "mute"}).text
    assert wishes(two) == {"topic:funding": "follow", ACADEMY: "follow", "source:secretariat": "mute"}
    assert "<details open>" in answer
    assert 'id="source-1-follow" value="follow" checked' in answer
    ask.post(f"/p/{two.token(ANNA)}", data={ACADEMY: "none", "source:secretariat": "none"})
    assert wishes(two) == {"topic:funding": "follow"}


def test_a_fault_leads_to_the_row_of_its_source(two: Home, ask: Asking) -> None:
    """The summary on top links it, and the row names the fault."""
    answer = ask.post(f"/p/{two.token(ANNA)}", data={ACADEMY: "love"})
    assert answer.status_code == 422
    assert 'href="#source-1"' in answer.text
    assert 'id="source-1-fault"' in answer.text


@pytest.mark.parametrize("key", ["source:Nobody", "source:editors", "source:"])
def test_only_sources_that_there_are_can_be_wished_for(two: Home, ask: Asking, key: str) -> None:
    """A key that the page does not offer makes no wish."""
    ask.post(f"/p/{two.token(ANNA)}", data={key: "follow"})
    assert wishes(two) == {"topic:funding": "follow"}


def test_only_the_newsletters_own_sources_are_offered(two: Home) -> None:
    """What the newsletter does not carry cannot be followed on its page."""
    with reading(two.app.engine) as db:
        recipe = issue_store.newsletter_by_slug(db, "weekly").recipe
        assert [one.key for one in open_offers(db, recipe, "en").sources] == [ACADEMY, "source:secretariat"]


def test_two_sources_of_one_owner_are_told_apart(two: Home) -> None:
    """They bear their own names beside the owner's."""
    add_source(two, "press", owner="Consortium secretariat")
    with reading(two.app.engine) as db:
        recipe = issue_store.newsletter_by_slug(db, "weekly").recipe
        names = [one.name for one in open_offers(db, recipe, "en").sources]
    assert names == [
        "Academy of Sciences & Arts",
        "Consortium secretariat (press)",
        "Consortium secretariat (secretariat)",
    ]


@pytest.mark.parametrize("by", ["its own topics", "one post"])
def test_what_writes_of_a_diagnosis_stands_behind_a_fresh_link(two: Home, ask: Asking, by: str) -> None:
    """A mail is forwarded easily: such a source is neither shown nor taken there, by its topics or by a single post."""
    with writing(two.app.engine) as db:
        table = sources if by == "its own topics" else posts
        academy = source_store.source_by_name(db, "Academy of Sciences & Arts").id
        if table is posts:
            db.execute(update(posts).where(posts.c.id == 1).values(source_id=academy, topics='["policy", "genomics"]'))
        else:
            db.execute(update(sources).where(sources.c.id == academy).values(topics='["policy", "genomics"]'))
    make_sensitive(two, "genomics")
    add_source(two, "ministry")
    ask.post(f"/p/{two.token(ANNA)}", data={ACADEMY: "follow"})
    assert "Academy" not in ask.get(f"/p/{two.token(ANNA)}").text
    assert wishes(two) == {"topic:funding": "follow"}
    with reading(two.app.engine) as db:
        assert ACADEMY in sensitive_offers(db, "en").keys


def test_the_page_of_a_fresh_link_keeps_them(two: Home) -> None:
    """What is sensitive is followed there, shown by its name in the record of wishes, and nothing else is taken."""
    with writing(two.app.engine) as db:
        academy = source_store.source_by_name(db, "Academy of Sciences & Arts").id
        db.execute(update(sources).where(sources.c.id == academy).values(topics='["genomics"]'))
    make_sensitive(two, "genomics")
    account = Account(two)
    path = account.open()
    form = {ACADEMY: "follow", "topic:policy": "follow"}
    answer = account.ask.post(path, data=form)
    assert 'name="source:Academy of Sciences &amp; Arts" id="source-1-follow" value="follow" checked' in answer.text
    assert wishes(two) == {"topic:funding": "follow", ACADEMY: "follow"}
    answer = account.ask.post(goes_on(answer), data={ACADEMY: "none"})
    assert wishes(two) == {"topic:funding": "follow"}

"""The archive: what went out, for everybody, as pages and as feeds; nobody's own link is on any of them."""

import json
import re
from datetime import datetime
from xml.etree.ElementTree import fromstring

import feedparser
import pytest

from newsletter.app.archive import archive
from newsletter.app.assembling import assemble_issue
from newsletter.app.content import approve_issue
from newsletter.app.posts import move_post
from tests.fakes.home import Home
from tests.integration.web.asking import Asking

ATOM = "{http://www.w3.org/2005/Atom}"
PAGES = ["/issues/weekly", "/issues/weekly/1", "/issues/weekly/feed.atom", "/issues/weekly/feed.json"]


def test_every_story_of_an_issue_is_on_its_page(home: Home, ask: Asking) -> None:
    """The page has what "n more" points to: all stories, those in languages that few read as well."""
    home.approve()
    page = ask.get("/issues/weekly/1").text
    for words in ("One million genomes", "Registre des maladies rares", "Neuer Bericht", "Joint call", "Annual conf"):
        assert words in page
    assert "You receive" not in page
    assert "Hello," not in page


@pytest.mark.parametrize("path", PAGES)
def test_no_page_for_everybody_has_a_link_of_anybody(home: Home, ask: Asking, path: str) -> None:
    """No leave, preference or own-view link, live or inert, and search engines may come."""
    home.approve()
    answer = ask.get(path)
    assert answer.status_code == 200
    assert re.findall(r"/[upv]/[A-Za-z0-9]{24}", answer.text) == []
    assert answer.headers["x-robots-tag"] == "all"
    assert answer.headers["cache-control"].startswith("public")


@pytest.mark.parametrize("path", PAGES)
def test_before_approval_there_is_nothing(home: Home, ask: Asking, path: str) -> None:
    """An issue that is not approved is on no page and in no feed."""
    answer = ask.get(path)
    assert "genomes" not in answer.text
    assert "Joint call" not in answer.text


def test_the_archive_leads_to_each_issue(home: Home, ask: Asking) -> None:
    """It names the first story of each issue, links to it, to the sign-up page and to the feeds."""
    home.approve()
    page = ask.get("/issues/weekly").text
    assert 'issues/weekly/1"' in page
    assert 'join/weekly"' in page
    for kind in ("application/atom+xml", "application/feed+json"):
        assert f'rel="alternate" type="{kind}"' in page
    assert "Personalised Medicine Weekly" in page


def test_a_page_speaks_the_language_that_its_address_names(home: Home, ask: Asking) -> None:
    """`?language=` changes words and dates, prefers translations, and is kept by the links; an unknown one is not."""
    home.approve()
    page = ask.get("/issues/weekly", params={"language": "ar"}).text
    assert 'lang="ar" dir="rtl"' in page
    assert "جميع" not in page
    assert "join/weekly?language=ar" in page
    assert 'lang="ar" dir="rtl"' in ask.get("/issues/weekly/1", params={"language": "ar"}).text
    assert 'lang="en"' in ask.get("/issues/weekly", params={"language": "xx"}).text
    assert ask.get("/issues/weekly/feed.json", params={"language": "de"}).json()["language"] == "de"


def test_the_feeds_are_feeds(home: Home, ask: Asking) -> None:
    """Atom has what RFC 4287 demands, feedparser and a JSON reader find the same issue, with its stories in it."""
    home.approve()
    text = ask.get("/issues/weekly/feed.atom").text
    root = fromstring(text)
    for parent in (root, root.find(f"{ATOM}entry")):
        assert parent is not None
        for name in ("id", "title", "updated"):
            assert parent.findtext(f"{ATOM}{name}")
        assert datetime.fromisoformat(parent.findtext(f"{ATOM}updated") or "").tzinfo is not None
    found = feedparser.parse(text)
    assert not found.bozo
    (entry,) = found.entries
    (item,) = json.loads(ask.get("/issues/weekly/feed.json").text)["items"]
    assert (entry.id, entry.title, entry.link) == (item["id"], item["title"], item["url"])
    assert entry.id == "http://127.0.0.1:8000/issues/weekly/1"
    assert "One million genomes" in entry.content[0].value


def test_what_is_withdrawn_leaves_the_archive(home: Home, ask: Asking) -> None:
    """A post that was taken back is on no page and in no feed any more, once the shelf is a minute old."""
    home.approve()
    with_it = archive(home.app, "weekly").issues[0]
    post = next(one for one in with_it.stories if one.title.startswith("One million"))
    move_post(home.app, post.id, "withdrawn", why="a test", by="a test")
    assert post.id not in {one.id for one in archive(home.app, "weekly").issues[0].stories}
    for path in PAGES:
        assert "One million genomes" not in ask.get(path).text


def test_older_issues_are_a_page_further(home: Home) -> None:
    """The archive comes in parts, from the newest to the oldest, and every issue is in one of them."""
    home.approve()
    second = assemble_issue(home.app, "weekly", by="a test", at=home.app.clock.now())[0]
    approve_issue(home.app, second, by="a test")
    first = archive(home.app, "weekly", limit=1)
    rest = archive(home.app, "weekly", limit=1, page=first.older)
    assert [one.issue.number for one in (*first.issues, *rest.issues)] == [2, 1]
    assert (first.older, rest.older) == (2, 0)


@pytest.mark.parametrize("path", ["/issues/other", "/issues/other/feed.atom", "/issues/other/feed.json"])
def test_an_unknown_newsletter_is_not_there(ask: Asking, path: str) -> None:
    """A newsletter that there is not is 404; so is a feed of it."""
    assert ask.get(path).status_code == 404


@pytest.mark.parametrize("page", ["0", "x", "-1", "99999999999999999999", "٣"])
def test_an_absurd_number_changes_nothing(home: Home, ask: Asking, page: str) -> None:
    """What cannot be the number of a page is as if it were not said."""
    home.approve()
    assert "weekly/1" in ask.get("/issues/weekly", params={"page": page}).text

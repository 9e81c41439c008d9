"""Systems known by name: from the front page to the post, as each really writes both (tests/golden/sites)."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from newsletter.sources.fetched_post import FetchedPost
from newsletter.sources.fetching.fetch import Fetcher
from newsletter.sources.post import PostKind
from newsletter.sources.reading.find_kind import find_kind
from newsletter.sources.reading.known_sites import MOST_GUESSES, feeds_of
from newsletter.sources.source import SourceKind
from tests.fakes.web_server import WebSite

SITES = Path(__file__).parents[2] / "golden" / "sites"
# system: (where its page is, where its feed is, its feed's title)
PLACES = {
    "WordPress": ("/", "/feed/", "Medicine in Action"),
    "Wix": ("/", "/blog-feed.xml", "Community of Partners"),
    "Squarespace": ("/news", "/news?format=rss", "News - Genome Office"),
    "Ghost": ("/", "/rss/", "Data Letters"),
    "Drupal": ("/news", "/rss.xml", "Research Council"),
    "TYPO3": ("/aktuelles", "/aktuelles/feed.xml", "Ministry"),
    "Joomla": ("/news", "/news?format=feed&type=rss", "Rare Diseases Alliance"),
    "Blogger": ("/", "/feeds/posts/default", "Genomics Notes"),
    "Medium": ("/", "/feed", "Citizens and Science - Medium"),
    "YouTube": ("/@medicine", "/feeds/videos.xml?channel_id=UCabcdefghijklmnopqrstuv", "Personalised Medicine Channel"),
}
FIRST = "Experts from many countries tell how personalised approaches can reach every citizen by 2030."


def read(site: WebSite, fetcher: Fetcher, system: str) -> FetchedPost:
    """Give the only post of a system's site, found from its page."""
    page, feed, title = PLACES[system]
    site.page(page, (SITES / f"{system.lower()}.html").read_text())
    site.feed(feed, (SITES / f"{system.lower()}.xml").read_text())
    found = find_kind(fetcher, site.url(page))
    assert (found.kind, found.url, found.title) == (SourceKind.FEED, site.url(feed), title)
    assert found.words == f"a {system} feed of 1 post"
    assert [request.path for request in site.requests] == [page, feed]
    (post,) = found.samples
    return post


@pytest.mark.parametrize(
    ("system", "title", "link", "date"),
    [
        (
            "WordPress", "A vision paper for next-generation medicine",
            "https://action.example.org/2026/11/vision-paper/", (20, 9, 30, 0),
        ),
        (
            "Wix", "How 150 organisations answer the pandemic",
            "https://community.example.org/post/how-150-organisations-answer", (18, 14, 5, 33),
        ),
        (
            "Squarespace", "First conference in Berlin",
            "https://genome.example.org/news/first-conference", (17, 7, 45, 0),
        ),
        (
            "Ghost", "Health data for care, prevention and research",
            "https://letters.example.org/health-data/", (19, 6, 0, 0),
        ),
        ("Drupal", "360 million euros since 2013", "https://council.example.org/news/360-million", (16, 10, 20, 0)),
        (
            "TYPO3", "Neue F\u00f6rderung f\u00fcr seltene Erkrankungen",
            "https://ministry.example.org/aktuelles/detail/neue-foerderung", (20, 7, 15, 0),
        ),
        (
            "Joomla", "Best practice for rare diseases",
            "https://alliance.example.org/news/42-best-practice", (15, 9, 0, 0),
        ),
        (
            "Blogger", "Training for genomics &amp; care",
            "https://notes.example.org/2026/11/training.html", (14, 7, 30, 0),
        ),
        (
            "Medium", "Informed citizens, responsible citizens",
            "https://medium.com/citizens/informed-citizens-0a1b2c3d?source=rss----1a2b3c---4", (13, 16, 1, 2),
        ),
        (
            "YouTube", "Livestream of the first conference",
            "https://www.youtube.com/watch?v=a1b2c3d4e5f", (12, 15, 0, 9),
        ),
    ],
)  # fmt: skip
def test_title_link_and_date(
    system: str, title: str, link: str, date: tuple[int, int, int, int], site: WebSite, fetcher: Fetcher
) -> None:
    """Each system's page leads to its feed with one more request, and the post is called and dated as it says."""
    post = read(site, fetcher, system)
    assert (post.title, post.url, post.published) == (title, link, datetime(2026, 11, *date, tzinfo=UTC))


@pytest.mark.parametrize(
    ("system", "picture", "alt"),
    [
        ("WordPress", "https://action.example.org/wp-content/uploads/2026/11/paper.jpg", ""),
        ("Wix", "https://static.wixstatic.com/media/a1b2c3_d4e5~mv2.jpg/v1/fit/w_1000,h_667,al_c,q_80/file.png", ""),
        (
            "Squarespace", "https://images.squarespace-cdn.com/content/v1/5e1/hall.jpg?format=1500w",
            "The conference hall",
        ),
        ("Ghost", "https://letters.example.org/content/images/2026/11/data.jpg", "Rows of records"),
        ("Drupal", "https://council.example.org/sites/default/files/2026-11/coins.jpg", "Coins"),
        ("TYPO3", "https://ministry.example.org/fileadmin/bilder/labor.jpg", ""),
        ("Joomla", "https://alliance.example.org/images/clinic.jpg", "A clinic"),
        ("Blogger", "https://blogger.googleusercontent.com/img/a/lab/s320/lab.jpg", "A lab"),
        ("Medium", "https://cdn-images-1.medium.com/max/1024/1*table.jpeg", "Citizens at a table"),
        ("YouTube", "https://i4.ytimg.com/vi/a1b2c3d4e5f/hqdefault.jpg", ""),
    ],
)  # fmt: skip
def test_the_picture(system: str, picture: str, alt: str, site: WebSite, fetcher: Fetcher) -> None:
    """What the item names, with the words that its text has for it; never a counting pixel or a small thumbnail."""
    post = read(site, fetcher, system)
    assert (post.picture_url, post.picture_alt) == (picture, alt)


@pytest.mark.parametrize(
    ("system", "is_cut", "byline", "categories"),
    [
        ("WordPress", False, "press", ("Policy & Ethics", "Prevention")),
        ("Wix", True, "Ada Partner", ("Community",)),
        ("Squarespace", False, "Ben Office", ("Events",)),
        ("Ghost", True, "Cleo Data", ("Data",)),
        ("Drupal", False, "webeditor", ()),
        ("TYPO3", False, "", ("F\u00f6rderung",)),
        ("Joomla", True, "Dana Alliance", ("News",)),
        ("Blogger", False, "Eve Notes", ("genomics", "training")),
        ("Medium", False, "Finn Citizen", ("health", "citizen-science")),
        ("YouTube", False, "Personalised Medicine Channel", ()),
    ],
)
def test_whether_it_is_cut_by_whom_and_about_what(
    system: str, *, is_cut: bool, byline: str, categories: tuple[str, ...], site: WebSite, fetcher: Fetcher
) -> None:
    """A teaser says so, an address for mail is no byline, and categories are plain text."""
    post = read(site, fetcher, system)
    assert (post.is_cut, post.byline, post.categories) == (is_cut, byline, categories)


@pytest.mark.parametrize("system", sorted(set(PLACES) - {"TYPO3"}))
def test_the_text_without_what_systems_write(system: str, site: WebSite, fetcher: Fetcher) -> None:
    """The author's words stay; lines of origin, pleas, and fields before the text go."""
    post = read(site, fetcher, system)
    text = post.html or post.summary
    assert FIRST.removesuffix(".") in text
    for line in ("appeared first", "originally published", "Read more", "subscribers", "Sign in", "webeditor", "11/16"):
        assert line not in text


def test_a_channel_gives_videos(site: WebSite, fetcher: Fetcher) -> None:
    """A post of a video channel is a video."""
    assert read(site, fetcher, "YouTube").kind is PostKind.VIDEO


@pytest.mark.parametrize(
    ("system", "url", "kept"),
    [
        ("Medium", "https://medium.com/citizens/about", "https://medium.com/feed/citizens"),
        ("Medium", "https://medium.com/@ada", "https://medium.com/feed/@ada"),
        ("Medium", "https://citizens.example.org/about", "https://citizens.example.org/feed"),
        (
            "YouTube", "https://www.youtube.com/channel/UCabcdefghijklmnopqrstuv",
            "https://www.youtube.com/feeds/videos.xml?channel_id=UCabcdefghijklmnopqrstuv",
        ),
        ("Blogger", "https://notes.example.org/2026/", "https://notes.example.org/feeds/posts/default"),
    ],
)  # fmt: skip
def test_the_place_follows_from_the_address(system: str, url: str, kept: str) -> None:
    """Some systems keep a feed for each author or channel."""
    guesses = feeds_of(system, url=url, markup="")
    assert guesses[0] == kept
    assert len(guesses) <= MOST_GUESSES


def test_an_unknown_system_gives_no_guess() -> None:
    """Nobody is probed at random."""
    assert feeds_of("", url="https://x.example.org/", markup="") == []

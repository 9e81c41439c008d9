"""Posts made ready a second, from feeds and from pages, beside feedparser and trafilatura alone on the same bytes.

Ours is all that is done to a post but database and network: parse, identify, find details, clean, hash. The ratio is
our speed by theirs: at 0.5 our own share of the time is as large as theirs.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

import feedparser
import trafilatura

from benchmarks.figure import Work, paired, rate, show
from benchmarks.sample import topics
from benchmarks.sample_documents import feed, page
from newsletter.base.ids import SourceId
from newsletter.sources.cleaning.clean_post import clean_post
from newsletter.sources.cleaning.topics import TopicRules
from newsletter.sources.details.find_details import find_details
from newsletter.sources.fetched_post import FetchedPost, OwnPage
from newsletter.sources.reading.parse_feed import parse_feed
from newsletter.sources.reading.parse_page import read_post_page
from newsletter.sources.source import Source, SourceKind
from newsletter.sources.stories.identity import identify

_URL = "https://partner.example.org/news/1"
_NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
_FEEDS, _ITEMS, _PAGES, _PAIRS = 12, 20, 30, 7


def main() -> None:
    """Print the figures for feeds and for pages."""
    feeds = [feed(number, items=_ITEMS) for number in range(_FEEDS)]
    pages = [page(number) for number in range(_PAGES)]
    _compare("feeds", "feedparser", partial(_ours_of_feeds, feeds), partial(_feedparser, feeds), len(feeds))
    _compare("pages", "trafilatura", partial(_ours_of_pages, pages), partial(_trafilatura, pages), len(pages))


def _compare(what: str, other: str, ours: Work, theirs: Work, count: int) -> None:
    _show(what, other, paired(ours, theirs, pairs=_PAIRS, measure=rate), count)


def _show(name: str, library: str, figures: tuple[float, float, float], documents: int) -> None:
    ratio, ours, theirs = figures
    show(f"ingest_{name}", ours, "posts/s", n=documents, note="parsed, identified, cleaned; no database, one core")
    show(f"ingest_{name}_vs_{library}", ratio, "times", n=_PAIRS, note=f"{library} alone: {theirs:.0f} posts/s")


def _ours_of_feeds(documents: Sequence[bytes]) -> int:
    return sum(_ready(parse_feed(content, url=_URL), None) for content in documents)


def _ours_of_pages(documents: Sequence[bytes]) -> int:
    read = (read_post_page(content, url=_URL) for content in documents)
    return sum(_ready([one.post], one.page) for one in read)


def _feedparser(documents: Sequence[bytes]) -> int:
    """What parsing alone takes; it cleans by itself unless told not to, and nobody else has cleaned here."""
    return sum(len(feedparser.parse(content).entries) for content in documents)


def _trafilatura(documents: Sequence[bytes]) -> int:
    """What extracting alone takes, with the title and the date that we read, too."""
    found = [
        trafilatura.extract(
            content, url=_URL, output_format="html", include_links=True, include_formatting=True, include_comments=False
        )
        for content in documents
    ]
    return sum(one is not None for one in found)


def _ready(posts: Sequence[FetchedPost], page: OwnPage | None) -> int:
    found = [(find_details(post, page=page, seen_at=_NOW), keys) for post, keys in identify(posts)]
    clean = [clean_post(post, keys=keys, source=_SOURCE, rules=_RULES, picture_hash="") for post, keys in found]
    return len([post.content_hash for post in clean if post is not None])


_RULES = TopicRules(topics())
_SOURCE = Source(
    id=SourceId(1),
    name="partner",
    url="https://partner.example.org/feed.xml",
    kind=SourceKind.FEED,
    topics=("t1",),
    language="en",
    owner="",
    backfill_days=14,
    etag="",
    last_modified="",
    next_fetch_at=None,
    last_fetch_at=None,
    last_good_at=None,
    last_error="",
    error_count=0,
)


if __name__ == "__main__":
    main()

"""What is fuzzed: every parser that is ours, each as a function of bytes that may raise only its own refusal."""

import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from newsletter.base.errors import NewsletterError
from newsletter.feedback.dsn import read_report
from newsletter.sources.cleaning.chrome import told_part, without_chrome
from newsletter.sources.cleaning.clean import clean_html, web_address
from newsletter.sources.cleaning.excerpt import make_excerpt
from newsletter.sources.cleaning.plain_text import plain_title
from newsletter.sources.details.event_of_calendar import event_of_calendar
from newsletter.sources.details.find_details import find_details
from newsletter.sources.fetched_post import FetchedPost
from newsletter.sources.fetching.robots import parse as parse_robots
from newsletter.sources.fetching.unpack import BrokenPacking, TooLarge, unpack
from newsletter.sources.reading.opml import parse_opml
from newsletter.sources.reading.page_head import read_page_head
from newsletter.sources.reading.parse_feed import parse_feed
from newsletter.sources.reading.parse_index import parse_index
from newsletter.sources.reading.parse_json_feed import parse_json_feed
from newsletter.sources.reading.parse_markdown import parse_markdown
from newsletter.sources.reading.parse_page import page_text, parse_page
from newsletter.sources.reading.parse_sitemap import children_of, parse_sitemap
from newsletter.sources.stories.identity import canonical_url, distinct, identify
from subscribers.address import parse_address
from subscribers.errors import SubscribersError
from subscribers.importing.csv_reading import Place, read_header, read_records
from tests.fakes.own_page import own_page

_URL = "https://site.example/news/"
_CAP = 1_000_000
_NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A parser: given any bytes it returns, or raises one of `refusals`."""

    read: Callable[[bytes], object]
    refusals: tuple[type[Exception], ...] = (NewsletterError,)
    seeds: tuple[bytes, ...]  # where mutation starts
    words: tuple[str, ...] = ()  # what its language is made of, for the fuzzer to insert

    def run(self, data: bytes) -> None:
        try:
            self.read(data)
        except self.refusals:
            return


_FEED_KEYS = (
    *("id", "url", "external_url", "title", "content_html", "content_text", "summary", "image", "date_published"),
    *("date_modified", "authors", "author", "name", "tags", "language", "attachments", "mime_type", "size_in_bytes"),
)


def _seed(name: str) -> bytes:
    return (_HERE / "seeds" / name).read_bytes()


def _words(*names: str) -> tuple[str, ...]:
    return tuple(line for name in names for line in (_HERE / "words" / name).read_text(encoding="utf-8").splitlines())


def _text(data: bytes) -> str:
    return data.decode("utf-8", errors="replace")


def _identities(data: bytes) -> object:
    return identify(distinct(parse_feed(data, url=_URL)))


def _clean(data: bytes) -> object:
    body = clean_html(_text(data), base=_URL)
    return make_excerpt(_text(data), told_part(without_chrome(body))), plain_title(_text(data))


def _details(data: bytes) -> object:
    post = FetchedPost(title=_text(data[:60]), html=_text(data), url=_URL, published=_NOW)
    return find_details(post, page=own_page(_text(data)), seen_at=_NOW)


def _addresses(data: bytes) -> object:
    return canonical_url(_text(data)), web_address(_text(data), base=_URL)


def _records(data: bytes) -> object:
    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        Path(file.name).write_bytes(data)
        header = read_header(Path(file.name))
        return read_records(Path(file.name), header, Place(byte_offset=0, line=0), 100)


def _shaped(data: bytes, names: tuple[str, ...]) -> object:
    """Make a JSON value of any bytes, with these names as keys: random text is hardly ever JSON."""
    left = list(data)

    def value(depth: int) -> object:
        kind = left.pop() % 9 if left else 0
        if kind >= 7 and depth < 4:
            return {names[left.pop() % len(names)] if left else "": value(depth + 1) for _ in range(kind - 3)}
        if kind == 6 and depth < 4:
            return [value(depth + 1) for _ in range(left.pop() % 4 if left else 0)]
        text = bytes(left.pop() for _ in range(min(len(left), 12))) if kind > 3 else b""
        return (None, True, -1.5e300, 10**18)[kind] if kind <= 3 else text.decode("utf-8", errors="replace")

    return value(0)


def _shaped_feed(data: bytes) -> object:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "items": [_shaped(data, _FEED_KEYS), _shaped(data[::2], _FEED_KEYS)],
    }
    return parse_json_feed(json.dumps(feed).encode(), url=_URL)


def _packed(data: bytes) -> object:
    return [unpack([data], encoding, _CAP) for encoding in ("gzip", "deflate", "br", "gzip, br")]


TARGETS: dict[str, Target] = {
    "feed": Target(read=_identities, seeds=(_seed("rss.xml"), _seed("atom.xml")), words=_words("feed", "html")),
    "index": Target(read=lambda data: parse_index(data, url=_URL), seeds=(_seed("list.html"),), words=_words("html")),
    "sitemap": Target(
        read=lambda data: (children_of(data), parse_sitemap(data, url=_URL)),
        seeds=(_seed("map.xml"),),
        words=_words("feed"),
    ),
    "opml": Target(read=parse_opml, seeds=(_seed("feeds.opml"),), words=_words("feed")),
    "details": Target(read=_details, seeds=(_seed("page.html"), _seed("event.txt")), words=_words("html", "days")),
    "calendar": Target(read=event_of_calendar, seeds=(_seed("event.ics"),)),
    "robots": Target(read=lambda data: parse_robots(_text(data), "newsletter"), seeds=(_seed("robots.txt"),)),
    "json_feed": Target(read=lambda data: parse_json_feed(data, url=_URL), seeds=(_seed("feed.json"),)),
    "json_feed_shaped": Target(read=_shaped_feed, seeds=(bytes(range(256)),)),
    "markdown": Target(read=lambda data: parse_markdown(data, name="post.md"), seeds=(_seed("post.md"),)),
    "page": Target(read=lambda data: parse_page(data, url=_URL), seeds=(_seed("page.html"),), words=_words("html")),
    "page_head": Target(
        read=lambda data: read_page_head(page_text(data, ""), url=_URL),
        seeds=(_seed("page.html"),),
        words=_words("html"),
    ),
    "clean": Target(
        read=_clean,
        seeds=(_seed("page.html"), b"<p>Text <b>bold</b> 3 views</p><h2>Recent posts</h2>"),
        words=_words("html"),
    ),
    "web_address": Target(read=_addresses, seeds=(b"https://site.example/a?utm_source=x&b=1#c", b"//[::1]:99/%zz")),
    "packing": Target(read=_packed, refusals=(BrokenPacking, TooLarge), seeds=(b"\x1f\x8b\x08\x00",)),
    "report": Target(read=read_report, seeds=(_seed("bounce.eml"),)),
    "address": Target(
        read=lambda data: parse_address(_text(data)),
        refusals=(SubscribersError,),
        seeds=(b"ada@example.org", "ä@bücher.example".encode()),
    ),
    "csv": Target(read=_records, refusals=(SubscribersError,), seeds=(_seed("readers.csv"),)),
}

"""Looks for what a browser would run in what this program leaves of a hostile text. It asks the parsed document.

A payload goes the three ways that markup comes in: as a post's text, as an item of a feed, and as a page; and in each
field that a post shows beside its text: words, which a template escapes, and addresses, which it does not judge.
"""

import html
import json
import re
from collections.abc import Callable, Iterator, Mapping

import lxml.html

from newsletter.base.errors import SourceError
from newsletter.base.ids import SourceId
from newsletter.sources.cleaning.clean import clean_html
from newsletter.sources.cleaning.clean_post import clean_post
from newsletter.sources.cleaning.topics import TopicRules
from newsletter.sources.conformance.case import Case, Outcome
from newsletter.sources.fetched_post import FetchedPost
from newsletter.sources.reading.parse_feed import parse_feed
from newsletter.sources.reading.parse_page import parse_page
from newsletter.sources.source import Source, SourceKind

Ways = Mapping[str, Callable[[str], Iterator[str]]]
_PLACE = "https://site.example/page"
_SOURCE = Source(
    id=SourceId(0), name="xss", url=_PLACE, kind=SourceKind.FEED, topics=(), language="", owner="", backfill_days=0,
    etag="", last_modified="", next_fetch_at=None, last_fetch_at=None, last_good_at=None, last_error="", error_count=0,
)  # fmt: skip
_ACTIVE_NAMES = """
applet audio base button embed form frame frameset iframe input link math meta noscript object script style svg template
textarea title video xml xmp
"""
_ACTIVE = frozenset(_ACTIVE_NAMES.split())
_ADDRESS_NAMES = "href src action formaction data poster background xlink:href srcset"
_ADDRESSES = frozenset(_ADDRESS_NAMES.split())
_HARMLESS = re.compile(r"(?:https?:|mailto:|/|#)", re.IGNORECASE)


def run_xss_case(case: Case) -> Outcome:
    """Clean one payload each way and tell what is left that would run."""
    payload = json.loads(case.given.read_text(encoding="utf-8"))[case.number]
    markup = str(payload.get("payload", "") if isinstance(payload, dict) else payload)
    left, unread = look_at(markup, _WAYS)
    return Outcome(
        name=case.name,
        agrees=not left and not unread,
        differences=(*left, *unread),
        asked={"active": 1},
        right={"active": bool(left)},
    )


def look_at(markup: str, ways: Ways) -> tuple[list[str], list[str]]:
    """Give what each way leaves of a payload that would run, and the ways that do not read it: those show nothing."""
    left, unread = [], []
    for way, shown in ways.items():
        try:
            left += [f"{way}: {what}" for clean in shown(markup) for what in active_parts(clean)]
        except SourceError as error:
            unread.append(f"{way}: not read, so nothing was looked at: {error}")
    return left, unread


def active_parts(markup: str) -> list[str]:
    """Name the elements, handlers and addresses of a fragment that a browser would run or load."""
    if not markup.strip():
        return []
    found = []
    for node in lxml.html.fragment_fromstring(markup, create_parent="div").iter():
        if not isinstance(node.tag, str):
            found.append("a comment or an instruction")
            continue
        if node.tag.lower() in _ACTIVE:
            found.append(f"<{node.tag}>")
        for name, value in node.attrib.items():
            is_address = name.lower() in _ADDRESSES and not _HARMLESS.match(value.strip())
            if name.lower().startswith("on") or name.lower() in {"style", "srcdoc"} or is_address:
                found.append(f"{name}={value[:60]!r}")
    return found


def _as_post(markup: str) -> Iterator[str]:
    yield clean_html(markup, base=_PLACE)


def _in_feed(markup: str) -> Iterator[str]:
    told = html.escape(_xml(markup))
    item = f"<title>{told}</title><link>{told}</link><author>{told}</author><description>{told}</description>"
    media = f'<media:content url="{told}" medium="image"/><category>{told}</category>'
    start = '<?xml version="1.0"?><rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"><channel>'
    feed = f"{start}<item>{item}{media}</item></channel></rss>"
    for post in parse_feed(feed.encode(errors="replace"), url=_PLACE):
        yield from shown_of(post)


def _on_page(markup: str) -> Iterator[str]:
    told = html.escape(markup)
    head = f"""<title>{told}</title><link rel="canonical" href="{told}"><meta name="author" content="{told}">
<meta property="og:image" content="{told}"><meta property="og:image:alt" content="{told}">
<meta name="description" content="{told}"><link rel="alternate" hreflang="de" href="{told}">"""
    text = f"<p>{'A sentence. ' * 20}</p>{markup}"
    page = f"<html><head>{head}</head><body><h1>A title</h1>{text}</body></html>"
    yield from shown_of(parse_page(page.encode(errors="replace"), url=_PLACE))


_WAYS: Ways = {
    "as a post": _as_post,
    "in a feed": _in_feed,
    "on a page": _on_page,
}


def shown_of(post: FetchedPost) -> Iterator[str]:
    """Give what is stored of a post as a template shows it: its body as it is, the rest escaped."""
    clean = clean_post(post, keys=(), source=_SOURCE, rules=TopicRules(()), picture_hash="x")
    if clean is None:
        return
    yield clean.body
    texts = (clean.title, clean.byline, clean.excerpt, clean.picture_alt, *post.categories)
    for text in texts:
        yield f'<p title="{html.escape(text)}">{html.escape(text)}</p>'
    for address in (clean.url, post.picture_url, post.canonical, post.calendar_url, *post.translations):
        if address:
            yield f'<a href="{html.escape(address)}"></a>'


def _xml(text: str) -> str:
    """Leave out the characters that XML 1.0 section 2.2 forbids."""
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "", text)

"""Looks for what a browser would run in what this program leaves of a hostile text. It asks the parsed document.

A payload goes the three ways that markup comes in: as a post's text, as an item of a feed, and as a page.
"""

import html
import json
import re
from collections.abc import Iterator

import lxml.html

from newsletter.sources.cleaning.clean import clean_html
from newsletter.sources.conformance.case import Case, Outcome
from newsletter.sources.errors import NotUnderstood
from newsletter.sources.reading.parse_feed import parse_feed
from newsletter.sources.reading.parse_page import parse_page

_PLACE = "https://site.example/page"
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
    left = [f"{way}: {what}" for way, clean in _ways(markup) for what in active_parts(clean)]
    return Outcome(
        name=case.name,
        agrees=not left,
        differences=tuple(left),
        asked={"active": 1},
        right={"active": bool(left)},
    )


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


def _ways(markup: str) -> Iterator[tuple[str, str]]:
    yield "as a post", clean_html(markup, base=_PLACE)
    item = f"<item><title>A title</title><description>{html.escape(_xml(markup))}</description></item>"
    feed = f'<?xml version="1.0"?><rss version="2.0"><channel>{item}</channel></rss>'
    for post in parse_feed(feed.encode(errors="replace"), url=_PLACE):
        yield "in a feed", clean_html(post.html or post.summary, base=_PLACE)
    page = f"<html><head><title>A title</title></head><body><p>{'A sentence. ' * 20}</p>{markup}</body></html>"
    try:
        yield "on a page", parse_page(page.encode(errors="replace"), url=_PLACE).html
    except NotUnderstood:
        return


def _xml(text: str) -> str:
    """Leave out the characters that XML 1.0 section 2.2 forbids."""
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "", text)

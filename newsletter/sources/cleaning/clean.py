"""Sanitises what a source wrote: an allow-list of tags, attributes and address schemes, links made absolute.

Pictures are taken out of the body: a picture on another's server would tell that server who reads. What a post shows is
its one picture, which we serve (pictures.py).
"""

import re
from urllib.parse import urljoin, urlsplit

import nh3

from newsletter.sources.cleaning.plain_text import SILENT_TAGS, storable
from newsletter.sources.reading.tame import tame

LONGEST_BODY = 200_000  # characters; a post is no book, and each issue in review holds all of them
_ALLOWED = """
a abbr b blockquote br caption cite code dd del dl dt em h2 h3 h4 h5 h6 hr i ins kbd li ol p pre q s small span strong
sub sup table tbody td tfoot th thead tr u ul
"""
_ATTRIBUTES = {
    "*": {"lang", "dir"},
    "a": {"href", "title"},
    "abbr": {"title"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
_AROUND = frozenset({"nav", "header", "footer", "aside", "form", "button"})  # of a page, not of its article
_SCHEMES = frozenset({"http", "https", "mailto"})
_LINK = re.compile(r"</?a(?:\s[^<>]*)?>", re.IGNORECASE)


def clean_html(markup: str, *, base: str) -> str:
    """Give sanitised HTML, links relative to `base` made absolute. Cleaning it again changes nothing."""
    if len(markup) > LONGEST_BODY:
        markup = _LINK.sub("", markup)  # links are the larger part of the longest texts; the words count more
    return _cleaned(markup[:LONGEST_BODY], base, SILENT_TAGS)


def clean_page(page: str, *, base: str) -> str:
    """Give what stands on a whole page between its menus, sanitised: for pages that mark no article."""
    return _cleaned(page, base, SILENT_TAGS | _AROUND)[:LONGEST_BODY]


def _cleaned(markup: str, base: str, emptied: frozenset[str]) -> str:
    return nh3.clean(
        tame(storable(markup)),
        tags=frozenset(_ALLOWED.split()),
        attributes=_ATTRIBUTES,
        clean_content_tags=emptied,
        url_schemes=_SCHEMES,
        url_relative=lambda link: web_address(link, base=base) or None,
        link_rel="noopener",
    ).strip()


def web_address(link: str, *, base: str = "") -> str:
    """Give an absolute http(s) address that a link means, or an empty text."""
    link = re.sub(r"[\t\r\n]", "", storable(link)).strip().replace(" ", "%20")  # as browsers do (WHATWG URL 4.1)
    try:
        address = urljoin(base, link) if base and link else link
        parts = urlsplit(address)
        is_web = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return ""
    return address if is_web and address.isprintable() else ""

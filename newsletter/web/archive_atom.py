"""GET /issues/NEWSLETTER/feed.atom: the issues as an Atom feed (RFC 4287)."""

from xml.etree.ElementTree import Element, SubElement, tostring

from starlette.requests import Request
from starlette.responses import Response

from newsletter.app.archive import Archive, ArchivedIssue
from newsletter.rendering.values import one_line
from newsletter.web.archive_page import CACHE, address_of, archive_of_path
from newsletter.web.context import web_of
from newsletter.web.issue_page import FOUND, asked_language
from newsletter.web.pages import nothing_here
from newsletter.web.stories_html import stories_html

_ATOM = "http://www.w3.org/2005/Atom"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def archive_atom(request: Request) -> Response:
    """Give the feed: an entry an issue, its stories inside."""
    found = archive_of_path(request)
    if found is None:
        return nothing_here(request)
    asked = asked_language(web_of(request), request)
    content = tostring(_feed(request, found, asked), encoding="utf-8", xml_declaration=True)
    headers = FOUND | {"Cache-Control": CACHE}
    return Response(content, headers=headers, media_type="application/atom+xml")


def _feed(request: Request, found: Archive, asked: str) -> Element:
    slug, query = found.recipe.slug, f"?language={asked}" if asked else ""
    feed = Element("feed", {"xmlns": _ATOM, _XML_LANG: asked or found.recipe.language})
    _text(feed, "title", one_line(found.recipe.name))
    _text(feed, "id", address_of(request, slug) + query)
    SubElement(feed, "link", {"rel": "alternate", "type": "text/html", "href": address_of(request, slug) + query})
    own = address_of(request, slug, "feed.atom") + query
    SubElement(feed, "link", {"rel": "self", "type": "application/atom+xml", "href": own})
    now = web_of(request).app.clock.now()
    _text(feed, "updated", max((one.at for one in found.issues), default=now).isoformat())
    _text(SubElement(feed, "author"), "name", one_line(found.recipe.name))
    for one in found.issues:
        _entry(feed, one, address_of(request, slug, str(one.issue.number)), query)
    return feed


def _entry(feed: Element, one: ArchivedIssue, address: str, query: str) -> None:
    entry = SubElement(feed, "entry")
    _text(entry, "title", one.title)
    _text(entry, "id", address)
    SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "href": address + query})
    _text(entry, "updated", one.at.isoformat())
    SubElement(entry, "content", {"type": "html"}).text = stories_html(one.stories)


def _text(parent: Element, tag: str, text: str) -> None:
    SubElement(parent, tag).text = text

"""GET /issues/NEWSLETTER/feed.json: the issues as a JSON Feed 1.1 (jsonfeed.org)."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from newsletter.app.archive import ArchivedIssue
from newsletter.rendering.values import web_link
from newsletter.web.archive_page import CACHE, address_of, archive_of_path
from newsletter.web.context import web_of
from newsletter.web.issue_page import FOUND, asked_language
from newsletter.web.pages import nothing_here
from newsletter.web.stories_html import stories_html


def archive_json(request: Request) -> Response:
    """Give the feed: an item an issue, its stories inside."""
    found = archive_of_path(request)
    if found is None:
        return nothing_here(request)
    slug = found.recipe.slug
    asked = asked_language(web_of(request), request)
    query = f"?language={asked}" if asked else ""

    def item(one: ArchivedIssue) -> dict[str, object]:
        address = address_of(request, slug, str(one.issue.number))
        return {
            "id": address,
            "url": web_link(address + query),
            "title": one.title,
            "content_html": stories_html(one.stories),
            "date_published": one.at.isoformat(),
        }

    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": found.recipe.name,
        "home_page_url": address_of(request, slug) + query,
        "feed_url": address_of(request, slug, "feed.json") + query,
        "language": asked or found.recipe.language,
        "items": [item(one) for one in found.issues],
    }
    headers = FOUND | {"Cache-Control": CACHE}
    return JSONResponse(feed, headers=headers, media_type="application/feed+json")

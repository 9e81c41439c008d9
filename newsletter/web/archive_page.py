"""What the archive and its feeds have in common: which newsletter, in which language, how far back."""

from starlette.requests import Request

from newsletter.app.archive import Archive, archive
from newsletter.base.errors import NotFound
from newsletter.web.context import web_of
from newsletter.web.issue_page import asked_language

_MOST_PAGES = 1000
CACHE = "public, max-age=60"


def archive_of_path(request: Request) -> Archive | None:
    """Give the archive that an address is about; None for a newsletter that is not there."""
    web = web_of(request)
    slug, language, page = request.path_params["newsletter"], asked_language(web, request), _page(request)
    try:
        return web.shelf.take(
            ("archive", slug, language, page),
            Archive,
            lambda: archive(web.app, slug, language=language, page=page),
            now=web.app.clock.now(),
        )
    except NotFound:
        return None


def address_of(request: Request, slug: str, *more: str) -> str:
    """Give a public address below the newsletter's archive, whole: feeds are read far from here."""
    return "/".join([f"{web_of(request).app.settings.web.public_url}/issues/{slug}", *more])


def _page(request: Request) -> int:
    """Give the page that is asked for; the first for what is no number of one."""
    asked = request.query_params.get("page", "")
    return int(asked) if asked.isascii() and asked.isdigit() and 0 < int(asked[:6]) <= _MOST_PAGES else 1

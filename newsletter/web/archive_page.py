"""What the archive and its feeds have in common: which newsletter, in which language, how far back."""

from starlette.requests import Request

from newsletter.app.archive import Archive, archive
from newsletter.base.errors import NotFound
from newsletter.web.context import LARGEST_ID, web_of
from newsletter.web.issue_page import asked_language

CACHE = "public, max-age=60"


def archive_of_path(request: Request) -> Archive | None:
    """Give the archive that an address is about; None for a newsletter that is not there."""
    web = web_of(request)
    slug, language, before = request.path_params["newsletter"], asked_language(web, request), _before(request)
    try:
        return web.shelf.take(
            ("archive", slug, language, before),
            Archive,
            lambda: archive(web.app, slug, language=language, before=before),
            now=web.app.clock.now(),
        )
    except NotFound:
        return None


def address_of(request: Request, slug: str, *more: str) -> str:
    """Give a public address below the newsletter's archive, whole: feeds are read far from here."""
    return "/".join([f"{web_of(request).app.settings.web.public_url}/issues/{slug}", *more])


def _before(request: Request) -> int | None:
    asked = request.query_params.get("before", "")
    return int(asked) if asked.isascii() and asked.isdigit() and 0 < int(asked[:11]) <= LARGEST_ID else None

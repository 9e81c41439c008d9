"""GET /issues/NEWSLETTER: all issues that went out, for everybody."""

from starlette.requests import Request
from starlette.responses import Response

from newsletter.issues.recipe import in_language
from newsletter.web.archive_page import CACHE, archive_of_path
from newsletter.web.context import web_of
from newsletter.web.issue_page import FOUND, asked_language
from newsletter.web.languages import strings_in
from newsletter.web.pages import nothing_here, public_page


def archive_show(request: Request) -> Response:
    """Show the issues of a newsletter, the newest first, some at a time."""
    found = archive_of_path(request)
    if found is None:
        return nothing_here(request)
    web, asked = web_of(request), asked_language(web_of(request), request)
    strings = strings_in(web, asked or found.recipe.language)
    page = public_page(
        request,
        "archive",
        strings,
        newsletter=found.recipe.name,
        description=in_language(found.recipe.description, strings.language, found.recipe.language),
        slug=found.recipe.slug,
        issues=found.issues,
        older=found.older,
        query=f"?language={asked}" if asked else "",
        asked=asked,
    )
    page.headers.update(FOUND | {"Cache-Control": CACHE})
    return page

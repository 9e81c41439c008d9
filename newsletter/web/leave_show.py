"""GET /u/TOKEN: the page with the button. It ends nothing: scanners open every link of a mail."""

from starlette.requests import Request
from starlette.responses import Response

from newsletter.db.engine import reading
from newsletter.web.bearer import bearer_of
from newsletter.web.context import web_of
from newsletter.web.leave_page import Standing, leave_page, standing_of
from newsletter.web.pages import nothing_here


def leave_show(request: Request) -> Response:
    """Ask whether the reader wants to leave, or offer the way back to one who has left."""
    web = web_of(request)
    bearer = bearer_of(web, request)
    if bearer is None:
        return nothing_here(request)
    if bearer.person is None:
        return leave_page(request, bearer, Standing.STAYS)
    with reading(web.app.engine) as db:
        standing = standing_of(db, bearer.person, bearer.recipe.slug)
    return leave_page(request, bearer, standing)

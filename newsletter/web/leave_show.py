"""GET /u/TOKEN: the page with the button. It ends nothing: scanners open every link of a mail."""

from starlette.requests import Request
from starlette.responses import Response

from newsletter.web.bearer import bearer_of
from newsletter.web.context import web_of
from newsletter.web.leave_page import leave_page
from newsletter.web.pages import nothing_here


def leave_show(request: Request) -> Response:
    """Ask whether the reader wants to leave, or offer the way back to one who has left."""
    bearer = bearer_of(web_of(request), request)
    return nothing_here(request) if bearer is None else leave_page(request, bearer)

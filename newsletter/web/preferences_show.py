"""GET /p/TOKEN: what a reader gets, and the form to change it."""

from starlette.requests import Request
from starlette.responses import Response

from newsletter.web.bearer import bearer_of
from newsletter.web.context import web_of
from newsletter.web.pages import nothing_here
from newsletter.web.preferences_page import preferences_page


def preferences_show(request: Request) -> Response:
    """Show the preferences of the person whom the link belongs to."""
    bearer = bearer_of(web_of(request), request)
    return nothing_here(request) if bearer is None else preferences_page(request, bearer)

"""GET /s/KEY: the form of a source. It changes nothing."""

from starlette.requests import Request
from starlette.responses import Response

from newsletter.web.pages import nothing_here
from newsletter.web.submit_page import form_page, source_of_path


def submit_show(request: Request) -> Response:
    """Show the empty form."""
    source = source_of_path(request)
    return nothing_here(request) if source is None else form_page(request, source)

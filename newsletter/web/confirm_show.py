"""GET /c/TOKEN: the page with the button that confirms. It confirms nobody."""

from starlette.requests import Request
from starlette.responses import Response

from newsletter.web.confirm_page import confirm_page, invitation_of
from newsletter.web.pages import nothing_here


def confirm_show(request: Request) -> Response:
    """Show what confirming means, or that the link is over."""
    invitation = invitation_of(request)
    return nothing_here(request) if invitation is None else confirm_page(request, invitation)

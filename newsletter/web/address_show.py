"""GET /n/TOKEN: the page with the button that takes a new address. It takes none."""

from starlette.requests import Request
from starlette.responses import Response

from newsletter.web.account_page import visit_of
from newsletter.web.address_page import address_page
from newsletter.web.pages import nothing_here
from subscribers.consent.fresh_link import Purpose


def address_show(request: Request) -> Response:
    """Show what pressing the button means, or that the link is over."""
    visit = visit_of(request, Purpose.ADDRESS)
    return nothing_here(request) if visit is None else address_page(request, visit)

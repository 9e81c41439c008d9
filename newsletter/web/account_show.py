"""GET /a/TOKEN: a person's own data and settings. It uses nothing up: scanners open every link."""

from starlette.requests import Request
from starlette.responses import Response

from newsletter.web.account_page import account_page, is_open, over_page, visit_of


def account_show(request: Request) -> Response:
    """Show everything, or that the link is over."""
    visit = visit_of(request)
    return account_page(request, visit) if visit and is_open(request, visit) else over_page(request, visit)

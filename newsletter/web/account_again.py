"""POST /a/TOKEN/again: whoever holds a link that is over has a new one mailed, to the mailbox the old one went to."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from newsletter.app.account import ask_for_link
from newsletter.web.account_page import over_page, visit_of
from newsletter.web.context import web_of
from newsletter.web.form import read_form


async def account_again(request: Request) -> Response:
    """Read the empty form, then ask in a thread."""
    await read_form(request)
    return await run_in_threadpool(_again, request)


def _again(request: Request) -> Response:
    visit = visit_of(request)
    if visit is not None and visit.newsletter:
        ask_for_link(web_of(request).app, visit.person, visit.newsletter)
    return over_page(request, visit, mailed=True)

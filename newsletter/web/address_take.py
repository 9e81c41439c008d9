"""POST /n/TOKEN: a person takes the address whose mailbox they read; the old one is told."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from newsletter.app.account import take_new_address
from newsletter.web.account_page import visit_of
from newsletter.web.address_page import DONE, REFUSED, address_page
from newsletter.web.client import client_address
from newsletter.web.context import web_of
from newsletter.web.form import read_form
from newsletter.web.pages import nothing_here
from subscribers.consent.fresh_link import Purpose
from subscribers.errors import SaidNo


async def address_take(request: Request) -> Response:
    """Read the empty form, then move in a thread."""
    await read_form(request)
    return await run_in_threadpool(_take, request)


def _take(request: Request) -> Response:
    visit = visit_of(request, Purpose.ADDRESS)
    if visit is None:
        return nothing_here(request)
    try:
        moved = take_new_address(web_of(request).app, visit.link, network_address=client_address(request))
    except SaidNo:
        return address_page(request, visit, state=REFUSED)
    if moved is None:
        return address_page(request, visit_of(request, Purpose.ADDRESS) or visit)
    return address_page(request, visit, state=DONE, moved=moved)

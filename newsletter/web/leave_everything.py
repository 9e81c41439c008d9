"""POST /u/TOKEN/everything: leave every list. From then on the address is suppressed, until its own reader says yes."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from newsletter.app.leaving import leave_all
from newsletter.web.bearer import bearer_of
from newsletter.web.client import client_address
from newsletter.web.context import web_of
from newsletter.web.form import read_form
from newsletter.web.leave_page import leave_page
from newsletter.web.pages import nothing_here

_HOW = "the button 'Leave everything' on the page of the leave link"


async def leave_everything(request: Request) -> Response:
    """Read the empty form, then leave in a thread."""
    await read_form(request)
    return await run_in_threadpool(_leave, request)


def _leave(request: Request) -> Response:
    web = web_of(request)
    bearer = bearer_of(web, request)
    if bearer is None:
        return nothing_here(request)
    if bearer.person is not None:
        leave_all(web.app, bearer.person, bearer.issue, how=_HOW, network_address=client_address(request))
    return leave_page(request, bearer)

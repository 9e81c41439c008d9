"""POST /u/TOKEN/undo: take leaving back. It ends this newsletter's opt-out and nothing else."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from newsletter.app.leaving import take_back
from newsletter.web.bearer import bearer_of
from newsletter.web.client import client_address
from newsletter.web.context import web_of
from newsletter.web.form import read_form
from newsletter.web.leave_page import Done, leave_page
from newsletter.web.pages import nothing_here

_HOW = "the button 'Stay subscribed' on the page of the leave link"


async def leave_undo(request: Request) -> Response:
    """Read the empty form, then undo in a thread."""
    await read_form(request)
    return await run_in_threadpool(_undo, request)


def _undo(request: Request) -> Response:
    web = web_of(request)
    bearer = bearer_of(web, request)
    if bearer is None:
        return nothing_here(request)
    if bearer.person is not None:
        network_address = client_address(request)
        take_back(web.app, bearer.person, bearer.issue, bearer.recipe.slug, how=_HOW, network_address=network_address)
    return leave_page(request, bearer, Done.BACK)

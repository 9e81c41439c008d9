"""POST /u/TOKEN/undo: take leaving back. It ends this newsletter's opt-out and nothing else."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from newsletter.app.leaves import UNDO, note_leave
from newsletter.db.engine import writing
from newsletter.feedback.unsubscribe import opt_out_key, undo_unsubscribe
from newsletter.web.bearer import bearer_of
from newsletter.web.client import client_address
from newsletter.web.context import web_of
from newsletter.web.form import read_form
from newsletter.web.leave_page import Standing, leave_page
from newsletter.web.pages import nothing_here


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
        with writing(web.app.engine) as db:
            undone = undo_unsubscribe(
                db,
                bearer.issue,
                bearer.person.id,
                network_address=client_address(request),
                now=web.app.clock.now(),
            )
        if undone:
            note_leave(web.app, UNDO, bearer.person.address_hash, opt_out_key(bearer.recipe.slug))
    return leave_page(request, bearer, Standing.BACK)

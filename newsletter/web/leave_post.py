"""POST /u/TOKEN: leave. One click of a mailbox's own button (RFC 8058, section 3.2), or the button of our page.

The address and the body suffice; no cookie, no session, no redirect. It counts at once, and posting it again is fine.
"""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from newsletter.app.leaving import leave_newsletter
from newsletter.web.bearer import bearer_of
from newsletter.web.client import client_address
from newsletter.web.context import web_of
from newsletter.web.form import read_form
from newsletter.web.leave_page import leave_page
from newsletter.web.pages import not_understood, nothing_here

_FIELD, _VALUE = "list-unsubscribe", "one-click"
_HOW = {"page": "the button 'Leave' on the page of the leave link", "": "one-click unsubscribe (RFC 8058)"}


async def leave_post(request: Request) -> Response:
    """Read the form, then leave in a thread."""
    form = {name.strip().lower(): value for name, value in (await read_form(request)).items()}
    return await run_in_threadpool(_leave, request, form)


def _leave(request: Request, form: dict[str, str]) -> Response:
    web = web_of(request)
    bearer = bearer_of(web, request)
    if bearer is None:
        return nothing_here(request)
    if form.get(_FIELD, "").strip().lower() != _VALUE:
        return not_understood(request, 400)
    if bearer.person is not None:
        leave_newsletter(
            web.app,
            bearer.person,
            bearer.issue,
            bearer.recipe.slug,
            how=_HOW["page" if "from" in form else ""],
            network_address=client_address(request),
        )
    return leave_page(request, bearer)

"""POST /u/TOKEN: leave. One click of a mailbox's own button (RFC 8058, section 3.2), or the button of our page.

The address and the body suffice; no cookie, no session, no redirect. It counts at once, and posting it again is fine.
"""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from newsletter.app.leaves import OPT_OUT, note_leave
from newsletter.db.engine import reading, writing
from newsletter.feedback.unsubscribe import opt_out_key, record_unsubscribe
from newsletter.web.bearer import Bearer, bearer_of
from newsletter.web.client import client_address
from newsletter.web.context import web_of
from newsletter.web.form import read_form
from newsletter.web.leave_page import Standing, leave_page, standing_of
from newsletter.web.pages import not_understood, nothing_here
from subscribers.subscriber import Subscriber

_FIELD, _VALUE = "list-unsubscribe", "one-click"
_HOW = {"page": "the button 'Leave' on the page of the leave link", "": "one-click unsubscribe (RFC 8058)"}


async def leave_post(request: Request) -> Response:
    """Read the form, then leave in a thread."""
    form = {name.lower(): value for name, value in (await read_form(request)).items()}
    return await run_in_threadpool(_leave, request, form)


def _leave(request: Request, form: dict[str, str]) -> Response:
    bearer = bearer_of(web_of(request), request)
    if bearer is None:
        return nothing_here(request)
    if form.get(_FIELD, "").strip().lower() != _VALUE:
        return not_understood(request, 400)
    if bearer.person is not None:
        _record(request, bearer, bearer.person, _HOW["page" if "from" in form else ""])
    return leave_page(request, bearer, Standing.LEFT)


def _record(request: Request, bearer: Bearer, person: Subscriber, how: str) -> None:
    web = web_of(request)
    slug = bearer.recipe.slug
    with reading(web.app.engine) as db:
        if standing_of(db, person, slug) is Standing.LEFT:
            return
    # Noted first: should this machine be lost between the two, a restored home still knows.
    note_leave(web.app, OPT_OUT, person.address_hash, opt_out_key(slug))
    with writing(web.app.engine) as db:
        record_unsubscribe(
            db,
            bearer.issue,
            person.id,
            how=how,
            network_address=client_address(request),
            now=web.app.clock.now(),
        )

"""GET and POST /c/TOKEN/no: do not ask me again. Opening it changes nothing: scanners open every link.

The answer of the sign-up form stays the same for this address; only the mails that ask stay away.
"""

from datetime import datetime

from babel.dates import format_date
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from newsletter.app.joining import ask_no_more
from newsletter.web.confirm_page import Invitation, confirm_page, invitation_of
from newsletter.web.context import web_of
from newsletter.web.form import read_form
from newsletter.web.pages import nothing_here, public_page
from subscribers.address import mask
from subscribers.consent.fresh_link import LinkState


def no_more_show(request: Request) -> Response:
    """Show the page with the button."""
    invitation = invitation_of(request)
    return nothing_here(request) if invitation is None else _page(request, invitation)


async def no_more_post(request: Request) -> Response:
    """Read the empty form, then keep the wish in a thread."""
    await read_form(request)
    return await run_in_threadpool(_keep, request)


def _keep(request: Request) -> Response:
    invitation = invitation_of(request)
    if invitation is None:
        return nothing_here(request)
    if _is_used(request, invitation):
        return _page(request, invitation)
    return _page(request, invitation, until=ask_no_more(web_of(request).app, invitation.link))


def _page(request: Request, invitation: Invitation, *, until: datetime | None = None) -> Response:
    if _is_used(request, invitation):  # they said yes: what they get is told, and how to change it
        return confirm_page(request, invitation)
    strings = invitation.strings
    return public_page(
        request,
        "no_more_asking",
        strings,
        token=invitation.token,
        newsletter=", ".join(invitation.names),
        address=mask(invitation.person.address),
        until=format_date(until.date(), "d MMMM yyyy", locale=strings.locale) if until else "",
        is_open=invitation.link.state(now=web_of(request).app.clock.now()) is LinkState.OPEN,
    )


def _is_used(request: Request, invitation: Invitation) -> bool:
    return invitation.link.state(now=web_of(request).app.clock.now()) is LinkState.USED

"""POST /u/TOKEN/again: mail somebody who has left everything the link that leads back.

The link of an old mail is no yes of whoever reads the mailbox: only the button in the fresh mail is.
"""

from math import ceil

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from newsletter.app.coming import Standing, standing_of
from newsletter.app.joining import SignUp, TooManySignUps, sign_up
from newsletter.db.engine import reading
from newsletter.web.bearer import Bearer, bearer_of
from newsletter.web.client import client_address
from newsletter.web.context import web_of
from newsletter.web.form import read_form
from newsletter.web.leave_page import Done, leave_page
from newsletter.web.pages import nothing_here, words_page
from subscribers.consent.join import Shown
from subscribers.subscriber import Subscriber


async def leave_again(request: Request) -> Response:
    """Read the empty form, then ask in a thread."""
    await read_form(request)
    return await run_in_threadpool(_again, request)


def _again(request: Request) -> Response:
    web = web_of(request)
    bearer = bearer_of(web, request)
    if bearer is None:
        return nothing_here(request)
    if bearer.person is None:
        return leave_page(request, bearer)
    with reading(web.app.engine) as db:
        standing = standing_of(db, bearer.person, bearer.recipe)
    if standing is not Standing.GONE:
        return leave_page(request, bearer)
    try:
        sign_up(web.app, bearer.recipe, _asking(request, bearer, bearer.person))
    except TooManySignUps as error:
        page = words_page(
            request,
            bearer.strings,
            "Not sent yet",
            "Too many sign-ups came from your network. Please try again in an hour.",
            status=429,
        )
        page.headers["Retry-After"] = str(max(1, ceil(error.wait.total_seconds())))
        return page
    return leave_page(request, bearer, Done.ASKED)


def _asking(request: Request, bearer: Bearer, person: Subscriber) -> SignUp:
    shown = Shown(
        text=bearer.strings.text("Sign up again"),
        language=bearer.strings.language,
        place="the button 'Sign up again' on the page of the leave link",
        network_address=client_address(request),
    )
    return SignUp(address=person.address, shown=shown)

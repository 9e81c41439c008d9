"""GET and POST /a/TOKEN/erase: what deleting means and what stays, and the button that does it."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from newsletter.app.account import erase_by_link
from newsletter.web.account_page import is_open, over_page, visit_of
from newsletter.web.context import web_of
from newsletter.web.form import read_form
from newsletter.web.pages import public_page, words_page


def account_erase_show(request: Request) -> Response:
    """Show what would go and what would stay. It deletes nothing."""
    visit = visit_of(request)
    if visit is None or not is_open(request, visit):
        return over_page(request, visit)
    return public_page(request, "account_erase", visit.strings, token=visit.token, address=visit.person.address)


async def account_erase(request: Request) -> Response:
    """Read the empty form, then delete in a thread."""
    await read_form(request)
    return await run_in_threadpool(_erase, request)


def _erase(request: Request) -> Response:
    visit = visit_of(request)
    if visit is None or not erase_by_link(web_of(request).app, visit.link):
        return over_page(request, visit_of(request))
    return words_page(
        request,
        visit.strings,
        "Everything was deleted",
        "A hash of your address and the record of what you agreed to stay, so that nobody mails you again.",
        "Nobody can read your address from them; only who brings it can tell that it was here.",
        "If you want mail again one day, sign up again: nothing else brings you back.",
    )

"""POST /p/TOKEN/account: with the link of a mail somebody asks for the link to their own data, by mail."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from newsletter.app.account import ask_for_link
from newsletter.web.bearer import bearer_of
from newsletter.web.context import web_of
from newsletter.web.form import read_form
from newsletter.web.pages import nothing_here, preview_page, public_page, words_page
from subscribers.address import mask


async def account_ask(request: Request) -> Response:
    """Read the empty form, then ask in a thread."""
    await read_form(request)
    return await run_in_threadpool(_ask, request)


def _ask(request: Request) -> Response:
    web = web_of(request)
    bearer = bearer_of(web, request)
    if bearer is None:
        return nothing_here(request)
    if bearer.inert:
        return preview_page(request, bearer.strings)
    if bearer.person is None:
        return words_page(
            request, bearer.strings, "There is nothing to choose", "This address is not kept here any more."
        )
    ask_for_link(web.app, bearer.person, bearer.recipe.slug)
    return public_page(request, "account_asked", bearer.strings, address=mask(bearer.person.address), is_known=True)

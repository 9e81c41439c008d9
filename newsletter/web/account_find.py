"""GET and POST /account: for whoever has lost all mails, or has left. The answer is the same for each address."""

from collections.abc import Mapping
from math import ceil

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from newsletter.app.account import TooManyAsks, ask_at_address
from newsletter.rendering.strings import Strings
from newsletter.web.client import client_address
from newsletter.web.context import web_of
from newsletter.web.form import read_form
from newsletter.web.join_page import STAMP, TRAP, page_strings, stamp_key
from newsletter.web.pages import public_page
from newsletter.web.stamp import is_timely, stamp
from subscribers.address import parse_address
from subscribers.errors import InvalidAddress


def account_find(request: Request) -> Response:
    """Show the form."""
    return _form(request, page_strings(request, {}), {})


async def account_find_post(request: Request) -> Response:
    """Read the form, then ask in a thread."""
    form = await read_form(request)
    return await run_in_threadpool(_ask, request, form)


def _ask(request: Request, form: Mapping[str, str]) -> Response:
    web, strings = web_of(request), page_strings(request, form)
    address = form.get("address", "").strip()
    try:
        parse_address(address)
    except InvalidAddress:
        wrong = strings.text("This is no e-mail address. One looks like anna@example.org.")
        return _form(
            request, strings, form, fault=wrong if address else strings.text("Please give your e-mail address.")
        )
    asked = public_page(request, "account_asked", strings, address=address, is_known=False)
    if form.get(TRAP):
        return asked
    if not is_timely(stamp_key(web), form.get(STAMP, ""), web.app.clock.now()):
        return _form(request, strings, form, once_more=True)
    try:
        ask_at_address(web.app, address, network_address=client_address(request))
    except TooManyAsks as error:
        words = strings.text("Too many requests came from your network. Please try again in an hour.")
        page = _form(request, strings, form, fault=words, status=429)
        page.headers["Retry-After"] = str(max(1, ceil(error.wait.total_seconds())))
        return page
    return asked


def _form(
    request: Request,
    strings: Strings,
    entered: Mapping[str, str],
    *,
    fault: str = "",
    once_more: bool = False,
    status: int = 422,
) -> Response:
    web = web_of(request)
    page = public_page(
        request,
        "account_find",
        strings,
        status=status if fault else 200,
        entered=entered,
        fault=fault,
        once_more=once_more,
        hidden={"trap": TRAP, "stamp_name": STAMP, "stamp": stamp(stamp_key(web), web.app.clock.now())},
    )
    page.headers["Vary"] = "Accept-Language"
    return page

"""POST /a/TOKEN/address: a person types a new address; a link to take it is mailed there. It uses their link up."""

from collections.abc import Mapping

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from newsletter.app.account import ask_new_address
from newsletter.web.account_page import account_page, after, is_open, over_page, visit_of
from newsletter.web.context import web_of
from newsletter.web.form import read_form
from subscribers.address import parse_address
from subscribers.errors import InvalidAddress
from subscribers.suggest import suggest_address


async def address_ask(request: Request) -> Response:
    """Read the form, then ask in a thread."""
    form = await read_form(request)
    return await run_in_threadpool(_ask, request, form)


def _ask(request: Request, form: Mapping[str, str]) -> Response:
    visit = visit_of(request)
    if visit is None or not is_open(request, visit):
        return over_page(request, visit)
    address, strings = form.get("address", "").strip(), visit.strings
    try:
        parse_address(address)
    except InvalidAddress:
        wrong = strings.text("This is no e-mail address. One looks like anna@example.org.")
        fault = wrong if address else strings.text("Please give your e-mail address.")
        return account_page(request, visit, faults={"address": fault}, entered={"address": address})
    meant = suggest_address(address)
    if meant and form.get("sure") != address:
        return account_page(request, visit, suggestion=meant, entered={"address": address})
    link = ask_new_address(web_of(request).app, visit.link, address)
    if link is None:
        return over_page(request, visit_of(request))
    return account_page(request, after(request, visit, link), on_its_way=address)

"""POST /join/NEWSLETTER: somebody asks to join. From our page or a partner's: nothing depends on where it was posted.

Whoever comes too quickly, from another site's form, or from a page that said something else than it says now, is asked
once more: the words that are kept are those of the page whose button was pressed. A trap that is filled in gets the
same thanks as everybody, and nothing is kept.
"""

from collections.abc import Mapping

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from newsletter.app.joining import SignUp, TooManySignUps, sign_up
from newsletter.issues.recipe import Recipe
from newsletter.rendering.strings import languages
from newsletter.web.context import web_of
from newsletter.web.form import read_form
from newsletter.web.join_page import (
    STAMP,
    SURE,
    TRAP,
    again_page,
    asked_page,
    form_page,
    page_strings,
    recipe_of_path,
    shown_words,
    stamp_key,
    stamped,
    too_many_page,
)
from newsletter.web.pages import nothing_here
from newsletter.web.stamp import is_timely
from subscribers.address import parse_address
from subscribers.errors import InvalidAddress, InvalidProfile
from subscribers.suggest import suggest_address
from subscribers.wishes.profile import read_name


async def join_post(request: Request) -> Response:
    """Read the form, then ask in a thread."""
    form = await read_form(request)
    # Partners' own forms call it so.
    entered = {**form, "address": form.get("address") or form.get("email", "")}
    return await run_in_threadpool(_join, request, entered)


def _join(request: Request, entered: Mapping[str, str]) -> Response:
    recipe = recipe_of_path(request)
    if recipe is None:
        return nothing_here(request)
    try:
        form = _read(request, recipe, entered)
    except InvalidAddress:
        return _refuse(request, recipe, entered)
    return _doubt(request, recipe, form, entered) or _keep(request, recipe, form, entered)


def _doubt(request: Request, recipe: Recipe, form: SignUp, entered: Mapping[str, str]) -> Response | None:
    """Give the page that asks once more, or the thanks that a program gets; None where nothing is in doubt."""
    if entered.get(TRAP):
        return asked_page(request, recipe, entered)
    meant = suggest_address(form.address)
    if meant and entered.get(SURE) != form.address:
        return form_page(request, recipe, entered=entered, suggestion=meant)
    web = web_of(request)
    proved = is_timely(stamp_key(web), entered.get(STAMP, ""), web.app.clock.now(), words=stamped(form.shown))
    return None if proved else again_page(request, recipe, entered)


def _keep(request: Request, recipe: Recipe, form: SignUp, entered: Mapping[str, str]) -> Response:
    try:
        sign_up(web_of(request).app, recipe, form)
    except TooManySignUps as error:
        return too_many_page(request, recipe, entered, error.wait)
    return asked_page(request, recipe, entered)


def _read(request: Request, recipe: Recipe, entered: Mapping[str, str]) -> SignUp:
    """Read what was typed. A name that cannot be taken is left out: it is a courtesy, and no reason to turn round."""
    address = entered["address"].strip()
    parse_address(address)
    try:
        name = read_name(entered.get("name", ""))
    except InvalidProfile:
        name = ""
    language = entered.get("language", "")
    return SignUp(
        address=address,
        name=name,
        language=language if language in languages(web_of(request).app.templates) else "",
        topics=tuple(name.removeprefix("topic:") for name in entered if name.startswith("topic:")),
        shown=shown_words(request, recipe, entered),
    )


def _refuse(request: Request, recipe: Recipe, entered: Mapping[str, str]) -> Response:
    strings = page_strings(request, entered)
    wrong = strings.text("This is no e-mail address. One looks like anna@example.org.")
    fault = wrong if entered["address"].strip() else strings.text("Please give your e-mail address.")
    return form_page(request, recipe, entered=entered, fault=fault, status=422)

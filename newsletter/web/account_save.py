"""POST /a/TOKEN: keep the name, role, country and wishes about sensitive topics. It uses the link up."""

from collections.abc import Mapping

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from newsletter.app.account import Changes, save_changes
from newsletter.app.offers import sensitive_offers
from newsletter.db.engine import reading
from newsletter.web.account_page import Visit, account_page, after, as_form, is_open, over_page, visit_of
from newsletter.web.context import web_of
from newsletter.web.countries import countries
from newsletter.web.form import read_form
from newsletter.web.pages import not_understood
from newsletter.web.stale_form import without_stale
from subscribers.errors import InvalidProfile
from subscribers.wishes import wish_store
from subscribers.wishes.profile import Profile, read_name, read_role


async def account_save(request: Request) -> Response:
    """Read the form, then save in a thread."""
    form = await read_form(request)
    return await run_in_threadpool(_save, request, form)


def _save(request: Request, form: Mapping[str, str]) -> Response:
    visit = visit_of(request)
    if visit is None or not is_open(request, visit):
        return over_page(request, visit)
    meant = _meant(request, visit, form)
    wishes = {name: value for name, value in meant.items() if name.startswith(("topic:", "source:"))}
    known = {code for code, _ in countries(visit.strings.locale, visit.person.country)}
    if not set(wishes.values()) <= {"follow", "mute", "none"} or meant.get("country", "") not in {"", *known}:
        return not_understood(request, 400)
    profile, faults = _read(visit, meant)
    if faults:
        return account_page(request, visit, faults=faults, entered=form)
    link = save_changes(web_of(request).app, visit.link, Changes(profile=profile, wishes=wishes))
    if link is None:  # another tab was faster: the link tells of it when it is read again
        return over_page(request, visit_of(request))
    return account_page(request, after(request, visit, link), saved=True)


def _meant(request: Request, visit: Visit, form: Mapping[str, str]) -> dict[str, str]:
    """Give the form without what another link's page has changed since this one was shown."""
    with reading(web_of(request).app.engine) as db:
        wishes, offers = wish_store.wishes_of(db, visit.person.id), sensitive_offers(db, "")
    return without_stale(form, as_form(visit.person, wishes, offers))


def _read(visit: Visit, form: Mapping[str, str]) -> tuple[Profile, dict[str, str]]:
    """Read what was typed; a field that is not sent stays as it is."""
    profile: Profile = {}
    faults = {}
    try:
        if "name" in form:
            profile["name"] = read_name(form["name"])
    except InvalidProfile:
        faults["name"] = visit.strings.text("Please give a name of at most 60 characters, without links.")
    try:
        if "role" in form:
            profile["role"] = read_role(form["role"].strip())
    except InvalidProfile:
        faults["role"] = visit.strings.text("This is too long.")
    if "country" in form:
        profile["country"] = form["country"]
    return profile, faults

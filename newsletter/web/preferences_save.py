"""POST /p/TOKEN: keep what a reader wants. A field that is not sent stays as it is; with one fault nothing is saved.

So does one that another tab has changed since the form was shown, unless it was changed in this one too.
"""

from collections.abc import Callable, Mapping

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from newsletter.app.leaving import leave_newsletter, leave_one_list, take_back
from newsletter.app.preferring import NO_WISH, keep_for_everything, keep_for_newsletter
from newsletter.db.engine import reading, writing
from newsletter.web.bearer import Bearer, bearer_of
from newsletter.web.client import client_address
from newsletter.web.context import Web, web_of
from newsletter.web.form import read_form
from newsletter.web.leave_page import today_of
from newsletter.web.pages import nothing_here, preview_page
from newsletter.web.preferences_form import Read, as_form, choice_of, read_preferences
from newsletter.web.preferences_page import as_shown, offered_to, preferences_page
from newsletter.web.stale_form import without_stale
from subscribers.subscriber import Subscriber
from subscribers.wishes import wish_store
from subscribers.wishes.wish import wishes_in

_HOW = "a box of the preference page"


async def preferences_save(request: Request) -> Response:
    """Read the form, then save in a thread."""
    form = await read_form(request)
    return await run_in_threadpool(_save, request, form)


def _save(request: Request, form: Mapping[str, str]) -> Response:
    web = web_of(request)
    bearer = bearer_of(web, request)
    if bearer is None:
        return nothing_here(request)
    if bearer.inert:
        return preview_page(request, bearer.strings)
    if bearer.person is None or bearer.wanted is None:
        return preferences_page(request, bearer)
    now = web.app.clock.now()
    today, shown = today_of(bearer.wanted, bearer.recipe, now=now), as_shown(bearer.wanted, bearer, now=now)
    with reading(web.app.engine) as db:
        offered = offered_to(db, web, bearer, bearer.person)
        here = wishes_in(wish_store.wishes_of(db, bearer.person.id), f"newsletter:{bearer.recipe.slug}")
    wishes = {key: here.get(key, NO_WISH) for key in offered.wishes}
    meant = without_stale(form, as_form(shown, wishes), group=choice_of)
    read = read_preferences(meant, offered, shown, today=today)
    if read.faults:
        return preferences_page(request, bearer, typed=form, faults=read.faults)
    _keep(web, bearer, bearer.person, read)
    _leave(web, bearer, bearer.person, read, network_address=client_address(request))
    again = bearer_of(web, request)  # in the language just chosen
    return preferences_page(request, again or bearer, saved=True)


def _keep(web: Web, bearer: Bearer, person: Subscriber, read: Read) -> None:
    now = web.app.clock.now()
    with writing(web.app.engine) as db:
        if read.everywhere:
            keep_for_everything(db, person, bearer.recipe.slug, read.choices, now=now)
        else:
            keep_for_newsletter(db, person, bearer.recipe.slug, read.choices, now=now)


def _leave(web: Web, bearer: Bearer, person: Subscriber, read: Read, *, network_address: str) -> None:
    """Carry out the boxes that were ticked: there is one to leave what comes, and one to get what was left."""
    acts: list[tuple[Callable[..., bool], tuple[str, ...]]] = [
        (take_back, read.returning),
        (leave_newsletter, read.leaving),
        (leave_one_list, read.leaving_lists),
    ]
    for act, slugs in acts:
        for slug in slugs:
            act(web.app, person, bearer.issue, slug, how=_HOW, network_address=network_address)

"""POST /u/TOKEN/less: get this newsletter less often instead of leaving it, or take that back."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from newsletter.app.preferring import Choices, keep_for_newsletter
from newsletter.db.engine import writing
from newsletter.web.bearer import bearer_of
from newsletter.web.context import web_of
from newsletter.web.form import read_form
from newsletter.web.leave_page import Done, leave_page
from newsletter.web.pages import not_understood, nothing_here
from subscribers.errors import InvalidProfile
from subscribers.wishes.profile import read_frequency


async def leave_less(request: Request) -> Response:
    """Read the form, then keep the frequency in a thread."""
    form = await read_form(request)
    return await run_in_threadpool(_less, request, form)


def _less(request: Request, form: dict[str, str]) -> Response:
    web = web_of(request)
    bearer = bearer_of(web, request)
    if bearer is None:
        return nothing_here(request)
    try:
        frequency = read_frequency(form.get("frequency", ""))
    except InvalidProfile:
        return not_understood(request, 400)
    if bearer.person is None or bearer.wanted is None:
        return leave_page(request, bearer)
    choices = Choices(values={"frequency": frequency})
    with writing(web.app.engine) as db:
        keep_for_newsletter(db, bearer.person, bearer.recipe.slug, choices, now=web.app.clock.now())
    return leave_page(request, bearer_of(web, request) or bearer, Done.LESS, before=bearer.wanted.frequency)

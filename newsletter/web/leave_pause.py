"""POST /u/TOKEN/pause: pause this newsletter for some weeks instead of leaving it, or end the pause."""

from datetime import timedelta

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from newsletter.app.preferring import Choices, keep_for_newsletter
from newsletter.db.engine import writing
from newsletter.web.bearer import bearer_of
from newsletter.web.context import web_of
from newsletter.web.form import read_form
from newsletter.web.leave_page import PAUSES, Done, leave_page, today_of
from newsletter.web.pages import not_understood, nothing_here

_WEEKS = {"0": 0, **{str(weeks): weeks for weeks in PAUSES}}  # 0: the pause ends


async def leave_pause(request: Request) -> Response:
    """Read the form, then pause in a thread."""
    form = await read_form(request)
    return await run_in_threadpool(_pause, request, form)


def _pause(request: Request, form: dict[str, str]) -> Response:
    web = web_of(request)
    bearer = bearer_of(web, request)
    if bearer is None:
        return nothing_here(request)
    weeks = _WEEKS.get(form.get("weeks", ""))
    if weeks is None:
        return not_understood(request, 400)
    if bearer.person is None or bearer.wanted is None:
        return leave_page(request, bearer)
    now = web.app.clock.now()
    until = today_of(bearer.wanted, bearer.recipe, now=now) + timedelta(weeks=weeks)
    choices = Choices(values={"paused_until": until.isoformat() if weeks else ""})
    with writing(web.app.engine) as db:
        keep_for_newsletter(db, bearer.person, bearer.recipe.slug, choices, now=now)
    return leave_page(request, bearer_of(web, request) or bearer, Done.PAUSED if weeks else Done.BACK)

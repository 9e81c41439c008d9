"""POST /s/KEY: what somebody sends in becomes a post held for an editor, or the form comes back with what is wrong.

There is no session that another site could borrow; still only our own page may post here, so that no other site can
use up a form's limits with its visitors' addresses.
"""

from collections.abc import Mapping
from datetime import timedelta
from math import ceil
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from newsletter.app.submissions import TooOften, receive
from newsletter.db.engine import reading
from newsletter.sources import topic_store
from newsletter.sources.errors import NotUnderstood
from newsletter.sources.source import Source
from newsletter.sources.submission import Checked, Fault, Field, check_form
from newsletter.web.client import client_address
from newsletter.web.context import web_of
from newsletter.web.form import read_form_with_file
from newsletter.web.languages import LANGUAGES
from newsletter.web.pages import not_understood, nothing_here
from newsletter.web.submit_page import TRAP, form_page, source_of_path, thanks_page

_AN_HOUR = timedelta(hours=1)


async def submit_post(request: Request) -> Response:
    """Read the form of a source that has one, then keep it in a thread."""
    source = await run_in_threadpool(source_of_path, request)
    if source is None:
        return nothing_here(request)
    if not _is_ours(request):
        return not_understood(request, 403)
    largest = web_of(request).app.settings.fetch.max_bytes
    form, picture = await read_form_with_file(request, Field.PICTURE, largest=largest)
    return await run_in_threadpool(_submit, request, source, form, picture)


def _submit(request: Request, source: Source, form: Mapping[str, str], picture: bytes) -> Response:
    checked = _checked(request, form, picture)
    if form.get(TRAP):  # no person filled it in; no program learns that it was seen through
        return thanks_page(request, source, checked.submission, has_picture=bool(picture))
    if checked.faults:
        return form_page(request, source, entered=form, faults=checked.faults, status=422)
    app = web_of(request).app
    try:
        receive(app, source, checked.submission, picture, network_address=client_address(request))
    except NotUnderstood:
        return form_page(request, source, entered=form, faults={Field.PICTURE: Fault.NO_PICTURE}, status=422)
    except TooOften as error:
        return _later(request, source, form, error.wait)
    return thanks_page(request, source, checked.submission, has_picture=bool(picture))


def _checked(request: Request, form: Mapping[str, str], picture: bytes) -> Checked:
    app = web_of(request).app
    with reading(app.engine) as db:
        topics = {topic.slug for topic in topic_store.all_topics(db)}
    checked = check_form(form, topics=topics, languages=LANGUAGES, today=app.clock.now().date())
    if len(picture) <= app.settings.fetch.max_bytes:
        return checked
    return Checked(submission=checked.submission, faults={**checked.faults, Field.PICTURE: Fault.TOO_LARGE})


def _later(request: Request, source: Source, form: Mapping[str, str], wait: timedelta) -> Response:
    soon, late = "Too much came in. Please try again in an hour.", "Too much came in. Please try again tomorrow."
    page = form_page(request, source, entered=form, notice=soon if wait <= _AN_HOUR else late, status=429)
    page.headers["Retry-After"] = str(max(1, ceil(wait.total_seconds())))
    return page


def _is_ours(request: Request) -> bool:
    """Tell whether our own page posts. Without a referrer browsers send `Origin: null`, but tell the site's relation
    (Fetch Metadata); programs and old browsers say nothing.
    """
    origin = request.headers.get("origin", "null")
    if origin != "null":
        ours = urlsplit(web_of(request).app.settings.web.public_url)
        return origin == f"{ours.scheme}://{ours.netloc}" or urlsplit(origin).netloc == request.headers.get("host")
    return request.headers.get("sec-fetch-site", "none") in {"same-origin", "none"}

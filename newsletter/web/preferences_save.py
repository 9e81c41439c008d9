"""POST /p/TOKEN: keep what a reader follows and mutes, and their language. A field that is not sent stays as it is."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from newsletter.db.engine import writing
from newsletter.rendering.strings import languages
from newsletter.sources import topic_store
from newsletter.web.bearer import bearer_of
from newsletter.web.context import Web, web_of
from newsletter.web.form import read_form
from newsletter.web.pages import not_understood, nothing_here, preview_page
from newsletter.web.preferences_page import FOLLOW, MUTE, NO_WISH, preferences_page, topic_key
from subscribers.prefer import change_profile
from subscribers.subscriber import Subscriber
from subscribers.wish import follow, mute, unwish


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
    if bearer.person is None:
        return preferences_page(request, bearer, saved=False)
    if not _is_readable(web, form):
        return not_understood(request, 400)
    with writing(web.app.engine) as db:
        _write(db, bearer.person, form, now=web.app.clock.now())
    again = bearer_of(web, request)  # in the language just chosen
    return preferences_page(request, again or bearer, saved=True)


def _is_readable(web: Web, form: Mapping[str, str]) -> bool:
    wishes = {value for name, value in form.items() if name.startswith("topic:")}
    return wishes <= {FOLLOW, MUTE, NO_WISH} and form.get("language", "") in {"", *languages(web.app.templates)}


def _write(db: Connection, person: Subscriber, form: Mapping[str, str], *, now: datetime) -> None:
    for topic in topic_store.all_topics(db):
        key = topic_key(topic.slug)
        match form.get(key):
            case "follow":
                follow(db, person.id, key, now=now)
            case "mute":
                mute(db, person.id, key, now=now)
            case "none":
                unwish(db, person.id, key)
    if "language" in form and form["language"] != person.language:
        change_profile(db, person.id, {"language": form["language"]}, now=now)

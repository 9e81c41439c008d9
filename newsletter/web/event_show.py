"""GET /events/POST.ics: an event, or a call's deadline, for the reader's calendar."""

from starlette.requests import Request
from starlette.responses import Response

from newsletter.base.ids import PostId
from newsletter.db.engine import reading
from newsletter.sources import post_store
from newsletter.sources.post import Post, PostState
from newsletter.web.calendar_file import calendar_file, has_entry
from newsletter.web.context import LARGEST_ID, web_of
from newsletter.web.languages import strings_in
from newsletter.web.pages import nothing_here


def event_show(request: Request) -> Response:
    """Send a post's calendar file; what has no day in a calendar, is held, withdrawn or under embargo is not there."""
    web = web_of(request)
    if request.path_params["post"] > LARGEST_ID:
        return nothing_here(request)
    with reading(web.app.engine) as db:
        found: list[Post] = post_store.posts_by_ids(db, [PostId(request.path_params["post"])])
    for post in found:
        hidden = post.state in {PostState.HELD, PostState.WITHDRAWN} or post.visible_from > web.app.clock.now()
        if has_entry(post) and not hidden:
            return Response(
                calendar_file(post, web.app.settings.web.public_url, strings_in(web, post.language or "en")),
                media_type="text/calendar",
                headers={
                    "Content-Disposition": f'attachment; filename="event-{post.id}.ics"',
                    "Cache-Control": "public, max-age=300",
                },
            )
    return nothing_here(request)

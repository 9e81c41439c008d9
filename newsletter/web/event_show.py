"""GET /events/POST.ics: an event for the reader's calendar."""

from starlette.requests import Request
from starlette.responses import Response

from newsletter.base.ids import PostId
from newsletter.db.engine import reading
from newsletter.sources import post_store
from newsletter.sources.post import Post, PostState
from newsletter.web.calendar_file import calendar_file
from newsletter.web.context import LARGEST_ID, web_of
from newsletter.web.pages import nothing_here


def event_show(request: Request) -> Response:
    """Send the calendar file of an event; what is no event, held, withdrawn or under embargo is not there."""
    web = web_of(request)
    if request.path_params["post"] > LARGEST_ID:
        return nothing_here(request)
    with reading(web.app.engine) as db:
        found: list[Post] = post_store.posts_by_ids(db, [PostId(request.path_params["post"])])
    for post in found:
        hidden = post.state in {PostState.HELD, PostState.WITHDRAWN} or post.visible_from > web.app.clock.now()
        if post.event is not None and not hidden:
            return Response(
                calendar_file(post, post.event, web.app.settings.web.public_url),
                media_type="text/calendar",
                headers={
                    "Content-Disposition": f'attachment; filename="event-{post.id}.ics"',
                    "Cache-Control": "public, max-age=300",
                },
            )
    return nothing_here(request)

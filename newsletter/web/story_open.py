"""GET /r/ISSUE/POST: on to a story, counted by story and day where the newsletter counts clicks.

The link is the same for every reader, holds no token, and leads only to what the issue itself links: nobody can make
it lead elsewhere.
"""

import re

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from newsletter.app.clicks import StoryLinks, story_links
from newsletter.base.errors import NotFound
from newsletter.base.ids import IssueId, PostId
from newsletter.feedback.clicks import OpenedLink
from newsletter.rendering.dates import local_day
from newsletter.web.client import client_address
from newsletter.web.context import LARGEST_ID, Web, web_of
from newsletter.web.pages import nothing_here

# Programs that say what they are, and those that look before anybody clicks.
_PROGRAM = re.compile(
    r"bot|crawl|spider|scan|preview|monitor|headless|curl|wget|python|java/|go-http|^$", re.IGNORECASE
)


def story_open(request: Request) -> Response:
    """Send on to the story. What is not in the issue, or withdrawn, is not there."""
    web = web_of(request)
    issue, post = request.path_params["issue"], request.path_params["post"]
    if max(issue, post) > LARGEST_ID:
        return nothing_here(request)
    now = web.app.clock.now()
    try:
        links = web.shelf.take(("links", issue), StoryLinks, lambda: story_links(web.app, issue), now=now)
    except NotFound:
        return nothing_here(request)
    if post not in links.targets:
        return nothing_here(request)
    if links.counted and _may_be_a_person(request):
        _hold(web, request, IssueId(issue), PostId(post), links.zone)
    return RedirectResponse(links.targets[post], status_code=302)


def _may_be_a_person(request: Request) -> bool:
    fetched_ahead = "prefetch" in (request.headers.get("sec-purpose") or request.headers.get("purpose") or "")
    return request.method == "GET" and not fetched_ahead and not _PROGRAM.search(_user_agent(request))


def _user_agent(request: Request) -> str:
    return request.headers.get("user-agent", "")


def _hold(web: Web, request: Request, issue: IssueId, post: PostId, zone: str) -> None:
    now, opened = web.app.clock.now(), web.app.opened_links
    client = opened.client(client_address(request), _user_agent(request))
    day = local_day(now, zone).isoformat()
    opened.add(OpenedLink(issue_id=issue, post_id=post, day=day, client=client, at=now))

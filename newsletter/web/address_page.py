"""The page of a link to take a new address, in each of its states. Opening it changes nothing."""

from starlette.requests import Request
from starlette.responses import Response

from newsletter.web.account_page import Visit
from newsletter.web.context import web_of
from newsletter.web.pages import public_page
from subscribers.address import mask
from subscribers.consent.fresh_link import LinkState
from subscribers.people.change_address import Moved

REFUSED, DONE = "refused", "done"


def address_page(request: Request, visit: Visit, *, state: str = "", moved: Moved | None = None) -> Response:
    """Give the page: a button, what was done, or why nothing was."""
    link = visit.link
    shown = state or link.state(now=web_of(request).app.clock.now()).value
    if shown == LinkState.OPEN and visit.person.address != link.content["old"]:
        shown = LinkState.USED.value  # another link was faster
    return public_page(
        request,
        "new_address",
        visit.strings,
        status={"expired": 410, REFUSED: 409}.get(shown, 200),
        state=shown,
        token=visit.token,
        old=mask(link.content["old"]),
        new=link.content["new"],
        is_left=moved is not None and moved.is_left,
        is_merged=moved is not None and moved.merged is not None,
    )

"""The page of a leave link, in each of its states. It names the person in masked form only: mails are forwarded."""

from enum import StrEnum

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from newsletter.feedback.unsubscribe import opt_out_key
from newsletter.web.bearer import Bearer
from newsletter.web.pages import preview_page, public_page, words_page
from subscribers.address import mask
from subscribers.show import show
from subscribers.subscriber import Subscriber


class Standing(StrEnum):
    """How a person stands to a newsletter, as far as its leave link is concerned."""

    STAYS = "stays"
    LEFT = "left"
    BACK = "back"  # has just taken it back


def standing_of(db: Connection, person: Subscriber, newsletter: str) -> Standing:
    """Tell whether a person has opted out of a newsletter."""
    key = opt_out_key(newsletter)
    left = any(wish.key == key and wish.kind == "opt_out" for wish in show(db, person.address).wishes)
    return Standing.LEFT if left else Standing.STAYS


def leave_page(request: Request, bearer: Bearer, standing: Standing) -> Response:
    """Give the page; for an inert link one that says so, and for people who were erased one that has no button."""
    if bearer.inert:
        return preview_page(request, bearer.strings)
    if bearer.person is None:
        return words_page(
            request, bearer.strings, "There is nothing left to leave", "This address is not kept here any more."
        )
    return public_page(
        request,
        "leave",
        bearer.strings,
        standing=standing.value,
        newsletter=bearer.recipe.name,
        address=mask(bearer.person.address),
        token=bearer.token,
    )

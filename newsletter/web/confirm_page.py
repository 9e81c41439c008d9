"""The page of a link to confirm, in each of its states. Opening it confirms nobody: scanners open every link."""

from dataclasses import dataclass

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from newsletter.app.coming import coming_with
from newsletter.base.errors import NotFound
from newsletter.base.ids import IssueId
from newsletter.base.tokens import InvalidToken
from newsletter.db.engine import reading
from newsletter.issues import sending_store
from newsletter.issues import store as issue_store
from newsletter.issues.recipe import Newsletter
from newsletter.outbox.reader_store import is_on_its_way
from newsletter.rendering.reader_words import done_words, yes_words
from newsletter.rendering.strings import Strings
from newsletter.sources.post import LONGEST_LIFE
from newsletter.web.client import client_address
from newsletter.web.context import web_of
from newsletter.web.languages import strings_in
from newsletter.web.pages import public_page
from subscribers.address import mask
from subscribers.consent.fresh_link import FreshLink, LinkState, Purpose, find_link
from subscribers.consent.join import Shown
from subscribers.errors import UnknownSubscriber
from subscribers.people.find import find_by_id
from subscribers.subscriber import Subscriber

WORDS = "words"  # the hash of what the page said: a yes is to that, and to nothing that came since


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link to confirm with all that its page needs."""

    token: str
    link: FreshLink
    person: Subscriber
    newsletter: Newsletter
    strings: Strings
    names: tuple[str, ...]  # of all newsletters that come with the list


def invitation_of(request: Request) -> Invitation | None:
    """Read the link of a request's path; None for one that is damaged, or whose person or newsletter is gone."""
    web, token = web_of(request), request.path_params["token"]
    try:
        number = web.app.keys.links.decode(token)
        with reading(web.app.engine) as db:
            link = find_link(db, number, Purpose.CONFIRM)
            if link is None:
                return None
            person = find_by_id(db, link.subscriber_id)
            newsletter = issue_store.newsletter_by_slug(db, link.content["newsletter"])
            names = tuple(coming_with(db, link.content["list"], newsletter.recipe))
    except (InvalidToken, NotFound, UnknownSubscriber):
        return None
    language = person.language or link.content.get("language", "") or newsletter.recipe.language
    return Invitation(token, link, person, newsletter, strings_in(web, language), names)


def confirm_page(request: Request, invitation: Invitation, *, confirmed: bool = False) -> Response:
    """Give the page: a button, a welcome, or what to do with a link that is over."""
    web = web_of(request)
    state = "confirmed" if confirmed else invitation.link.state(now=web.app.clock.now()).value
    recipe = invitation.newsletter.recipe
    with reading(web.app.engine) as db:
        issue = _newest(request, db, invitation) if state != LinkState.EXPIRED else None
        comes = issue is not None and is_on_its_way(db, issue, invitation.person.id)
    preferences = web.app.keys.tokens.encode([(issue, invitation.person.id)])[0] if issue is not None else ""
    return public_page(
        request,
        "confirm",
        invitation.strings,
        status=410 if state == LinkState.EXPIRED else 200,
        state=state,
        token=invitation.token,
        newsletter=recipe.name,
        slug=recipe.slug,
        address=mask(invitation.person.address),
        statement=statement(invitation),
        done=done_words(invitation.strings, invitation.names),
        comes=comes,
        button=button(invitation),
        words=(WORDS, shown_words(request, invitation).hash),
        preferences=preferences if state in {"confirmed", LinkState.USED} else "",
    )


def shown_words(request: Request, invitation: Invitation) -> Shown:
    """Give the words beside the button, as the record of consent keeps them."""
    return Shown(
        text=f"{statement(invitation)}\n{button(invitation)}",
        language=invitation.strings.language,
        place="the button of the confirmation page, opened by the link that was mailed",
        network_address=client_address(request),
    )


def statement(invitation: Invitation) -> str:
    """Say what pressing the button means."""
    return yes_words(invitation.strings, invitation.names)


def button(invitation: Invitation) -> str:
    """Give the words on the button."""
    return invitation.strings.text("Yes, I want to receive it")


def _newest(request: Request, db: Connection, invitation: Invitation) -> IssueId | None:
    since = web_of(request).app.clock.now() - LONGEST_LIFE
    return sending_store.newest_for_welcome(db, invitation.newsletter.id, since=since)

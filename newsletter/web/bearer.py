"""Who holds a link of a mail: the token read, its issue, newsletter and person found.

An inert token (previews, test mails) is made with a public key, so anybody can make one: it never leads to a person.
"""

from dataclasses import dataclass

from starlette.requests import Request

from newsletter.base.errors import NotFound
from newsletter.base.ids import IssueId
from newsletter.base.tokens import InvalidToken
from newsletter.db.engine import reading
from newsletter.feedback.unsubscribe import opt_out_key
from newsletter.issues import store as issue_store
from newsletter.issues.issue import Issue
from newsletter.issues.recipe import Recipe
from newsletter.rendering.strings import Strings
from newsletter.web.context import Web
from newsletter.web.languages import browser_language, strings_in
from subscribers.errors import UnknownSubscriber
from subscribers.people.find import find_by_old_id
from subscribers.subscriber import Subscriber
from subscribers.wishes.prefer import wanted_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """Who a link belongs to. `person` is None for an inert token and for people who were erased.

    `wanted` is the person as they want this newsletter: what they chose for it in the place of their own.
    """

    token: str
    inert: bool
    issue: Issue
    recipe: Recipe
    person: Subscriber | None
    wanted: Subscriber | None
    strings: Strings


def bearer_of(web: Web, request: Request) -> Bearer | None:
    """Read the token of a request's path; None for one that is damaged, unknown, or of no issue."""
    token = request.path_params["token"]
    try:
        subject = web.app.keys.tokens.decode(token)
        with reading(web.app.engine) as db:
            issue = issue_store.issue_by_id(db, IssueId(subject.issue))
            recipe = issue_store.newsletter_by_id(db, issue.newsletter_id).recipe
            person = wanted = None
            if not subject.inert:
                try:
                    person = find_by_old_id(db, subject.subscriber)
                    wanted = wanted_in(db, person, opt_out_key(recipe.slug))
                except UnknownSubscriber:
                    person = None
    except (InvalidToken, NotFound):
        return None
    language = (wanted.language if wanted else "") or _asked_language(web, request) or recipe.language
    return Bearer(
        token=token,
        inert=subject.inert,
        issue=issue,
        recipe=recipe,
        person=person,
        wanted=wanted,
        strings=strings_in(web, language),
    )


def _asked_language(web: Web, request: Request) -> str:
    """Of a link that leads to no person any more: what the browser asks for."""
    accepted = request.headers.get("accept-language", "")
    return browser_language(web, accepted) if accepted else ""

"""The page of a link to one's own data, in each of its states. Looking uses nothing up; each change uses the link up.

What answers a change carries the link's successor, so that a person can go on and the mailed link still works once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response

from newsletter.app.account import any_newsletter
from newsletter.app.account_data import data_of
from newsletter.app.offers import Offers, sensitive_offers
from newsletter.base.errors import NotFound
from newsletter.base.tokens import InvalidToken
from newsletter.db.engine import reading
from newsletter.issues import store as issue_store
from newsletter.rendering.reader_words import moment
from newsletter.rendering.strings import Strings
from newsletter.sources import source_store, topic_store
from newsletter.web.account_words import Account, account_of
from newsletter.web.context import web_of
from newsletter.web.countries import countries
from newsletter.web.languages import strings_in
from newsletter.web.pages import nothing_here, public_page
from newsletter.web.stale_form import SHOWN, shown_state
from newsletter.web.wish_rows import wish_rows
from subscribers.consent.consent import Wish
from subscribers.consent.fresh_link import FreshLink, LinkState, Purpose, find_link
from subscribers.errors import UnknownSubscriber
from subscribers.people.find import find_by_id
from subscribers.subscriber import Subscriber
from subscribers.wishes.prefer import wanted_in


@dataclass(frozen=True, slots=True)
class Visit:
    """A link to one's own data with all that its page needs."""

    token: str
    link: FreshLink
    person: Subscriber
    newsletter: str  # in whose name more links are mailed; empty where there is none
    strings: Strings
    zone: str  # in which times are told


def visit_of(request: Request, purpose: Purpose = Purpose.ACCOUNT) -> Visit | None:
    """Read the link of a request's path; None for one that is damaged, or whose person is gone."""
    web, token = web_of(request), request.path_params["token"]
    try:
        number = web.app.keys.links.decode(token)
        with reading(web.app.engine) as db:
            link = find_link(db, number, purpose)
            if link is None:
                return None
            person = find_by_id(db, link.subscriber_id)
            slug = link.content.get("newsletter") or any_newsletter(db)
            # As the newsletter whose mail led here: a language that was just chosen for it holds here too.
            wanted = wanted_in(db, person, f"newsletter:{slug}")
            language = wanted.language or _language(request, slug)
            zone = wanted.zone or (issue_store.newsletter_by_slug(db, slug).recipe.zone if slug else "UTC")
    except (InvalidToken, UnknownSubscriber):
        return None
    return Visit(token, link, person, slug, strings_in(web, language), zone)


def after(request: Request, visit: Visit, link: FreshLink) -> Visit:
    """Give the visit that goes on with a link's successor, in the person's language of now."""
    web = web_of(request)
    with reading(web.app.engine) as db:
        person = find_by_id(db, visit.person.id)
    return replace(visit, token=web.app.keys.links.encode(link.id), link=link, person=person)


def is_open(request: Request, visit: Visit) -> bool:
    """Tell whether the link is still good."""
    return visit.link.state(now=web_of(request).app.clock.now()) is LinkState.OPEN


def over_page(request: Request, visit: Visit | None, *, mailed: bool = False) -> Response:
    """Say that a link is used or too old, and offer a new one: to that person's mailbox, without naming them."""
    if visit is None:
        return nothing_here(request)
    state = visit.link.state(now=web_of(request).app.clock.now())
    return public_page(
        request,
        "account_over",
        visit.strings,
        status=200 if mailed else 410,
        is_used=state is LinkState.USED,
        token=visit.token,
        mailed=mailed,
    )


def account_page(
    request: Request,
    visit: Visit,
    *,
    saved: bool = False,
    on_its_way: str = "",
    faults: Mapping[str, str] | None = None,
    entered: Mapping[str, str] | None = None,
    suggestion: str = "",
) -> Response:
    """Give the page: what was saved or is wrong, the forms, and all that is known."""
    web, strings, person = web_of(request), visit.strings, visit.person
    with reading(web.app.engine) as db:
        topics, sources = topic_store.all_topics(db), source_store.all_sources(db)
        offers = sensitive_offers(db, strings.language)
        names = {f"newsletter:{one.recipe.slug}": one.recipe.name for one in issue_store.all_newsletters(db)}
    data = data_of(web.app, person.id)
    named = {f"topic:{one.slug}": one.name_in(strings.language) for one in topics}
    named |= {f"source:{one.name}": one.owner or one.name for one in sources}
    account: Account = account_of(strings, data, named, names, zone=visit.zone)
    kept = as_form(person, data.kept.wishes, offers)
    choices = kept | dict(entered or {})
    values = {"name": person.name, "role": person.role, "country": person.country, "address": ""} | dict(entered or {})
    return public_page(
        request,
        "account",
        strings,
        status=422 if faults else 200,
        token=visit.token,
        until=moment(strings, visit.link.expires_at, visit.zone),
        address=person.address,
        saved=saved,
        on_its_way=on_its_way,
        faults=faults or {},
        suggestion=suggestion,
        entered=values,
        shown=(SHOWN, (entered or {}).get(SHOWN) or shown_state(kept)),
        countries=countries(strings.locale, person.country),
        kept=choices,
        topics=wish_rows("topic", offers.topics),
        sources=wish_rows("source", offers.sources),
        account=account,
    )


def as_form(person: Subscriber, wishes: Iterable[Wish], offers: Offers) -> dict[str, str]:
    """Give what is kept of a person as the form of their page would send it."""
    kinds = {wish.key: wish.kind for wish in wishes if not wish.scope}
    form = {"name": person.name, "role": person.role, "country": person.country}
    return form | {key: kinds.get(key, "none") for key in offers.keys}


def _language(request: Request, slug: str) -> str:
    try:
        with reading(web_of(request).app.engine) as db:
            return issue_store.newsletter_by_slug(db, slug).recipe.language
    except NotFound:
        return "en"

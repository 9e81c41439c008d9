"""The preferences page: what a reader gets and why, and what they can change with the link of a mail.

A mail is forwarded easily, so sensitive topics, role, country and address are not even shown here: they need a fresh
link of their own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time

from babel.dates import format_time, get_day_names
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from newsletter.app.coming import Coming, Standing, lists_of, newsletters_of, standing_of
from newsletter.app.offers import Offer, Offers, open_offers
from newsletter.app.preferring import NO_WISH
from newsletter.app.reach import could_reach
from newsletter.db.engine import reading
from newsletter.issues import store as issue_store
from newsletter.outbox.rhythm import is_paused
from newsletter.rendering.strings import Strings, languages
from newsletter.web.bearer import Bearer
from newsletter.web.context import Web, web_of
from newsletter.web.got import Got, stories_got
from newsletter.web.languages import LANGUAGES, language_name, languages_by_name
from newsletter.web.leave_page import day_words, isolated, zone_of
from newsletter.web.pages import public_page, words_page
from newsletter.web.preferences_form import LEAVE, LEAVE_LIST, PAUSE_WEEKS, RETURN, Offered, as_form, with_typed
from newsletter.web.stale_form import SHOWN, shown_state
from newsletter.web.wish_rows import wish_rows
from newsletter.web.zones import city, regions
from subscribers.address import mask
from subscribers.lists.mailing_list import MailingList
from subscribers.subscriber import Subscriber
from subscribers.wishes import wish_store
from subscribers.wishes.profile import DAYS
from subscribers.wishes.wish import wishes_in

_FEWEST_READING = 3  # fields for reading languages; there is always an empty one, up to the most
_MOST_READING = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    """How things stand for the person of a link, as the page tells it."""

    standing: str
    offers: Offers
    wishes: dict[str, str]
    newsletters: list[Coming]
    lists: list[MailingList]
    got: list[Got]
    reached: bool


def offered_to(db: Connection, web: Web, bearer: Bearer, person: Subscriber) -> Offered:
    """Give what the page offers to one person: the form takes nothing else."""
    interface = languages(web.app.templates)
    return Offered(
        wishes=open_offers(db, bearer.recipe, bearer.strings.language).keys,
        languages={*interface, bearer.wanted.language if bearer.wanted else ""},
        reading={*LANGUAGES, *interface, *(bearer.wanted.reading_languages if bearer.wanted else ())},
        newsletters=[one.slug for one in newsletters_of(db, person)],
        lists=[one.slug for one in lists_of(db, person)],
    )


def as_shown(person: Subscriber, bearer: Bearer, *, now: datetime) -> Subscriber:
    """Give a person as the page shows them: a pause that is over is none."""
    if is_paused(person.paused_until, zone_of(person, bearer.recipe), now):
        return person
    return replace(person, paused_until="")


def preferences_page(
    request: Request,
    bearer: Bearer,
    *,
    saved: bool = False,
    typed: Mapping[str, str] | None = None,
    faults: Mapping[str, str] | None = None,
) -> Response:
    """Give the page; with an inert link it shows the choices and takes none. With faults it has what was typed."""
    if bearer.person is None and not bearer.inert:
        return words_page(
            request, bearer.strings, "There is nothing to choose", "This address is not kept here any more."
        )
    web, strings, wanted = web_of(request), bearer.strings, bearer.wanted
    now = web.app.clock.now()
    with reading(web.app.engine) as db:
        stands = _stands(db, bearer, now=now)
    kept = as_form(as_shown(wanted, bearer, now=now), _offered_wishes(stands)) if wanted else {}
    return public_page(
        request,
        "preferences",
        strings,
        status=422 if faults else 200,
        saved=saved,
        inert=bearer.inert,
        stands=stands,
        token=bearer.token,
        newsletter=bearer.recipe.name,
        slug=bearer.recipe.slug,
        number=str(bearer.issue.number),
        address=isolated(mask(bearer.person.address)) if bearer.person else "",
        paused_until=_paused_words(wanted, bearer, now),
        local_time=bearer.recipe.local_time,
        topics=wish_rows("topic", stands.offers.topics),
        sources=wish_rows("source", stands.offers.sources),
        sources_open=_is_any_chosen(stands.offers.sources, {**kept, **(typed or {})}),
        kept=with_typed(kept, typed or {}),
        shown=(SHOWN, (typed or {}).get(SHOWN) or shown_state(kept)),
        faults={field: strings.text(words) for field, words in (faults or {}).items()},
        names=_Names(LEAVE, RETURN, LEAVE_LIST),
        choices=_choices(web, bearer),
    )


@dataclass(frozen=True, slots=True)
class _Names:
    """What the names of fields begin with."""

    leave: str
    back: str
    leave_list: str


def _stands(db: Connection, bearer: Bearer, *, now: datetime) -> _Standing:
    person, offers = bearer.person, open_offers(db, bearer.recipe, bearer.strings.language)
    if person is None or bearer.wanted is None:
        return _Standing(standing="", offers=offers, wishes={}, newsletters=[], lists=[], got=[], reached=True)
    newsletter = issue_store.newsletter_by_id(db, bearer.issue.newsletter_id)
    standing = standing_of(db, person, bearer.recipe)
    return _Standing(
        standing=standing.value,
        offers=offers,
        wishes=wishes_in(wish_store.wishes_of(db, person.id), f"newsletter:{bearer.recipe.slug}"),
        newsletters=newsletters_of(db, person),
        lists=lists_of(db, person),
        got=stories_got(db, bearer),
        reached=standing is not Standing.STAYS or could_reach(db, newsletter, bearer.wanted, now=now),
    )


def _offered_wishes(stands: _Standing) -> dict[str, str]:
    """Give the wishes that the page shows; what it does not offer, sensitive topics above all, is not on it."""
    return {key: stands.wishes.get(key, NO_WISH) for key in stands.offers.keys}


def _is_any_chosen(offers: Sequence[Offer], form: Mapping[str, str]) -> bool:
    return any(form.get(one.key, NO_WISH) != NO_WISH for one in offers)


def _choices(web: Web, bearer: Bearer) -> dict[str, object]:
    """Give what can be chosen from, in the language of the page."""
    strings, recipe, person = bearer.strings, bearer.recipe, bearer.wanted
    interface = languages(web.app.templates)
    spoken = dict.fromkeys((*interface, *([person.language] if person and person.language else [])))
    read = person.reading_languages if person else ()
    fields = min(max(_FEWEST_READING, len(read) + 1), max(_MOST_READING, len(read)))
    default = (person.language if person else "") or recipe.language
    defaults = dict.fromkeys((default, *recipe.fallback_languages))
    names = dict(languages_by_name(strings.locale))
    for code in (*interface, *read):
        names.setdefault(code, language_name(code, in_language=strings.language))
    zone = person.zone if person else ""
    return {
        "languages": [(one, language_name(one, in_language=one)) for one in spoken],
        "default_language": language_name(recipe.language, in_language=strings.language),
        "reading_fields": [f"reading:{place}" for place in range(1, fields + 1)],
        "reading": sorted(names.items(), key=lambda one: one[1].casefold()),
        "default_reading": ", ".join(language_name(one, in_language=strings.language) for one in defaults),
        "hours": [(str(hour), format_time(time(hour), "short", locale=strings.locale)) for hour in range(24)],
        "days": _days(strings),
        "regions": web.shelf.take(
            ("regions", strings.language, zone), tuple, lambda: regions(strings, zone), now=web.app.clock.now()
        ),
        "default_zone": city(recipe.zone, strings.locale),
        "weeks": [str(weeks) for weeks in PAUSE_WEEKS],
    }


def _days(strings: Strings) -> list[tuple[str, str]]:
    """Give the days from Monday on, as they stand by themselves."""
    names = get_day_names("wide", context="stand-alone", locale=strings.locale)
    return [(f"day:{day}", names[place]) for place, day in enumerate(DAYS)]


def _paused_words(person: Subscriber | None, bearer: Bearer, now: datetime) -> str:
    if person is None or not is_paused(person.paused_until, zone_of(person, bearer.recipe), now):
        return ""
    return day_words(person.paused_until, bearer.strings)

"""The page of a leave link, in each of its states. It names the person in masked form only: mails are forwarded."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

from babel.dates import format_date
from starlette.requests import Request
from starlette.responses import Response

from newsletter.app.coming import Standing, newsletters_of, standing_of
from newsletter.db.engine import reading
from newsletter.issues.recipe import Recipe, next_slots
from newsletter.outbox.rhythm import is_paused
from newsletter.rendering.strings import Strings
from newsletter.web.bearer import Bearer
from newsletter.web.context import web_of
from newsletter.web.pages import preview_page, public_page, words_page
from subscribers.address import mask
from subscribers.subscriber import Subscriber

PAUSES = (4, 8)  # weeks that one button pauses for
_WEEK, _MONTH = timedelta(days=7), timedelta(days=28)
_SLOTS_LOOKED_AT = 8


class Done(StrEnum):
    """What somebody has just done on the page."""

    NOTHING = ""
    BACK = "back"
    LESS = "less"
    PAUSED = "paused"
    ASKED = "asked"  # for a mail that leads back


@dataclass(frozen=True, slots=True, kw_only=True)
class Instead:
    """What somebody could do instead of leaving, and how it stands now."""

    frequency: str
    rarer: tuple[str, ...]  # weekly | monthly, where that is less than what comes now
    paused_until: str  # in words; empty: no pause


def leave_page(request: Request, bearer: Bearer, done: Done = Done.NOTHING, *, before: str = "") -> Response:
    """Give the page as things stand now.

    For an inert link it is one that says so, and for people who were erased one that has no button. `before` is the
    frequency that a button takes back to.
    """
    if bearer.inert:
        return preview_page(request, bearer.strings)
    if bearer.person is None or bearer.wanted is None:
        return words_page(
            request, bearer.strings, "There is nothing left to leave", "This address is not kept here any more."
        )
    web = web_of(request)
    with reading(web.app.engine) as db:
        standing = standing_of(db, bearer.person, bearer.recipe)
        coming = newsletters_of(db, bearer.person)
    return public_page(
        request,
        "leave",
        bearer.strings,
        standing=standing.value,
        done=done.value if standing is Standing.STAYS or done is Done.ASKED else "",
        newsletter=bearer.recipe.name,
        slug=bearer.recipe.slug,
        address=isolated(mask(bearer.person.address)),
        token=bearer.token,
        others=[one.name for one in coming if not one.left and one.slug != bearer.recipe.slug],
        instead=_instead(bearer.wanted, bearer, now=web.app.clock.now()),
        pauses=PAUSES,
        before=before,
    )


def isolated(address: str) -> str:
    """Set an address apart from the text around it: it runs from left to right in Arabic too (Unicode UAX 9)."""
    return f"\u2066{address}\u2069"


def zone_of(person: Subscriber, recipe: Recipe) -> str:
    """Give the zone in which a person's days are counted."""
    return person.zone or recipe.zone


def today_of(person: Subscriber, recipe: Recipe, *, now: datetime) -> date:
    """Give the day that it is where a person lives."""
    return now.astimezone(ZoneInfo(zone_of(person, recipe))).date()


def day_words(day: str, strings: Strings) -> str:
    """Give a day as people of a language read it: 4. Januar 2027."""
    return format_date(date.fromisoformat(day), "long", strings.locale)


def _instead(person: Subscriber, bearer: Bearer, *, now: datetime) -> Instead:
    paused = is_paused(person.paused_until, zone_of(person, bearer.recipe), now)
    return Instead(
        frequency=person.frequency,
        rarer=_rarer(bearer.recipe, person.frequency, now=now),
        paused_until=day_words(person.paused_until, bearer.strings) if paused else "",
    )


def _rarer(recipe: Recipe, frequency: str, *, now: datetime) -> tuple[str, ...]:
    """Give what is less than what comes now: once a week is no less of a newsletter that comes once a week."""
    slots = [slot.at for slot in next_slots(recipe, now, _SLOTS_LOOKED_AT)] if recipe.schedule else []
    gap = min((later - sooner for sooner, later in pairwise(slots)), default=timedelta(0))
    # An hour less where clocks change.
    weekly = frequency == "every" and gap < _WEEK - timedelta(hours=1)
    monthly = frequency != "monthly" and gap < _MONTH - timedelta(hours=1)
    return (*(["weekly"] if weekly else []), *(["monthly"] if monthly else []))

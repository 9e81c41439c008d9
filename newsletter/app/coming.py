"""What comes to one person: newsletters, and the lists that they come through. It only reads."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection

from newsletter.feedback.unsubscribe import opt_out_key
from newsletter.issues import store as issue_store
from newsletter.issues.recipe import Recipe
from subscribers.doors import is_described, lists_under, still_mailable
from subscribers.lists.keep import list_by_slug
from subscribers.lists.mailing_list import MailingList, SubscriptionState
from subscribers.people.show import show
from subscribers.subscriber import NotMailable, Subscriber

_ENDED = frozenset({"suppressed:left", "suppressed:complained", "suppressed:forbidden"})


class Standing(StrEnum):
    """How a person stands to a newsletter."""

    STAYS = "stays"
    LEFT = "left"  # just this newsletter: a button brings it back
    GONE = "gone"  # all lists that it comes through, or everything: only a confirmed yes brings it back


@dataclass(frozen=True, slots=True)
class Coming:
    """A newsletter that comes to a person, or did until they left it."""

    slug: str
    name: str
    left: bool


def standing_of(db: Connection, person: Subscriber, recipe: Recipe) -> Standing:
    """Tell how a person stands to a newsletter. Mail that bounces is no departure."""
    key = opt_out_key(recipe.slug)
    answer = still_mailable(db, [person.id], recipe.lists, opt_out=key)[person.id]
    if not isinstance(answer, NotMailable):
        return Standing.STAYS
    if answer.reason in _ENDED:
        return Standing.GONE
    if has_opted_out(db, person, recipe.slug):
        return Standing.LEFT
    return Standing.GONE if answer.reason == "unsubscribed" else Standing.STAYS


def has_opted_out(db: Connection, person: Subscriber, newsletter: str) -> bool:
    """Tell whether a person has left just this newsletter."""
    key = opt_out_key(newsletter)
    return any(wish.key == key and wish.kind == "opt_out" for wish in show(db, person.address).wishes)


def newsletters_of(db: Connection, person: Subscriber) -> list[Coming]:
    """Give the newsletters that come through lists on which a person is active, left ones too; by name."""
    found = []
    for newsletter in issue_store.all_newsletters(db):
        recipe = newsletter.recipe
        match standing_of(db, person, recipe):
            case Standing.STAYS if _is_planned(db, person, recipe):
                found.append(Coming(recipe.slug, recipe.name, left=False))
            case Standing.LEFT if _is_planned(db, person, recipe):
                found.append(Coming(recipe.slug, recipe.name, left=True))
    return sorted(found, key=lambda one: one.name.casefold())


def coming_with(db: Connection, list_slug: str, asked_for: Recipe) -> list[str]:
    """Name every newsletter that comes with a list, the one that was asked for first: who says yes must know to what.

    The sign-up page, the mail that asks, the page with the button and the record of consent all name these.
    """
    recipes = [one.recipe for one in issue_store.all_newsletters(db)]
    names = [one.name for one in recipes if one.slug != asked_for.slug and list_slug in lists_under(db, one.lists)]
    return [asked_for.name, *sorted(names, key=str.casefold)]


def lists_of(db: Connection, person: Subscriber) -> list[MailingList]:
    """Give the lists that a person is on, also those that wait for their yes."""
    staying = [one for one in show(db, person.address).subscriptions if one.state is not SubscriptionState.LEFT]
    return [list_by_slug(db, one.list_slug) for one in staying]


def _is_planned(db: Connection, person: Subscriber, recipe: Recipe) -> bool:
    return is_described(db, person.id, recipe.lists, opt_out=opt_out_key(recipe.slug))

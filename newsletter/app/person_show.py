"""Everything that is stored of an address, and how that person stands: to each newsletter, and to each list.

What stands in a row is not yet what is done: somebody active on a list may have opted out, or be suppressed. So the
standing is asked of the doors, which decide for the sending code too.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection

from newsletter.app.app import App
from newsletter.base.errors import NotFound
from newsletter.db.engine import reading
from newsletter.issues import store as issue_store
from newsletter.issues.recipe import Recipe
from subscribers.address import mask
from subscribers.consent import consent_store
from subscribers.consent.consent import Consent
from subscribers.doors import still_mailable
from subscribers.lists.mailing_list import Subscription, SubscriptionState
from subscribers.people.show import Known, show
from subscribers.subscriber import NotMailable

MAILED = "mailed"


def show_person(app: App, address: str) -> dict[str, Any]:
    """Give all that is stored about an address, as plain values; NotFound when there is nothing."""
    today = app.clock.now().date().isoformat()
    with reading(app.engine) as db:
        known = show(db, address)
        if known.is_empty:
            raise NotFound(f"nothing is stored about {mask(address)}: look for a slip of the pen, or add them")
        recipes = [one.recipe for one in issue_store.all_newsletters(db)]
        newsletters = [_newsletter(db, known, recipe, today) for recipe in recipes] if known.subscriber else []
        consents = [_with_text(db, one) for one in known.consents]
    person = asdict(known.subscriber) if known.subscriber else {"address": address, "id": None}
    standings = {one["newsletter"]: one["standing"] for one in newsletters}
    return {
        **person,
        "newsletters": newsletters,
        "subscriptions": [_list(one, recipes, standings) for one in known.subscriptions],
        "wishes": [asdict(one) for one in known.wishes],
        "suppressions": [asdict(one) for one in known.suppressions],
        "domain_suppressions": [asdict(one) for one in known.domain],
        "consents": consents,
        "is_correspondent": known.is_correspondent,
    }


def _newsletter(db: Connection, known: Known, recipe: Recipe, today: str) -> dict[str, str]:
    """Say whether a person is mailed a newsletter; `standing` is `mailed`, or why not."""
    assert known.subscriber is not None
    subscriber_id = known.subscriber.id
    answer = still_mailable(db, [subscriber_id], recipe.lists, opt_out=f"newsletter:{recipe.slug}")[subscriber_id]
    if isinstance(answer, NotMailable):
        return {"newsletter": recipe.slug, "standing": answer.reason, "paused_until": ""}
    paused_until = answer.paused_until if answer.paused_until > today else ""
    return {"newsletter": recipe.slug, "standing": MAILED, "paused_until": paused_until}


def _list(one: Subscription, recipes: list[Recipe], standings: Mapping[str, str]) -> dict[str, Any]:
    """Give a subscription with what comes of it: active is only who gets something that goes to the list."""
    reasons = {standings[recipe.slug] for recipe in recipes if one.list_slug in recipe.lists}
    standing = one.state.value
    if one.state is SubscriptionState.ACTIVE and reasons and MAILED not in reasons:
        standing = min(reasons)
    return {**asdict(one), "standing": standing}


def _with_text(db: Connection, consent: Consent) -> dict[str, Any]:
    """Give a record of consent with the words that the person was shown."""
    return {**asdict(consent), "text": consent_store.text_of(db, consent.text_hash) if consent.text_hash else ""}

"""The welcome: whoever joins gets the newest issue, so that the first mail comes now and not in a week.

It is a delivery of that issue like any other: made for this reader, accounted for there, and what it shows is not
shown again.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from newsletter.app.app import App
from newsletter.issues import sending_store
from newsletter.issues import store as issue_store
from newsletter.issues.recipe import Recipe
from newsletter.outbox import store
from newsletter.outbox.delivery import NOTICE_PRIORITY, PlannedDelivery, issue_key, lane_of
from newsletter.outbox.plan import provider_for
from newsletter.sources.post import LONGEST_LIFE
from subscribers.people.find import find_by_id

_LIFE = timedelta(days=2)  # a welcome that comes later is none


def plan_welcome(app: App, db: Connection, recipe: Recipe, subscriber_id: int, *, now: datetime) -> bool:
    """Plan the newest issue for somebody who has just joined. False where there is none.

    Whoever got that issue, or is to get it, gets it once.
    """
    newsletter = issue_store.newsletter_by_slug(db, recipe.slug)
    issue_id = sending_store.newest_for_welcome(db, newsletter.id, since=now - LONGEST_LIFE)
    if issue_id is None or not app.provider_names:
        return False
    domain = find_by_id(db, subscriber_id).domain
    row = PlannedDelivery(
        key=issue_key(issue_id, subscriber_id),
        issue_id=issue_id,
        subscriber_id=subscriber_id,
        correspondent_id=None,
        notice="",
        priority=NOTICE_PRIORITY,
        lane=lane_of(provider_for(recipe, app.provider_names), domain),
        due_at=now,
        stale_at=now + _LIFE,
    )
    store.insert_planned(db, [row], now=now)
    sending_store.open_for_welcome(db, issue_id, now=now)
    return True

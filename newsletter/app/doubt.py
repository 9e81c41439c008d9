"""What is in doubt: handed over, and no answer was heard. Listed, and settled as a person decides."""

from dataclasses import dataclass
from datetime import datetime

from newsletter.app.app import App
from newsletter.app.status import find_issue
from newsletter.db import audit
from newsletter.db.engine import reading, writing
from newsletter.outbox import report_store, store
from newsletter.outbox.delivery import DeliveryState
from newsletter.outbox.send import finish_issues


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubtful:
    """One delivery whose outcome is unclear."""

    key: str
    to: str  # masked
    since: datetime
    reason: str


def doubtful(app: App, name: str) -> list[Doubtful]:
    """List an issue's deliveries whose outcome is unclear."""
    issue = find_issue(app, name)
    found = []
    with reading(app.engine) as db:
        for delivery in report_store.in_doubt_of(db, issue.id):
            attempts = report_store.attempts_of(db, delivery.id)
            masked = attempts[-1].masked_address if attempts else ""
            found.append(Doubtful(key=delivery.key, to=masked, since=delivery.changed_at, reason=delivery.reason))
    return found


def settle_doubt(app: App, name: str, settle: str, *, by: str) -> int:
    """Settle all that is in doubt in an issue: `accepted` counts it as arrived, `resend` sends it once more."""
    issue = find_issue(app, name)
    to = DeliveryState.ACCEPTED if settle == "accepted" else DeliveryState.PLANNED
    now = app.clock.now()
    with writing(app.engine) as db:
        count = store.settle_in_doubt(db, issue.id, to, reason=f"settled by {by}: {settle}", now=now)
        audit.record(db, at=now, who=by, act=f"issue.settle_{settle}", subject=f"issue:{issue.id}", details=str(count))
    finish_issues(app.engine, app.clock)
    return count

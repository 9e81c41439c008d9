"""What is in doubt: handed over, and no answer was heard. Listed, and settled as a person decides."""

from dataclasses import dataclass
from datetime import datetime

from newsletter.app.app import App
from newsletter.app.status import find_issue
from newsletter.base.errors import UsageError
from newsletter.db import audit
from newsletter.db.engine import reading, writing
from newsletter.issues.issue import Issue
from newsletter.outbox import report_store, store
from newsletter.outbox.delivery import DeliveryState
from newsletter.outbox.finish import finish_issues

_SETTLEMENTS = {"accepted": DeliveryState.ACCEPTED, "resend": DeliveryState.PLANNED}
_PORTION = 2000  # rows a write transaction


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
    with reading(app.engine) as db:
        return [
            Doubtful(key=delivery.key, to=masked, since=delivery.changed_at, reason=delivery.reason)
            for delivery, masked in report_store.in_doubt_of(db, issue.id)
        ]


def settle_doubt(app: App, name: str, settle: str, *, by: str) -> int:
    """Settle all that is in doubt in an issue: `accepted` counts it as arrived, `resend` sends it once more."""
    if settle not in _SETTLEMENTS:
        raise UsageError(f"{settle!r} settles nothing; one of {', '.join(_SETTLEMENTS)}")
    issue = find_issue(app, name)
    total = 0
    while count := _settle_portion(app, issue, settle, by=by):
        total += count
    finish_issues(app.engine, app.clock)
    return total


def _settle_portion(app: App, issue: Issue, settle: str, *, by: str) -> int:
    """Settle some, with the audit row in the same transaction; after a restore there may be a million."""
    now, to = app.clock.now(), _SETTLEMENTS[settle]
    with writing(app.engine) as db:
        count = store.settle_in_doubt(db, issue.id, to, reason=f"settled by {by}: {settle}", now=now, limit=_PORTION)
        if count:
            act, subject = f"issue.settle_{settle}", f"issue:{issue.id}"
            audit.record(db, at=now, who=by, act=act, subject=subject, details=str(count))
    return count

"""Plans notices to people who need not be readers: test mails and alerts.

A test mail is the issue as one reader gets it, sent to somebody else, with a token that changes nothing; an alert is
plain words to operators.
"""

import json
from collections.abc import Mapping
from datetime import timedelta
from uuid import uuid4

from newsletter.app.app import App
from newsletter.app.preview import need_mail, prepare
from newsletter.db.engine import reading, writing
from newsletter.issues.issue import Issue
from newsletter.outbox import lane_store, store
from newsletter.outbox.delivery import NOTICE_PRIORITY, PlannedDelivery, lane_of
from newsletter.outbox.errors import NoProvider
from newsletter.outbox.plan import provider_for
from subscribers.address import parse_address
from subscribers.people.correspondents import correspondent_id

_LIFE = timedelta(days=2)  # a notice that could not leave for so long says nothing new any more


def plan_test(app: App, issue: Issue, *, to: str, seen_as: str | None) -> str:
    """Plan a test mail; gives its key. Refused at once when that reader would get no mail."""
    ready = need_mail(prepare(app, issue, address=seen_as))
    provider = provider_for(ready.frozen.recipe, app.provider_names)
    # By number: an address stands in the tables of people only, and goes from there when the person does.
    content = {"kind": "test", "issue": issue.id, "reader": ready.eyes.reader.id or None}
    return _plan(app, f"test:{issue.id}:{uuid4().hex[:12]}", to=to, provider=provider, content=content)


def plan_alert_mail(app: App, alert_id: int, words: str, remedy: str) -> list[str]:
    """Plan one mail for everybody in [alerts] to; gives the keys. It goes by the first provider that is not at rest."""
    provider = _working_provider(app)
    content = {"kind": "alert", "words": words, "remedy": remedy}
    return [
        _plan(app, f"alert:{alert_id}:{number}", to=to, provider=provider, content=content)
        for number, to in enumerate(app.settings.alerts.to)
    ]


def _working_provider(app: App) -> str:
    if not app.provider_names:
        raise NoProvider("no provider is set up: add a [[provider]] to newsletter.toml")
    now = app.clock.now()
    with reading(app.engine) as db:
        working = [name for name in app.provider_names if lane_store.hold_of(db, name, now=now) is None]
    return (working or app.provider_names)[0]


def _plan(app: App, key: str, *, to: str, provider: str, content: Mapping[str, object]) -> str:
    address = parse_address(to)
    now = app.clock.now()
    with writing(app.engine) as db:
        row = PlannedDelivery(
            key=key,
            issue_id=None,
            subscriber_id=None,
            correspondent_id=correspondent_id(db, to),
            notice=json.dumps(dict(content)),
            priority=NOTICE_PRIORITY,
            lane=lane_of(provider, address.domain),
            due_at=now,
            stale_at=now + _LIFE,
        )
        store.insert_planned(db, [row], now=now)
    return key

"""Notices: mails that are no issue, to people who need not be readers.

A test mail is the issue as one reader gets it, sent to somebody else, with a token that changes nothing; an alert is
plain words to operators.
"""

import json
from collections.abc import Mapping
from datetime import timedelta
from email.utils import parseaddr
from uuid import uuid4

from newsletter.app.app import App
from newsletter.app.preview import need_mail, prepare
from newsletter.base.errors import NotAllowedNow, NotFound
from newsletter.base.ids import IssueId
from newsletter.db.engine import reading, writing
from newsletter.issues import store as issue_store
from newsletter.issues.issue import Issue
from newsletter.outbox import lane_store, store
from newsletter.outbox.claim import Claimed
from newsletter.outbox.delivery import NOTICE_PRIORITY, PlannedDelivery, lane_of
from newsletter.outbox.errors import NoProvider
from newsletter.outbox.identity import envelope_sender, message_id
from newsletter.outbox.plan import provider_for
from newsletter.providers.provider import Envelope, Outgoing, Provider
from newsletter.rendering.compose import compose, compose_parts
from newsletter.rendering.headers import DeliveryHeaders
from newsletter.rendering.notice import Notice, notice_mime, notice_parts
from subscribers.address import parse_address
from subscribers.correspondents import correspondent, correspondent_id
from subscribers.subscriber import NotMailable

_LIFE = timedelta(days=2)  # a notice that could not leave for so long says nothing new any more


def plan_test(app: App, issue: Issue, *, to: str, seen_as: str | None) -> str:
    """Plan a test mail; gives its key. Refused at once when that reader would get no mail."""
    ready = need_mail(prepare(app, issue, address=seen_as))
    provider = provider_for(ready.frozen.recipe, app.provider_names)
    content = {"kind": "test", "issue": issue.id, "as": seen_as}
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


class NoticeComposer:
    """Composes claimed notices."""

    def __init__(self, app: App) -> None:
        self._app = app

    def __call__(self, claimed: Claimed, provider: Provider) -> Outgoing:
        if claimed.correspondent_id is None:
            raise NotFound(f"the notice {claimed.key} names nobody")
        with reading(self._app.engine) as db:
            found = correspondent(db, claimed.correspondent_id)
        if isinstance(found, NotMailable):
            raise NotAllowedNow(f"the notice {claimed.key} may not be sent: {found.reason}")
        to = found.address
        content = json.loads(claimed.notice)
        if content["kind"] == "test":
            return self._test(claimed, provider, to, IssueId(content["issue"]), content["as"])
        return self._alert(claimed, provider, to, content["words"], content["remedy"])

    def _test(self, claimed: Claimed, provider: Provider, to: str, issue_id: IssueId, seen_as: str | None) -> Outgoing:
        with reading(self._app.engine) as db:
            issue = issue_store.issue_by_id(db, issue_id)
        ready = need_mail(prepare(self._app, issue, address=seen_as))
        sender = parseaddr(ready.frozen.recipe.sender)[1]
        headers = DeliveryHeaders(to=to, message_id=self._message_id(claimed, sender), date=claimed.dated_at)
        envelope = Envelope(self._envelope_sender(claimed, sender), to)
        if provider.form == "mime":
            return Outgoing(key=claimed.key, envelope=envelope, mime=compose(ready.edition, ready.personal, headers))
        parts = compose_parts(ready.edition, ready.personal, headers)
        return Outgoing(key=claimed.key, envelope=envelope, parts=parts)

    def _alert(self, claimed: Claimed, provider: Provider, to: str, words: str, remedy: str) -> Outgoing:
        sender = self._alert_sender(provider) or to
        ending = f"\nWhat ends it:\n\n    {remedy}\n" if remedy else ""
        notice = Notice(
            sender=sender,
            to=to,
            subject=f"newsletter: {words[:120]}",
            text=f"{words}\n{ending}\nHome: {self._app.settings.web.public_url}\n",
            message_id=self._message_id(claimed, sender),
            date=claimed.dated_at,
        )
        envelope = Envelope(self._envelope_sender(claimed, sender), to)
        if provider.form == "mime":
            return Outgoing(key=claimed.key, envelope=envelope, mime=notice_mime(notice))
        return Outgoing(key=claimed.key, envelope=envelope, parts=notice_parts(notice))

    def _message_id(self, claimed: Claimed, sender: str) -> str:
        return message_id(self._app.keys, claimed.id, claimed.key, parseaddr(sender)[1].rpartition("@")[2])

    def _alert_sender(self, provider: Provider) -> str:
        """Give the From of a newsletter, one of this provider's first: an address that it lets through."""
        with reading(self._app.engine) as db:
            recipes = [one.recipe for one in issue_store.all_newsletters(db)]
        carried = [one for one in recipes if not one.providers or provider.name in one.providers]
        return next((one.sender for one in (*carried, *recipes)), self._app.bounces.address)

    def _envelope_sender(self, claimed: Claimed, sender: str) -> str:
        bounces = self._app.bounces
        return envelope_sender(self._app.keys, claimed.id, bounces) if bounces.address else parseaddr(sender)[1]

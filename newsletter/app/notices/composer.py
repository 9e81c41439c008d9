"""Composes claimed notices: test mails, alerts, and mails to readers that carry a fresh link."""

import json
from email.utils import parseaddr

from newsletter.app.app import App
from newsletter.app.notices.reader_mail import ReaderMail
from newsletter.app.preview import need_mail, prepare
from newsletter.base.errors import NotAllowedNow, NotFound
from newsletter.base.ids import IssueId
from newsletter.db.engine import reading
from newsletter.issues import store as issue_store
from newsletter.outbox.claim import Claimed
from newsletter.outbox.identity import envelope_sender, message_id
from newsletter.providers.provider import Envelope, Outgoing, Provider
from newsletter.rendering.compose import compose, compose_parts
from newsletter.rendering.dkim import sign_mime
from newsletter.rendering.headers import DeliveryHeaders
from newsletter.rendering.notice import Notice, notice_mime, notice_parts
from subscribers.people.correspondents import correspondent
from subscribers.people.find import find_by_id
from subscribers.subscriber import NotMailable


class NoticeComposer:
    """Composes claimed notices."""

    def __init__(self, app: App) -> None:
        self._app = app

    def __call__(self, claimed: Claimed, provider: Provider) -> Outgoing:
        """Compose a notice, to a reader or to somebody else."""
        if claimed.subscriber_id is not None:
            return self._reader_mail(claimed, provider)
        if claimed.correspondent_id is None:
            raise NotFound(f"the notice {claimed.key} names nobody")
        with reading(self._app.engine) as db:
            found = correspondent(db, claimed.correspondent_id)
        if isinstance(found, NotMailable):
            raise NotAllowedNow(f"the notice {claimed.key} may not be sent: {found.reason}")
        to = found.address
        content = json.loads(claimed.notice)
        if content["kind"] == "test":
            return self._test(claimed, provider, to, IssueId(content["issue"]), content.get("reader"))
        return self._alert(claimed, provider, to, content["words"], content["remedy"])

    def _test(self, claimed: Claimed, provider: Provider, to: str, issue_id: IssueId, reader: int | None) -> Outgoing:
        with reading(self._app.engine) as db:
            issue = issue_store.issue_by_id(db, issue_id)
            seen_as = find_by_id(db, reader).address if reader else None
        ready = need_mail(prepare(self._app, issue, address=seen_as))
        sender = parseaddr(ready.frozen.recipe.sender)[1]
        headers = DeliveryHeaders(to=to, message_id=self._message_id(claimed, sender), date=claimed.dated_at)
        envelope = Envelope(self._envelope_sender(claimed, sender), to)
        if provider.form == "mime":
            signer = self._app.signers.for_sender(sender)
            mime = compose(ready.edition, ready.personal, headers, signer)
            return Outgoing(key=claimed.key, envelope=envelope, mime=mime)
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
        return self._outgoing(claimed, provider, notice)

    def _reader_mail(self, claimed: Claimed, provider: Provider) -> Outgoing:
        mail = ReaderMail(self._app, json.loads(claimed.notice))
        notice = Notice(
            sender=mail.recipe.sender,
            reply_to=mail.recipe.reply_to,
            to=mail.to.envelope_address,
            subject=mail.words.subject,
            text=mail.text,
            html=mail.html,
            message_id=self._message_id(claimed, mail.recipe.sender),
            date=claimed.dated_at,
        )
        return self._outgoing(claimed, provider, notice)

    def _outgoing(self, claimed: Claimed, provider: Provider, notice: Notice) -> Outgoing:
        envelope = Envelope(self._envelope_sender(claimed, notice.sender), notice.to)
        if provider.form == "mime":
            signer = self._app.signers.for_sender(notice.sender)
            mime = sign_mime(signer, notice_mime(notice), claimed.dated_at)
            return Outgoing(key=claimed.key, envelope=envelope, mime=mime)
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

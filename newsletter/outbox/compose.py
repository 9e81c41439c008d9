"""From a claimed delivery to the message on its way: the edition, the reader's holes, the headers of this delivery."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.utils import parseaddr

from newsletter.base.keys import Keys
from newsletter.issues.digest import unpack_choice
from newsletter.outbox.claim import Claimed
from newsletter.outbox.context import IssueContext, IssueContexts
from newsletter.outbox.identity import BounceSetup, envelope_sender, message_id
from newsletter.providers.provider import Envelope, Outgoing, Provider
from newsletter.rendering.compose import Personal, compose, compose_parts
from newsletter.rendering.dkim import Signers
from newsletter.rendering.headers import DeliveryHeaders
from subscribers.subscriber import Recipient

ComposeNotice = Callable[[Claimed, Provider], Outgoing]


@dataclass(frozen=True, slots=True, kw_only=True)
class Composer:
    """Composes claimed deliveries; the same delivery gives the same bytes in any process."""

    contexts: IssueContexts
    keys: Keys
    bounces: BounceSetup
    signers: Signers
    notice: ComposeNotice

    def tokens(self, claimed: Sequence[Claimed]) -> list[str]:
        """Give the tokens of a claim, in order; a notice's is of no use."""
        return self.keys.tokens.encode((one.issue_id or 0, one.subscriber_id or 0) for one in claimed)

    def __call__(self, claimed: Claimed, token: str, provider: Provider) -> Outgoing:
        """Compose one delivery in the provider's form."""
        if claimed.issue_id is None or claimed.recipient is None:
            return self.notice(claimed, provider)
        context = self.contexts.loaded(claimed.issue_id)
        return self._compose(claimed, token, claimed.recipient, context, provider)

    def _compose(
        self, claimed: Claimed, token: str, recipient: Recipient, context: IssueContext, provider: Provider
    ) -> Outgoing:
        edition = context.edition(claimed.language)
        chosen, more = unpack_choice(claimed.choice)
        personal = Personal(
            token=token,
            name=recipient.name,
            list_name=recipient.list_name,
            chosen=chosen,
            more=more,
            plain_text=recipient.plain_text,
        )
        headers = self._headers(claimed, recipient, context)
        envelope = Envelope(self._sender(claimed, context), recipient.envelope_address)
        if provider.form == "mime":
            signer = self.signers.for_sender(context.frozen.recipe.sender)
            return Outgoing(key=claimed.key, envelope=envelope, mime=compose(edition, personal, headers, signer))
        return Outgoing(key=claimed.key, envelope=envelope, parts=compose_parts(edition, personal, headers))

    def _headers(self, claimed: Claimed, recipient: Recipient, context: IssueContext) -> DeliveryHeaders:
        domain = parseaddr(context.frozen.recipe.sender)[1].rpartition("@")[2]
        return DeliveryHeaders(
            to=recipient.envelope_address,
            message_id=message_id(self.keys, claimed.id, claimed.key, domain),
            date=claimed.dated_at,
        )

    def _sender(self, claimed: Claimed, context: IssueContext) -> str:
        """The bounce address where there is one; else the From address, which then gets the bounces."""
        if self.bounces.address:
            return envelope_sender(self.keys, claimed.id, self.bounces)
        return parseaddr(context.frozen.recipe.sender)[1]

"""Every HTTP API that we speak, with its fake: what the contract suite and the common laws run over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import httpx
from pydantic import SecretStr

from newsletter.providers.http.brevo import Brevo
from newsletter.providers.http.carry import HttpProvider
from newsletter.providers.http.dialect import Account, Dialect
from newsletter.providers.http.mailgun import Mailgun
from newsletter.providers.http.mailjet import Mailjet
from newsletter.providers.http.postmark import Postmark
from newsletter.providers.http.resend import Resend
from newsletter.providers.http.sendgrid import SendGrid
from newsletter.providers.http.ses import Ses
from newsletter.providers.http.sparkpost import SparkPost
from newsletter.providers.provider import Outgoing
from tests.fakes.http.brevo import BrevoApi
from tests.fakes.http.mailgun import MailgunApi
from tests.fakes.http.mailjet import MailjetApi
from tests.fakes.http.postmark import PostmarkApi
from tests.fakes.http.resend import ResendApi
from tests.fakes.http.sendgrid import SendGridApi
from tests.fakes.http.server import SECRET, USER, MailApi
from tests.fakes.http.ses import SesApi
from tests.fakes.http.sparkpost import SparkPostApi


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """An API as it is and as it is played."""

    scheme: str
    dialect: type[Dialect]
    fake: type[MailApi]
    options: Mapping[str, str] = field(default_factory=dict)

    def provider(
        self,
        address: str,
        *,
        secret: str = SECRET,
        batch: int | None = None,
        calls: int | None = None,
        read: float = 5.0,
        pauses: Sequence[float] = (0.0, 0.0),
    ) -> HttpProvider:
        """Make a provider for a fake at this address."""
        options = {name: option.default or "" for name, option in self.dialect.options.items()} | dict(self.options)
        account = Account(secret=SecretStr(secret), username=USER, stand_in=address, options=options)
        timeout = httpx.Timeout(connect=2, write=5, read=read, pool=2)
        dialect = self.dialect(account)
        return HttpProvider(self.scheme, dialect, batch=batch, calls=calls, timeout=timeout, pauses=pauses)

    def sent(self, outgoing: Outgoing) -> tuple[str, object]:
        """Give a mail as the fake should have it."""
        if outgoing.parts is None or self.dialect.form == "mime":
            return outgoing.envelope.recipient, outgoing.mime
        return outgoing.parts.to, (outgoing.parts.html, outgoing.parts.text)


APIS = (
    Api(scheme="postmark", dialect=Postmark, fake=PostmarkApi),
    Api(scheme="ses", dialect=Ses, fake=SesApi, options={"region": "eu-west-1"}),
    Api(scheme="sendgrid", dialect=SendGrid, fake=SendGridApi),
    Api(scheme="mailgun", dialect=Mailgun, fake=MailgunApi, options={"domain": "mg.example.org"}),
    Api(scheme="resend", dialect=Resend, fake=ResendApi),
    Api(scheme="brevo", dialect=Brevo, fake=BrevoApi),
    Api(scheme="sparkpost", dialect=SparkPost, fake=SparkPostApi),
    Api(scheme="mailjet", dialect=Mailjet, fake=MailjetApi),
)
BY_SCHEME = {one.scheme: one for one in APIS}

"""`ses:?region=eu-west-1`: Amazon SES, API version 2, SendEmail with the raw message.

Sources: the API reference of SES v2 (SendEmail, GetAccount) and the developer guide ("header fields"). SES knows no key
that would make a repeat harmless, and cannot be asked what became of a mail: a call without an answer stays in doubt
until an event tells. That a 500 took nothing is promised nowhere, so it is in doubt as well.
"""

import base64
import re
from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

import httpx

from newsletter.base.clock import Clock, SystemClock
from newsletter.providers.errors import ProviderError
from newsletter.providers.http.answers import looked, of_all, of_each, read_object, refusal, words
from newsletter.providers.http.dialect import Account, Answer, Ask, Call, Dialect, Item, Limits, Option, Reply
from newsletter.providers.http.fields import tag_of, to_json
from newsletter.providers.http.sigv4 import Signer, authorization, stamp
from newsletter.providers.provider import Accepted, OurFault, Outgoing, Refused, Scope, Temporary, Uncertain

_SEND, _ACCOUNT = "/v2/email/outbound-emails", "/v2/email/account"
_MESSAGES_OWN = frozenset({"MessageRejected", "BadRequestException"})  # all others are of the account
_WELL = (None, "HEALTHY")  # any other standing of the account: PROBATION, SHUTDOWN
_TOO_FAST = frozenset({"TooManyRequestsException", "ThrottlingException", "Throttling"})
# Of BadRequestException: what is wrong with an address, and not with ours.
_RECIPIENTS = re.compile(r"address|domain|local (part|name)|recipient", re.IGNORECASE)
_OURS = re.compile(r"\bfrom\b|sender|reply|feedback|source|header|tag|configuration", re.IGNORECASE)


class Ses(Dialect):
    """Amazon SES as a dialect."""

    title: ClassVar[str] = "Amazon SES"
    form: ClassVar[Literal["mime", "parts"]] = "mime"
    limits: ClassVar[Limits] = Limits(octets_of_one=10_000_000, usual_calls=4)
    key_words: ClassVar[str] = "the secret access key"
    login_words: ClassVar[str] = "the access key id"
    takes_utf8_addresses: ClassVar[bool] = False
    options: ClassVar[Mapping[str, Option]] = {
        "region": Option(default=None, pattern=r"[a-z]{2}(-[a-z]+)+-\d", words="a region like eu-west-1"),
        "configuration_set": Option(
            default="", pattern=r"[A-Za-z0-9_-]{0,64}", words="the name of a configuration set"
        ),
    }
    alters: ClassVar[tuple[str, ...]] = (
        "Message-ID and Date are replaced, so a signature made here does not hold: let Amazon SES sign, by Easy DKIM",
    )

    def __init__(self, account: Account, clock: Clock | None = None) -> None:
        super().__init__(account)
        self._clock = clock or SystemClock()

    def own_url(self) -> str:
        return f"https://email.{self.account.options['region']}.amazonaws.com"

    def headers(self) -> Mapping[str, str]:
        return {}  # each request has a signature of its own

    def write(self, outgoing: Outgoing) -> bytes:
        configuration_set = self.account.options["configuration_set"]
        return to_json(
            {
                "Destination": {"ToAddresses": [outgoing.envelope.recipient]},
                "FeedbackForwardingEmailAddress": outgoing.envelope.sender,
                "Content": {"Raw": {"Data": base64.b64encode(outgoing.mime).decode("ascii")}},
                "EmailTags": [{"Name": "delivery", "Value": tag_of(outgoing.key)}],
                **({"ConfigurationSetName": configuration_set} if configuration_set else {}),
            }
        )

    def call(self, items: Sequence[Item]) -> Call:
        (item,) = items
        return Call(path=_SEND, content=item.content, headers=self._signed("POST", _SEND, item.content))

    def read(self, reply: Reply, count: int) -> Answer:
        """Say what an answer means.

        | answer | outcome |
        |---|---|
        | 200 with a MessageId | Accepted |
        | BadRequestException about the recipient's address | Refused |
        | MessageRejected, BadRequestException about anything else | OurFault, this message |
        | TooManyRequestsException for the rate | Temporary, PROVIDER |
        | the same for the day's quota; everything else of 4xx | OurFault, and the carry ends |
        | other 2xx, 500, 502, 504 | Uncertain |
        """
        found = read_object(reply.content)
        told = f"{self.title} answered {reply.status}: {words(reply.content)}"
        if reply.status == 200:
            number = found.get("MessageId")
            return of_each([Accepted(str(number))]) if number else of_all(Uncertain(told), count)
        kind = _kind_of(reply, found)
        message = str(found.get("message") or found.get("Message") or "")
        if kind in _TOO_FAST:
            is_quota = "daily" in message.lower()
            return of_all(OurFault(told) if is_quota else Temporary(told, scope=Scope.PROVIDER), count)
        if kind == "BadRequestException" and _RECIPIENTS.search(message) and not _OURS.search(message):
            return of_each([Refused(told)])
        if kind in _MESSAGES_OWN:
            return of_each([OurFault(told)])
        return of_all(refusal(self.title, reply), count)

    def check(self, ask: Ask) -> str:
        """Read quota, rate and sandbox from the account."""
        remedy = "check username (the access key id), secret_file, region, and that the key may ses:GetAccount"
        found = looked(self.title, ask(_ACCOUNT, self._signed("GET", _ACCOUNT, b"")), remedy)
        if found.get("SendingEnabled") is False:
            raise ProviderError("Amazon SES has paused the sending of this account: its console says why")
        if not found.get("ProductionAccessEnabled"):
            raise ProviderError(
                "the account is in SES's sandbox, which mails verified addresses only: ask for production access "
                "in the SES console, Account dashboard"
            )
        quota = _quota_in_words(found.get("SendQuota"))
        review = "" if found.get("EnforcementStatus") in _WELL else "; the account is under review, look there"
        return f"Amazon SES in {self.account.options['region']}: {quota}{review}"

    def _signed(self, method: str, path: str, content: bytes) -> dict[str, str]:
        signer = Signer(
            key_id=self.account.username,
            secret=self.account.secret.get_secret_value(),
            region=self.account.options["region"],
            service="ses",
        )
        signed = {"Host": httpx.URL(self.base_url).netloc.decode("ascii"), "X-Amz-Date": stamp(self._clock.now())}
        if content:
            signed["Content-Type"] = "application/json"
        given = authorization(signer, method=method, path=path, headers=signed, content=content)
        return {**signed, "Authorization": given}


def _kind_of(reply: Reply, found: Mapping[str, object]) -> str:
    """Give the name of the error: `MessageRejected:http://...` in a header, or `com.amazonaws#MessageRejected`."""
    named = reply.headers.get("x-amzn-errortype") or str(found.get("__type") or found.get("code") or "")
    return named.partition(":")[0].rpartition("#")[2]


def _quota_in_words(quota: object) -> str:
    try:
        day, rate, sent = (
            int(float(quota[name]))  # type: ignore[index] # whatever is wrong with it is told below
            for name in ("Max24HourSend", "MaxSendRate", "SentLast24Hours")
        )
    except (TypeError, KeyError, ValueError, OverflowError):
        return "its quota cannot be read"
    if day < 0:
        return f"no quota of a day, {rate} a second"
    return f'{sent} of {day} sent in 24 hours, {rate} a second: rate = "{rate}/s, {day}/d" or less keeps to it'

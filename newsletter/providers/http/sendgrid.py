"""`sendgrid:`: SendGrid's API v3, POST /v3/mail/send, one message a call.

Sources: the API reference of mail/send (its limits, the header names it reserves, its errors) and "Rate limits". A call
could carry 1,000 personalizations, but of one body: here each reader has a body of their own. No key makes
a repeat harmless, and of 500 the documents say only that an error occurred: both are in doubt.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import ClassVar, Literal

from newsletter.providers.errors import ProviderError
from newsletter.providers.http.answers import (
    looked,
    objects,
    of_all,
    of_each,
    read_object,
    read_reset_at,
    refusal,
    rest_when_used_up,
    words,
)
from newsletter.providers.http.dialect import Answer, Ask, Call, Dialect, Item, Limits, Option, Reply
from newsletter.providers.http.fields import headers_without, mailbox, parts_of, to_json
from newsletter.providers.provider import Accepted, OurFault, Outgoing, Refused

_HOSTS = {"global": "https://api.sendgrid.com", "eu": "https://api.eu.sendgrid.com"}
_RESERVED = frozenset(
    {"x-sg-id", "x-sg-eid", "received", "dkim-signature", "content-type", "content-transfer-encoding"}
    | {"to", "from", "subject", "reply-to", "cc", "bcc"}
)


class SendGrid(Dialect):
    """SendGrid as a dialect."""

    title: ClassVar[str] = "SendGrid"
    form: ClassVar[Literal["mime", "parts"]] = "parts"
    limits: ClassVar[Limits] = Limits(octets_of_one=20_000_000, usual_calls=4)
    takes_utf8_addresses: ClassVar[bool] = False  # its documents do not say that it does
    options: ClassVar[Mapping[str, Option]] = {
        "region": Option(default="global", pattern="global|eu", words="global or eu"),
    }

    def own_url(self) -> str:
        return _HOSTS[self.account.options["region"]]

    def headers(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self.account.secret.get_secret_value()}"}

    def write(self, outgoing: Outgoing) -> bytes:
        parts = parts_of(outgoing)
        bodies = (("text/plain", parts.text), ("text/html", parts.html))  # in this order; an empty one is refused
        never = {"enable": False}
        return to_json(
            {
                "personalizations": [{"to": [{"email": parts.to}], "custom_args": {"key": outgoing.key}}],
                "from": mailbox(parts.sender),
                **({"reply_to": mailbox(parts.reply_to)} if parts.reply_to else {}),
                "subject": parts.subject,
                "content": [{"type": kind, "value": body} for kind, body in bodies if body],
                "headers": headers_without(parts, forbidden=_RESERVED),
                "tracking_settings": {
                    "click_tracking": {"enable": False, "enable_text": False},
                    "open_tracking": never,
                    "subscription_tracking": never,  # or it writes List-Unsubscribe itself
                },
            }
        )

    def call(self, items: Sequence[Item]) -> Call:
        (item,) = items
        return Call(path="/v3/mail/send", content=item.content, headers={"Content-Type": "application/json"})

    def read(self, reply: Reply, count: int) -> Answer:
        """Say what an answer means.

        | answer | outcome |
        |---|---|
        | 202 | Accepted, with X-Message-Id |
        | 400 about nothing but the recipient | Refused |
        | 400 about anything else, 413 | OurFault, this message |
        | 429 | Temporary, PROVIDER, until X-RateLimit-Reset |
        | 401, 403: key, credits, sender identity | OurFault, and the carry ends |
        | 500, other 2xx | Uncertain |

        An answer without a call left in the window makes the next wait until the window's end.
        """
        reset = read_reset_at(reply.headers, "x-ratelimit-reset")
        if reply.status == 202:
            accepted = Accepted(reply.headers.get("x-message-id", ""))
            return of_each([accepted], _rest(reply, reset))
        told = f"{self.title} answered {reply.status}: {words(reply.content)}"
        if reply.status == 400:
            fields = [str(error.get("field") or "") for error in objects(read_object(reply.content).get("errors"))]
            is_recipients = fields and all(field.startswith("personalizations.0.to") for field in fields)
            return of_each([Refused(told) if is_recipients else OurFault(told)])
        if reply.status == 413:
            return of_each([OurFault(told)])
        return of_all(refusal(self.title, reply, wait=reset), count)

    def check(self, ask: Ask) -> str:
        """Look whether the key may send."""
        found = looked(self.title, ask("/v3/scopes"), "check secret_file, it holds the API key")
        scopes = found.get("scopes")
        if not isinstance(scopes, list) or "mail.send" not in scopes:
            raise ProviderError("the SendGrid key may not send: give it the permission Mail Send")
        return "SendGrid lets this key send mail"


def _rest(reply: Reply, reset: timedelta | None) -> timedelta | None:
    return rest_when_used_up(reply.headers, "x-ratelimit-remaining", reset)

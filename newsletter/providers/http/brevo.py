"""`brevo:`: Brevo's API v3, POST /smtp/email, one message a call.

Sources: the API reference of "Send a transactional email", "Idempotency" and "Rate limits". Each call has an
`idempotencyKey`, a UUID of the delivery. How long Brevo remembers it is said to be 15 minutes in one place and 30 in
another, so no call is repeated by itself; a key that it knows already is told as doubt, not as an acceptance: what
became of the first call is not in the answer. The same is true of 500.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal
from uuid import UUID, uuid5

from newsletter.providers.http.answers import (
    looked,
    objects,
    of_all,
    of_each,
    read_object,
    read_seconds,
    refusal,
    rest_when_used_up,
    words,
)
from newsletter.providers.http.dialect import Answer, Ask, Call, Dialect, Item, Limits, Reply
from newsletter.providers.http.fields import mailbox, parts_of, to_json
from newsletter.providers.provider import Accepted, OurFault, Outcome, Outgoing, Refused, Uncertain

_NAMESPACE = UUID("5b8d7a2e-3f0c-4c52-9a55-0d6f1f0e8c11")  # of our keys; any will do, as long as it stays
_LONGEST_NAME = 70
_RECIPIENTS = ("to ", "to[", "email is not valid in to", "recipient")
_MESSAGES_OWN = frozenset({"invalid_parameter", "missing_parameter", "bad_request", "out_of_range"})


class Brevo(Dialect):
    """Brevo as a dialect."""

    title: ClassVar[str] = "Brevo"
    form: ClassVar[Literal["mime", "parts"]] = "parts"
    limits: ClassVar[Limits] = Limits(octets_of_one=20_000_000, usual_calls=4)
    takes_utf8_addresses: ClassVar[bool] = False  # from some of its servers only
    alters: ClassVar[tuple[str, ...]] = (
        "its documents do not say that Message-ID stays as it was set: a reply or a bounce may quote another",
    )

    def own_url(self) -> str:
        return "https://api.brevo.com"

    def headers(self) -> Mapping[str, str]:
        return {"api-key": self.account.secret.get_secret_value()}

    def write(self, outgoing: Outgoing) -> bytes:
        parts = parts_of(outgoing)
        given = dict(parts.headers)
        # With the recipient and the Message-ID: two homes with one account may have deliveries of the same key.
        name = f"{outgoing.key} {parts.to} {given.get('Message-ID', '')}"
        return to_json(
            {
                "sender": _mailbox(parts.sender),
                "to": [{"email": parts.to}],
                **({"replyTo": _mailbox(parts.reply_to)} if parts.reply_to else {}),
                "subject": parts.subject,
                **({"htmlContent": parts.html} if parts.html else {}),
                "textContent": parts.text,
                "headers": {
                    # It takes names in title case only.
                    **{header.title(): value for header, value in parts.headers},
                    "X-Mailin-Custom": outgoing.key,
                    "idempotencyKey": str(uuid5(_NAMESPACE, name)),
                },
            }
        )

    def call(self, items: Sequence[Item]) -> Call:
        (item,) = items
        return Call(path="/v3/smtp/email", content=item.content, headers={"Content-Type": "application/json"})

    def read(self, reply: Reply, count: int) -> Answer:
        """Say what an answer means.

        | answer | outcome |
        |---|---|
        | 201 with a messageId | Accepted |
        | 400 about the recipient | Refused |
        | 400 duplicate_parameter: the key is known already | Uncertain, this message |
        | 400 about anything else, 413 | OurFault, this message |
        | 429 | Temporary, PROVIDER, for x-sib-ratelimit-reset seconds |
        | 401, 402, 403: key, credits, account | OurFault, and the carry ends |
        | 500, other 2xx | Uncertain |
        """
        found = read_object(reply.content)
        reset = read_seconds(reply.headers, "x-sib-ratelimit-reset")
        if reply.status == 201 and found.get("messageId"):
            rest = rest_when_used_up(reply.headers, "x-sib-ratelimit-remaining", reset)
            return of_each([Accepted(str(found["messageId"]))], rest)
        code = str(found.get("code") or "").lower()
        told = f"{self.title} answered {reply.status}: {words(reply.content)}"
        if reply.status == 400 and code == "duplicate_parameter":
            return of_each([Uncertain(told)])
        if reply.status == 413 or (reply.status == 400 and code in _MESSAGES_OWN):
            return of_each([_fault(told, str(found.get("message") or ""))])
        return of_all(refusal(self.title, reply, wait=reset), count)

    def check(self, ask: Ask) -> str:
        """Look at the account and what is left of its plan."""
        found = looked(self.title, ask("/v3/account"), "check secret_file, it holds the API key")
        plans = [f"{one.get('type')}: {one.get('credits')} credits" for one in objects(found.get("plan"))]
        return f"Brevo account of {found.get('companyName') or found.get('email')}; {', '.join(plans) or 'no plan'}"


def _mailbox(text: str) -> dict[str, str]:
    """Give an address with its name, cut to the 70 characters that are allowed."""
    return {key: value[:_LONGEST_NAME] if key == "name" else value for key, value in mailbox(text).items()}


def _fault(told: str, message: str) -> Outcome:
    return Refused(told) if message.lower().startswith(_RECIPIENTS) else OurFault(told)

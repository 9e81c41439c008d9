"""`resend:`: Resend's API, POST /emails/batch.

Sources: the API reference ("Send Batch Emails", "Errors", "Rate Limit") and "Idempotency Keys". A key is remembered for
24 hours and gives the first answer again; it is made from the call's content, so that the same call is the same key and
no other is. The batch is validated permissively: one bad message leaves the others their way.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

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
from newsletter.providers.http.fields import headers_without, parts_of, tag_of, to_json
from newsletter.providers.provider import Accepted, OurFault, Outcome, Outgoing, Refused, Uncertain

_QUOTAS = frozenset({"daily_quota_exceeded", "monthly_quota_exceeded"})
# The key is in use by the first call, which is still under way; or it was used for another content, which cannot be.
_KNOWN_ALREADY = frozenset({"concurrent_idempotent_requests", "invalid_idempotent_request"})
_RECIPIENTS = re.compile(r"\bto\b|recipient", re.IGNORECASE)
_OURS = re.compile(r"\bfrom\b|reply.?to|subject|header|tags?\b|html|text", re.IGNORECASE)


class Resend(Dialect):
    """Resend as a dialect."""

    title: ClassVar[str] = "Resend"
    form: ClassVar[Literal["mime", "parts"]] = "parts"
    limits: ClassVar[Limits] = Limits(messages=100, usual_messages=100, octets_of_one=40_000_000)
    repeats: ClassVar[bool] = True
    takes_utf8_addresses: ClassVar[bool] = False
    alters: ClassVar[tuple[str, ...]] = (
        "its documents do not say that Message-ID stays as it was set: a reply or a bounce may quote another",
    )

    def own_url(self) -> str:
        return "https://api.resend.com"

    def headers(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self.account.secret.get_secret_value()}"}

    def write(self, outgoing: Outgoing) -> bytes:
        parts = parts_of(outgoing)
        return to_json(
            {
                "from": parts.sender,
                "to": [parts.to],
                **({"reply_to": parts.reply_to} if parts.reply_to else {}),
                "subject": parts.subject,
                **({"html": parts.html} if parts.html else {}),
                "text": parts.text,
                "headers": headers_without(parts),
                "tags": [{"name": "delivery", "value": tag_of(outgoing.key)}],
            }
        )

    def call(self, items: Sequence[Item]) -> Call:
        content = b"[" + b",".join(item.content for item in items) + b"]"
        return Call(
            path="/emails/batch",
            content=content,
            headers={
                "Content-Type": "application/json",
                "Idempotency-Key": hashlib.sha256(content).hexdigest(),
                "x-batch-validation": "permissive",
            },
        )

    def read(self, reply: Reply, count: int) -> Answer:
        """Say what an answer means.

        | answer | outcome |
        |---|---|
        | 200, ids for all that are not in `errors` | Accepted |
        | 200, in `errors` for its recipient | Refused |
        | 200, in `errors` for anything else | OurFault, this message |
        | 200 with other counts; 409 for the key; 500 | Uncertain |
        | 429 for the rate | Temporary, PROVIDER, after Retry-After or ratelimit-reset |
        | 429 for the day's or month's quota; everything else | OurFault, and the carry ends |
        """
        found = read_object(reply.content)
        reset = read_seconds(reply.headers, "ratelimit-reset")
        told = f"{self.title} answered {reply.status}: {words(reply.content)}"
        if reply.status == 200:
            outcomes = _read_results(found, count)
            if outcomes is None:
                return of_all(Uncertain(told), count)
            return of_each(outcomes, rest_when_used_up(reply.headers, "ratelimit-remaining", reset))
        name = str(found.get("name"))
        if name in _KNOWN_ALREADY:
            return of_all(Uncertain(told), count)
        if name in _QUOTAS:
            return of_all(OurFault(told), count)
        return of_all(refusal(self.title, reply, wait=reset), count)

    def check(self, ask: Ask) -> str:
        """Look at the domains. A key that may only send is told so by 401, and is right for us."""
        reply = ask("/domains")
        if read_object(reply.content).get("name") == "restricted_api_key":
            return "Resend lets this key send, and nothing else: its domains are not seen"
        found = looked(self.title, reply, "check secret_file, it holds the API key")
        verified = [str(one.get("name")) for one in objects(found.get("data")) if one.get("status") == "verified"]
        return f"Resend knows the key; verified domains: {', '.join(verified) or 'none'}"


def _read_results(found: Mapping[str, object], count: int) -> list[Outcome] | None:
    """Give an outcome a message; None when the counts do not fit. `data` holds the good ones alone, in their order."""
    errors = {str(error.get("index")): str(error.get("message", "")) for error in objects(found.get("errors"))}
    numbers = [str(one["id"]) for one in objects(found.get("data")) if one.get("id")]
    places = [str(index) for index in range(count)]
    if len(numbers) + len(errors) != count or not errors.keys() <= set(places):
        return None
    good = iter(numbers)
    return [_fault(errors[place]) if place in errors else Accepted(next(good)) for place in places]


def _fault(message: str) -> Outcome:
    is_recipients = _RECIPIENTS.search(message) and not _OURS.search(message)
    return Refused(message) if is_recipients else OurFault(message)

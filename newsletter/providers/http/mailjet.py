"""`mailjet:`: Mailjet's Send API v3.1, POST /v3.1/send, at most 50 messages a call.

Sources: the Send API guide ("Send in bulk", its list of headers that cannot be set, its errors). A call of which some
messages fail is answered with 4xx and the others are sent, so every answer is read item by item. Whether the server
honours an idempotency key is documented nowhere: a batch without an answer is in doubt, and found by its `CustomID`.
"""

import base64
from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

from newsletter.providers.http.answers import (
    MOST_WORDS,
    looked,
    objects,
    of_all,
    of_each,
    read_object,
    read_reset_at,
    refusal,
    words,
)
from newsletter.providers.http.dialect import Answer, Ask, Call, Dialect, Item, Limits, Reply
from newsletter.providers.http.fields import headers_without, mailbox, parts_of, to_json
from newsletter.providers.provider import Accepted, OurFault, Outcome, Outgoing, Refused, Scope, Temporary, Uncertain

_HEAD, _TAIL = b'{"Messages":', b"}"
# Of those that it refuses, the ones that we set.
_FORBIDDEN = frozenset({"message-id", "list-id", "date", "sender", "return-path", "dkim-signature", "x-feedback-id"})


class Mailjet(Dialect):
    """Mailjet as a dialect."""

    title: ClassVar[str] = "Mailjet"
    form: ClassVar[Literal["mime", "parts"]] = "parts"
    limits: ClassVar[Limits] = Limits(messages=50, usual_messages=50, octets_of_one=15_000_000)
    key_words: ClassVar[str] = "the secret key"
    login_words: ClassVar[str] = "the API key"
    alters: ClassVar[tuple[str, ...]] = (
        "Message-ID and Date are Mailjet's own, and List-Id cannot be set: readers' filters by it do not work",
    )

    def own_url(self) -> str:
        return "https://api.mailjet.com"

    def headers(self) -> Mapping[str, str]:
        given = f"{self.account.username}:{self.account.secret.get_secret_value()}".encode()
        return {"Authorization": f"Basic {base64.b64encode(given).decode('ascii')}"}

    def write(self, outgoing: Outgoing) -> bytes:
        parts = parts_of(outgoing)
        return to_json(
            {
                "From": mailbox(parts.sender, "Email", "Name"),
                "To": [{"Email": parts.to}],
                **({"ReplyTo": mailbox(parts.reply_to, "Email", "Name")} if parts.reply_to else {}),
                "Subject": parts.subject,
                "TextPart": parts.text,
                **({"HTMLPart": parts.html} if parts.html else {}),
                "Headers": headers_without(parts, forbidden=_FORBIDDEN),
                "CustomID": outgoing.key,
                "TrackOpens": "disabled",
                "TrackClicks": "disabled",
            }
        )

    def call(self, items: Sequence[Item]) -> Call:
        content = _HEAD + b"[" + b",".join(item.content for item in items) + b"]" + _TAIL
        return Call(path="/v3.1/send", content=content, headers={"Content-Type": "application/json"})

    def read(self, reply: Reply, count: int) -> Answer:
        """Say what an answer to a batch means.

        | answer | outcome |
        |---|---|
        | an item of status success | Accepted, with its MessageID |
        | an item of status error that is related to To | Refused |
        | an item of status error, related to anything else | OurFault, this message |
        | an item of status error with 429, or with 500 and more | Temporary, PROVIDER; Uncertain |
        | 2xx without an item for each message, 500 | Uncertain |
        | 429 | Temporary, PROVIDER, after Retry-After, else until X-RateLimit-Reset |
        | everything else: key, account, a call that is wrong | OurFault, and the carry ends |
        """
        items = objects(read_object(reply.content).get("Messages"))
        if len(items) == count and reply.status < 500:
            return of_each([_read_item(item) for item in items])
        reset = read_reset_at(reply.headers, "x-ratelimit-reset")
        answer = refusal(self.title, reply, wait=reset)
        if items and isinstance(answer, OurFault):  # some may have been sent
            answer = Uncertain(f"{self.title} answered {reply.status}: {words(reply.content)}")
        return of_all(answer, count)

    def check(self, ask: Ask) -> str:
        """Look at the senders that may be used."""
        remedy = "check username (the API key) and secret_file (the secret key)"
        found = looked(self.title, ask("/v3/REST/sender"), remedy)
        senders = [str(one.get("Email")) for one in objects(found.get("Data")) if one.get("Status") == "Active"]
        return f"Mailjet knows the key; active senders: {', '.join(senders) or 'none'}"


def _read_item(item: Mapping[str, object]) -> Outcome:
    told = f"Mailjet: {item!r}"[:MOST_WORDS]
    if item.get("Status") == "success":
        numbers = [str(one["MessageID"]) for one in objects(item.get("To")) if one.get("MessageID")]
        return Accepted(numbers[0] if numbers else "")
    errors = objects(item.get("Errors"))
    if item.get("Status") != "error" or not errors:
        return Uncertain(told)
    statuses = [status if isinstance(status := error.get("StatusCode"), int) else 400 for error in errors]
    told = "; ".join(f"{error.get('ErrorCode')} {error.get('ErrorMessage')}" for error in errors)[:MOST_WORDS]
    if max(statuses) >= 500:
        return Uncertain(told)
    if 429 in statuses:
        return Temporary(told, scope=Scope.PROVIDER)
    related = [str(field) for error in errors for field in _list(error.get("ErrorRelatedTo"))]
    is_recipients = related and all(field == "To" or field.startswith(("To[", "To.")) for field in related)
    return Refused(told) if is_recipients else OurFault(told)


def _list(found: object) -> list[object]:
    return found if isinstance(found, list) else []

"""What Postmark answers, and what each answer means for a delivery.

Pure. Codes are those of postmarkapp.com/developer/api/overview. The rule it keeps: 200 with an item's code 0 is the
only acceptance, and an answer that cannot be read leaves its messages in doubt.
"""

import re
from collections.abc import Mapping

from newsletter.providers.http.answers import (
    MOST_WORDS,
    of_all,
    of_each,
    read_json,
    read_object,
    read_retry_after,
    refusal,
    words,
)
from newsletter.providers.http.dialect import Answer, Reply
from newsletter.providers.provider import Accepted, OurFault, Outcome, Refused, Scope, Temporary, Uncertain

# Error codes of single messages; any other is OurFault, so that people look at it.
_INVALID = 300  # the message is not valid; the words say what of it
_INACTIVE = 406  # the recipient bounced or complained before
_PASSING: Mapping[int, str] = {100: "maintenance", 429: "too many requests"}

# Of code 300: parts of a message that are ours and no recipient's.
_OURS = re.compile(
    r"\bfrom\b|reply-?to|sender|subject|body|header|metadata|attachment|stream|\btag\b|track", re.IGNORECASE
)

# Postmark's documents say of 500 that the message was lost.
_LOST = frozenset({500})


def read_batch(reply: Reply, count: int) -> Answer:
    """Say what the answer to a batch of `count` messages means.

    | answer | outcome |
    |---|---|
    | 200, an item with ErrorCode 0 | Accepted, with its MessageID |
    | 200, 300 about the recipient; 406 | Refused |
    | 200, 300 about anything else; 10, 400 to 405, 409 to 413, codes unknown | OurFault |
    | 200, 100 or 429 | Temporary, PROVIDER |
    | 200 and not a list of so many items | Uncertain |
    | 422 with 100 or 429; 500 | Temporary, PROVIDER, after Retry-After |
    | everything else: see answers.refusal |

    What is said to the whole call, and each Temporary, ends the carry; a fault of ours in one message does not.
    """
    if reply.status != 200:
        return of_all(_read_refusal(reply), count)
    items = read_json(reply.content)
    if not isinstance(items, list) or len(items) != count:
        told = f"Postmark took the batch, but its answer cannot be read: {words(reply.content)}"
        return of_all(Uncertain(told), count)
    return of_each([_read_item(item) for item in items])


def _read_item(item: object) -> Outcome:
    code = item.get("ErrorCode") if isinstance(item, dict) else None
    if not isinstance(item, dict) or type(code) is not int:
        return Uncertain(f"Postmark answered something else than a result: {item!r}"[:MOST_WORDS])
    if code == 0:
        return Accepted(str(item.get("MessageID", "")))
    message = str(item.get("Message", ""))
    told = f"{code} {message}"[:MOST_WORDS]
    if code in _PASSING:
        return Temporary(told, scope=Scope.PROVIDER)
    is_recipients = code == _INACTIVE or (code == _INVALID and not _OURS.search(_without_quotes(message)))
    return Refused(told) if is_recipients else OurFault(told)


def _read_refusal(reply: Reply) -> Temporary | OurFault | Uncertain:
    code = read_object(reply.content).get("ErrorCode")
    if reply.status == 422 and isinstance(code, int) and code in _PASSING:
        told = f"Postmark answered 422: {words(reply.content)}"
        return Temporary(told, read_retry_after(reply.headers), Scope.PROVIDER)
    return refusal("Postmark", reply, unsent=_LOST)


def _without_quotes(message: str) -> str:
    """Leave out addresses and other values, which may hold any word. 'To', 'From' and the like are names of fields."""
    return re.sub(r"'[^']*@[^']*'|\"[^\"]*\"|\S+@\S+", "", message)

"""What Postmark answers, and what each answer means for a delivery.

Pure. Codes are those of postmarkapp.com/developer/api/overview. The rule it keeps: 200 with an item's code 0 is the
only acceptance, and an answer that cannot be read leaves its messages in doubt.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime

from newsletter.providers.provider import Accepted, OurFault, Outcome, Refused, Scope, Temporary, Uncertain

MOST_WORDS = 500

# Error codes of single messages; any other is OurFault, so that people look at it.
_INVALID = 300  # the message is not valid; the words say what of it
_INACTIVE = 406  # the recipient bounced or complained before
_PASSING: Mapping[int, str] = {100: "maintenance", 429: "too many requests"}

# Of code 300: parts of a message that are ours and no recipient's.
_OURS = re.compile(
    r"\bfrom\b|reply-?to|sender|subject|body|header|metadata|attachment|stream|\btag\b|track", re.IGNORECASE
)

# A gateway that got no answer from behind (RFC 9110, section 15.6.3 and 15.6.5): the batch may have been taken there.
_IN_BETWEEN = frozenset({502, 504})


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a batch, in its order, and of all that would come after it (None: go on)."""

    outcomes: list[Outcome]
    verdict: Temporary | OurFault | None = None


def read_batch(status: int, headers: Mapping[str, str], content: bytes, count: int) -> Answer:
    """Say what the answer to a batch of `count` messages means.

    | answer | outcome |
    |---|---|
    | 200, an item with ErrorCode 0 | Accepted, with its MessageID |
    | 200, 300 about the recipient; 406 | Refused |
    | 200, 300 about anything else; 10, 400 to 405, 409 to 413, codes unknown | OurFault |
    | 200, 100 or 429 | Temporary, PROVIDER |
    | 200 and not a list of so many items; other 2xx; 502, 504 | Uncertain |
    | 429; 422 with 100 or 429; other 5xx | Temporary, PROVIDER, after Retry-After |
    | everything else: 401 token, 413 size, 422 the whole call | OurFault |

    What is said to the whole call, and each Temporary, ends the carry; a fault of ours in one message does not.
    """
    if status != 200:
        return of_all(_read_refusal(status, headers, content), count)
    items = _read_json(content)
    if not isinstance(items, list) or len(items) != count:
        return of_all(Uncertain(f"Postmark took the batch, but its answer cannot be read: {_words(content)}"), count)
    outcomes = [_read_item(item) for item in items]
    return Answer(outcomes, next((outcome for outcome in outcomes if isinstance(outcome, Temporary)), None))


def of_all(outcome: Temporary | OurFault | Uncertain, count: int) -> Answer:
    """Give one outcome to a whole batch, and end the carry."""
    verdict = Temporary(outcome.reason, scope=Scope.PROVIDER) if isinstance(outcome, Uncertain) else outcome
    return Answer([outcome] * count, verdict)


def _read_item(item: object) -> Outcome:
    code = item.get("ErrorCode") if isinstance(item, dict) else None
    if not isinstance(item, dict) or not isinstance(code, int):
        return Uncertain(f"Postmark answered something else than a result: {item!r}"[:MOST_WORDS])
    if code == 0:
        return Accepted(str(item.get("MessageID", "")))
    message = str(item.get("Message", ""))
    words = f"{code} {message}"[:MOST_WORDS]
    if code in _PASSING:
        return Temporary(words, scope=Scope.PROVIDER)
    is_recipients = code == _INACTIVE or (code == _INVALID and not _OURS.search(_without_quotes(message)))
    return Refused(words) if is_recipients else OurFault(words)


def _read_refusal(status: int, headers: Mapping[str, str], content: bytes) -> Temporary | OurFault | Uncertain:
    words = f"Postmark answered {status}: {_words(content)}"
    answer = _read_json(content)
    code = answer.get("ErrorCode") if isinstance(answer, dict) else None
    if 200 <= status < 300 or status in _IN_BETWEEN:
        return Uncertain(words)
    if status == 429 or status >= 500 or (status == 422 and code in _PASSING):
        return Temporary(words, read_retry_after(headers), Scope.PROVIDER)
    return OurFault(words)


def read_retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """Read Retry-After (RFC 9110, section 10.2.3), its date against the answer's own: clocks differ."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return timedelta(seconds=min(int(value), 86_400))
    try:
        wait = parsedate_to_datetime(value) - parsedate_to_datetime(headers.get("date", ""))
    except (ValueError, TypeError):
        return None
    return max(timedelta(0), min(wait, timedelta(days=1)))


def _without_quotes(message: str) -> str:
    """Leave out addresses and other values, which may hold any word. 'To', 'From' and the like are names of fields."""
    return re.sub(r"'[^']*@[^']*'|\"[^\"]*\"|\S+@\S+", "", message)


def _read_json(content: bytes) -> object:
    try:
        answer: object = json.loads(content)
    except ValueError:
        return None
    return answer


def _words(content: bytes) -> str:
    return " ".join(content[:MOST_WORDS].decode("utf-8", "replace").split()) or "(nothing)"

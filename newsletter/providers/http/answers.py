"""What HTTP mail APIs have in common in their answers. Pure.

The rule it keeps: only what says in so many words that nothing was taken is taken for that.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from newsletter.providers.errors import ProviderError
from newsletter.providers.http.dialect import Answer, Reply
from newsletter.providers.provider import OurFault, Outcome, Scope, Temporary, Uncertain

MOST_WORDS = 500
_A_DAY = timedelta(days=1)
# Asked again later: the call was not heard to its end, is one too many, or nobody is there to hear it (RFC 9110,
# sections 15.5.9 and 15.6.4; RFC 6585, section 4).
_LATER = frozenset({408, 429, 503})


def of_all(outcome: Temporary | OurFault | Uncertain, count: int) -> Answer:
    """Give one outcome to a whole batch, and end the carry."""
    verdict = Temporary(outcome.reason, scope=Scope.PROVIDER) if isinstance(outcome, Uncertain) else outcome
    return Answer([outcome] * count, verdict)


def of_each(outcomes: Sequence[Outcome], rest: timedelta | None = None) -> Answer:
    """Give each its own outcome. A trouble of the whole API ends the carry; a fault of ours in one message does not."""
    later = (one for one in outcomes if isinstance(one, Temporary) and one.scope is Scope.PROVIDER)
    return Answer(list(outcomes), next(later, None), rest)


def refusal(
    title: str, reply: Reply, *, unsent: frozenset[int] = frozenset(), wait: timedelta | None = None
) -> Temporary | OurFault | Uncertain:
    """Say what an answer to a whole call means that is no acceptance.

    | answer | outcome |
    |---|---|
    | 408, 429, 503, and codes of which the API's documents say that nothing was taken (`unsent`) | Temporary, PROVIDER,
      after Retry-After, else after `wait` |
    | 2xx that cannot be read; any other 5xx: it may have been taken behind | Uncertain |
    | everything else: key, quota, size, a call that is wrong | OurFault |
    """
    told = f"{title} answered {reply.status}: {words(reply.content)}"
    if reply.status in _LATER or reply.status in unsent:
        return Temporary(told, read_retry_after(reply.headers) or wait, Scope.PROVIDER)
    if 200 <= reply.status < 300 or reply.status >= 500:
        return Uncertain(told)
    return OurFault(told)


def read_retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """Read Retry-After (RFC 9110, section 10.2.3), its date against the answer's own: clocks differ."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return timedelta(seconds=min(int(value), 86_400))
    try:
        wait = parsedate_to_datetime(value) - parsedate_to_datetime(headers.get("date", ""))
    except (ValueError, TypeError):
        return None
    return _bounded(wait)


def read_seconds(headers: Mapping[str, str], name: str) -> timedelta | None:
    """Read a header that names seconds to wait."""
    value = headers.get(name, "").strip()
    return timedelta(seconds=min(int(value), 86_400)) if value.isascii() and value.isdigit() else None


def read_reset_at(headers: Mapping[str, str], name: str) -> timedelta | None:
    """Read a header that names the second of the epoch at which calls are free again, against the answer's Date."""
    value = headers.get(name, "").strip()
    if not (value.isascii() and value.isdigit()) or len(value) > 13:
        return None
    seconds = int(value) / (1000 if len(value) == 13 else 1)  # some count milliseconds
    try:
        return _bounded(datetime.fromtimestamp(seconds, UTC) - parsedate_to_datetime(headers.get("date", "")))
    except (ValueError, TypeError, OverflowError, OSError):
        return None


def rest_when_used_up(headers: Mapping[str, str], name: str, rest: timedelta | None) -> timedelta | None:
    """Give the rest if this header says that no call is left in the present window."""
    return rest if headers.get(name, "").strip() == "0" else None


def looked(title: str, reply: Reply, remedy: str) -> dict[str, object]:
    """Give what a look at the account found; ProviderError for any other answer than 200 with an object."""
    if reply.status in {401, 403}:
        raise ProviderError(f"{title} does not let us in ({reply.status}): {remedy}")
    found = read_json(reply.content)
    if reply.status != 200 or not isinstance(found, dict):
        raise ProviderError(f"{title} answered {reply.status}: {words(reply.content)[:200]}")
    return found


def read_json(content: bytes) -> object:
    """Read JSON; None for anything else."""
    try:
        answer: object = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return answer


def read_object(content: bytes) -> dict[str, object]:
    """Read a JSON object; an empty one for anything else."""
    found = read_json(content)
    return found if isinstance(found, dict) else {}


def objects(found: object) -> list[dict[str, object]]:
    """Give the objects of a list; none of anything else."""
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def words(content: bytes) -> str:
    """Give the beginning of an answer on one line."""
    return " ".join(content[:MOST_WORDS].decode("utf-8", "replace").split()) or "(nothing)"


def _bounded(wait: timedelta) -> timedelta:
    return max(timedelta(0), min(wait, _A_DAY))

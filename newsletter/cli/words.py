"""The screen words of deliveries and stories, and how dates and fields read. JSON keeps the codes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING

from newsletter.base.errors import UsageError

if TYPE_CHECKING:
    from subscribers.consent import SuppressionKind

_DELIVERY = {
    "none": "no mail",
    "planned": "waiting",
    "claimed": "on its way",
    "handing_over": "on its way",
    "accepted": "handed over",
    "failed": "refused",
    "suppressed": "left out",
    "in_doubt": "unclear",
}
_OUTCOME = {
    "accepted": "handed over",
    "temporary": "to be tried again",
    "refused": "refused",
    "our_fault": "refused, and no fault of the reader's",
    "uncertain": "unclear",
}
_REASON = {
    "nothing_new": "nothing new for them",
    "too_few": "fewer stories than the newsletter's minimum are new to them",
    "unsubscribed": "left the newsletter or its lists",
    "unconfirmed": "never confirmed",
    "erased": "erased",
    "stale": "too late to be of use",
    "cancelled": "the issue was cancelled",
    "suppressed:bounced": "mail to the address comes back",
    "suppressed:complained": "complained",
    "suppressed:forbidden": "must not be mailed",
    "suppressed:left": "left everything",
}
_WHY = {
    "pick": "an editor put it on top",
    "topic": "on a topic they follow",
    "discreet": "on a topic they follow",
    "editors_order": "they follow nothing: the editors' order",
    "selection": "the same stories for everybody",
    "letter": "the letter",
}


def delivery_word(state: str) -> str:
    """Give a delivery's state as people read it."""
    return _DELIVERY.get(state, state)


def outcome_words(outcome: str) -> str:
    """Give what came of an attempt as people read it."""
    return _OUTCOME.get(outcome, outcome) or "no answer was heard"


def reason_words(reason: str) -> str:
    """Give a delivery's reason as people read it; a server's own words stay as they came."""
    return _REASON.get(reason, reason)


def standing_words(standing: str) -> str:
    """Say how a person stands to a newsletter: that they get it, or why not."""
    return "gets it" if standing == "mailed" else f"no mail, {reason_words(standing)}"


def suppression_kind(text: str) -> "SuppressionKind":
    """Read a kind of suppression from the command line."""
    from subscribers.consent import SuppressionKind

    try:
        return SuppressionKind(text)
    except ValueError:
        raise UsageError(f"{text!r} is no kind; there are: {', '.join(SuppressionKind)}") from None


def count_words(count: int, one: str, many: str) -> str:
    """Say how many there are of something."""
    return f"{count} {one if count == 1 else many}"


def why_words(reason: str) -> str:
    """Give the reason of a chosen story as people read it."""
    return _WHY.get(reason, reason)


def day_and_hour(at: datetime | None) -> str:
    """Give an instant to the minute, in UTC; a dash where there is none."""
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else "-"


def day(at: datetime | None) -> str:
    """Give the day of an instant, in UTC; a dash where there is none."""
    return f"{at:%Y-%m-%d}" if at else "-"


def field_lines(fields: Mapping[str, object]) -> str:
    """Lay out fields a person reads, one a line; empty ones are left out."""
    width = max(len(name) for name in fields) + 1
    shown = {name: _plain(value) for name, value in fields.items()}
    return "\n".join(f"{name + ':':{width}} {text}" for name, text in shown.items() if text)


def _plain(value: object) -> str:
    if value is None or value is False:
        return ""
    if isinstance(value, datetime):
        return day_and_hour(value)
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {text}" for name, one in value.items() if (text := _plain(one)))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "; ".join(_plain(one) for one in value)
    return "yes" if value is True else str(value)

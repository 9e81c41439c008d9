"""How the command line words attempts and chosen stories, dates and fields. JSON keeps the codes.

The words of states and reasons, which the desk says too, stand in newsletter.app.words.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import Enum
from textwrap import fill
from typing import TYPE_CHECKING
from urllib.parse import unquote

from newsletter.base.errors import UsageError

if TYPE_CHECKING:
    from subscribers.consent.consent import SuppressionKind

_OUTCOME = {
    "accepted": "handed over",
    "temporary": "to be tried again",
    "refused": "refused",
    "our_fault": "refused, and no fault of the reader's",
    "uncertain": "unclear",
}
_WHY = {
    "pick": "an editor put it on top",
    "topic": "on a topic they follow",
    "source": "they follow its source",
    "discreet": "on a topic or of a source they follow",
    "editors_order": "they follow nothing, so they get all",
    "reminder": "they got it before, and its date is near now",
    "update": "they got it before, and an editor says that there is news of it",
    "widened": "their topics had nothing for six issues, so they get the editors' choice once",
    "outside": "of none of their topics: one such story comes in a long digest",
    "selection": "the same stories for everybody",
    "letter": "the letter",
}


def outcome_words(outcome: str) -> str:
    """Give what came of an attempt as people read it."""
    return _OUTCOME.get(outcome, outcome) or "no answer was heard"


def answer_words(answer: str, key: str) -> str:
    """Give the other side's answer; that it is a file under our own key tells a person nothing."""
    return "as a file" if key and unquote(answer) == key else answer


def suppression_kind(text: str) -> "SuppressionKind":
    """Read a kind of suppression from the command line."""
    from subscribers.consent.consent import SuppressionKind

    try:
        return SuppressionKind(text)
    except ValueError:
        raise UsageError(f"{text!r} is no kind; there are: {', '.join(SuppressionKind)}") from None


def why_words(reason: str) -> str:
    """Give the reason of a chosen story as people read it."""
    return _WHY.get(reason, reason)


def day_and_hour(at: datetime | None) -> str:
    """Give an instant to the minute, in UTC; a dash where there is none."""
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else "-"


def day(at: datetime | None) -> str:
    """Give the day of an instant, in UTC; a dash where there is none."""
    return f"{at:%Y-%m-%d}" if at else "-"


def field_lines(fields: Mapping[str, object], *, width: int = 0) -> str:
    """Lay out fields a person reads; empty ones are left out.

    Each stands on one line, or is wrapped beside its name where a terminal of `width` columns (0: none) is narrower.
    """
    indent = max(len(name) for name in fields) + 2
    shown = {name: _plain(value) for name, value in fields.items()}
    return "\n".join(_wrapped(f"{name + ':':{indent}}{text}", indent, width) for name, text in shown.items() if text)


def _wrapped(line: str, indent: int, width: int) -> str:
    if not width or len(line) <= width or width < 2 * indent:
        return line
    return fill(line, width, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False)


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

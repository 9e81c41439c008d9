"""A MailingList, and a person's Subscription on it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

OptIn = Literal["double", "single"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailingList:
    """A named list of people."""

    id: int
    slug: str
    name: str
    opt_in: OptIn  # double: whoever asks to join confirms by mail first
    created_at: datetime


class SubscriptionState(StrEnum):
    """How a person stands on a list. Whoever has left comes back by their own act only."""

    PENDING = "pending"
    ACTIVE = "active"
    LEFT = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A person on a list."""

    list_slug: str
    state: SubscriptionState
    changed_at: datetime
    import_id: int | None  # the import and its line that last named them: where the data came from
    import_line: int | None

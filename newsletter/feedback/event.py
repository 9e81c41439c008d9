"""A FeedbackEvent: what the world reports about a delivery."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class FeedbackKind(StrEnum):
    """What is reported."""

    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    UNSUBSCRIBE = "unsubscribe"
    DELIVERED = "delivered"
    CLICK = "click"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackEvent:
    """One report, once: the same `origin_event_id` of an origin is never stored twice."""

    origin: str  # "page", "mailbox", later a provider's name
    origin_event_id: str
    kind: FeedbackKind
    delivery_id: int | None
    subscriber_id: int | None
    issue_id: int | None
    details: str  # the other side's words
    happened_at: datetime | None

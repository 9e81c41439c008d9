"""A Delivery: one issue or notice to one address, the row of the outbox; its states, keys and lanes."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from newsletter.base.ids import DeliveryId, IssueId


class DeliveryState(StrEnum):
    """Where a delivery is. A retry is no state: it is `planned` with a later `due_at`."""

    PLANNED = "planned"
    CLAIMED = "claimed"
    HANDING_OVER = "handing_over"
    ACCEPTED = "accepted"
    FAILED = "failed"
    IN_DOUBT = "in_doubt"
    SUPPRESSED = "suppressed"


# The only arrows there are; every move is one guarded UPDATE in store.py.
ARROWS: dict[DeliveryState, frozenset[DeliveryState]] = {
    DeliveryState.PLANNED: frozenset({DeliveryState.CLAIMED, DeliveryState.SUPPRESSED, DeliveryState.IN_DOUBT}),
    DeliveryState.CLAIMED: frozenset({DeliveryState.HANDING_OVER, DeliveryState.PLANNED, DeliveryState.FAILED}),
    DeliveryState.HANDING_OVER: frozenset(
        {DeliveryState.ACCEPTED, DeliveryState.PLANNED, DeliveryState.FAILED, DeliveryState.IN_DOUBT}
    ),
    # Late truth: a sender that was taken for dead may still learn the outcome.
    DeliveryState.IN_DOUBT: frozenset({DeliveryState.ACCEPTED, DeliveryState.PLANNED, DeliveryState.FAILED}),
    DeliveryState.ACCEPTED: frozenset(),
    DeliveryState.FAILED: frozenset(),
    DeliveryState.SUPPRESSED: frozenset(),
}

# Large mailbox providers by the domains that they receive for: what annoys one must not slow the rest.
_GROUPS = {
    "gmail.com": "gmail",
    "googlemail.com": "gmail",
    "outlook.com": "microsoft",
    "hotmail.com": "microsoft",
    "live.com": "microsoft",
    "msn.com": "microsoft",
    "yahoo.com": "yahoo",
    "aol.com": "yahoo",
    "ymail.com": "yahoo",
    "icloud.com": "apple",
    "me.com": "apple",
    "gmx.de": "gmx",
    "gmx.net": "gmx",
    "web.de": "gmx",
}
NOTICE_PRIORITY, ISSUE_PRIORITY = 1, 5


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDelivery:
    """A row to be inserted."""

    key: str
    issue_id: IssueId | None
    subscriber_id: int | None
    correspondent_id: int | None
    notice: str
    priority: int
    lane: str
    due_at: datetime
    stale_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A row of the outbox, as people ask for it."""

    id: DeliveryId
    key: str
    issue_id: IssueId | None
    subscriber_id: int | None
    correspondent_id: int | None
    notice: str
    lane: str
    state: DeliveryState
    reason: str
    due_at: datetime
    stale_at: datetime | None
    attempt_count: int
    choice: bytes | None
    dated_at: datetime | None
    provider_id: str
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try at a delivery, with the server's own words."""

    provider: str
    masked_address: str
    opened_at: datetime
    closed_at: datetime | None
    outcome: str
    answer: str


@dataclass(frozen=True, slots=True)
class Counts:
    """An issue's deliveries by state; they always add up to the candidates."""

    planned: int = 0
    in_flight: int = 0  # claimed or handing over
    accepted: int = 0
    failed: int = 0
    suppressed: int = 0
    in_doubt: int = 0

    @property
    def candidates(self) -> int:
        return self.planned + self.in_flight + self.accepted + self.failed + self.suppressed + self.in_doubt

    @property
    def is_over(self) -> bool:
        """Nothing is left to do and nothing is unclear."""
        return not (self.planned or self.in_flight or self.in_doubt)


def issue_key(issue_id: int, subscriber_id: int) -> str:
    """The key that makes an issue reach a person once."""
    return f"issue:{issue_id}:{subscriber_id}"


def lane_of(provider: str, domain: str) -> str:
    """The lane of a recipient's domain at a provider: "relay/gmail"; all small domains share "relay/other"."""
    return f"{provider}/{_GROUPS.get(domain, 'other')}"


def provider_of(lane: str) -> str:
    return lane.partition("/")[0]

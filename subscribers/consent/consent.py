"""What people said and what was done about it: Consents, Suppressions and Wishes, as they are shown."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Act(StrEnum):
    """What a consent record tells. The records are append-only."""

    ASKED = "asked"
    CONFIRMED = "confirmed"
    IMPORTED = "imported"
    ADDED = "added"
    LEFT = "left"
    UNDONE = "undone"
    SUPPRESSED = "suppressed"
    RELEASED = "released"
    ERASED = "erased"
    MOVED = "moved"  # at the old address, and at the new one with the old one's hash in the key
    MERGED = "merged"  # at both addresses; the record of the person who is gone names the other in the key
    FORGOTTEN = "forgotten"


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """Who said yes or no, to what, when, where."""

    act: Act
    address_hash: str
    subscriber_id: int | None
    recorded_at: datetime
    by: str  # who recorded it: "reader", "import:3", "cli:anna"
    list_slug: str = ""
    key: str = ""  # the opt-out's, when one newsletter was left
    evidence: str = ""  # what was shown or told, and its version
    text_hash: str = ""  # of the words that were shown, kept in consent_texts
    network_address: str = ""
    given_at: datetime | None = None  # when the person said so, where an import knows it


class SuppressionKind(StrEnum):
    """Why an address is never mailed, the gravest first: a door that may name one reason names this one."""

    FORBIDDEN = "forbidden"
    COMPLAINED = "complained"
    BOUNCED = "bounced"
    LEFT = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """An address that is never mailed, and why; ended ones stay as history."""

    kind: SuppressionKind
    reason: str
    since: datetime
    ended_at: datetime | None
    ended_why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SuppressedDomain:
    """A domain at which nobody is mailed, and why; ended ones stay as history."""

    domain: str  # in A-labels; a subdomain is a domain of its own
    kind: SuppressionKind
    reason: str
    since: datetime
    ended_at: datetime | None
    ended_why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A follow, a mute or an opt-out, under a key that is opaque here.

    Under a scope it stands in for the person's own wish there; the kind `none` then says: no wish there.
    """

    scope: str  # empty: the person's own
    key: str
    kind: str
    since: datetime

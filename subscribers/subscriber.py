"""People: the Subscriber as stored, and the values that the two doors give out."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """A person's whole row."""

    id: int
    address: str
    address_key: str
    address_hash: str
    domain: str
    name: str
    language: str  # of the interface; empty: the newsletter's
    reading_languages: tuple[str, ...]  # in order; empty: the default
    zone: str  # empty: the newsletter's
    hour: int | None  # None: the newsletter's
    days: str  # "mon;thu"; empty: any
    frequency: str  # every | weekly | monthly
    paused_until: str  # the day, ISO 8601, from which mail comes again; empty: not paused
    length: str  # short | normal | full
    plain_text: bool
    role: str
    country: str
    attributes: dict[str, str]
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody who may be mailed, as planning needs them: no address."""

    subscriber_id: int
    domain: str
    language: str
    zone: str
    hour: int | None
    days: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Somebody who may be mailed now, with all that composing needs."""

    subscriber_id: int
    address: str
    domain: str
    name: str
    language: str
    reading_languages: tuple[str, ...]
    zone: str
    frequency: str
    paused_until: str
    length: str
    plain_text: bool
    role: str
    country: str
    follows: frozenset[str]  # keys, "topic:funding"
    mutes: frozenset[str]
    list_name: str  # of the list they came through; empty for notices

    @property
    def envelope_address(self) -> str:
        """The address with its domain in A-labels: what goes into the envelope and the To header."""
        return f"{self.address.rpartition('@')[0]}@{self.domain}"


@dataclass(frozen=True, slots=True)
class NotMailable:
    """Somebody who may not be mailed.

    `unsubscribed` (left the list, or opted out), `suppressed:bounced|complained|forbidden|left`, `unconfirmed`,
    `erased` (no row).
    """

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Correspondent:
    """Somebody who is written to but is no subscriber: a tester, an editor, an operator."""

    id: int
    address: str
    domain: str

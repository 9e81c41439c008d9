"""The seam between the outbox and every way out."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Literal, Protocol

from newsletter.rendering.message import Parts

Key = str  # of a delivery: "issue:12:345"


@dataclass(frozen=True, slots=True)
class Envelope:
    """SMTP sender and recipient (RFC 5321, section 2.3.1)."""

    sender: str
    recipient: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One delivery on its way. `mime` is CRLF only, no line over 998 octets, no line that begins with a dot: it is sent
    as it is. Which of the two forms is set is the provider's `form`."""

    key: Key
    envelope: Envelope
    mime: bytes = b""
    parts: Parts | None = None


class Scope(StrEnum):
    """How far a temporary trouble reaches."""

    RECIPIENT = "recipient"
    LANE = "lane"  # 421 or 4.7.x: this recipient domain's group slows down
    PROVIDER = "provider"  # the relay is down or full: nothing else goes this way now


@dataclass(frozen=True, slots=True)
class Accepted:
    """The other side took responsibility."""

    provider_id: str = ""  # its own id, or its words after 250


@dataclass(frozen=True, slots=True)
class Temporary:
    """Not now; the same delivery later."""

    reason: str
    retry_after: timedelta | None = None
    scope: Scope = Scope.RECIPIENT


@dataclass(frozen=True, slots=True)
class Refused:
    """Never for this recipient."""

    reason: str


@dataclass(frozen=True, slots=True)
class OurFault:
    """Sender, policy, login or quota: no recipient is to blame, the issue pauses and people are told."""

    reason: str


@dataclass(frozen=True, slots=True)
class Uncertain:
    """Handed over, and no answer came: it may have been accepted. Never retried blindly."""

    reason: str


Outcome = Accepted | Temporary | Refused | OurFault | Uncertain


class Intend(Protocol):
    """Commits `handing_over` for these keys and gives those that may go. A key left out is fenced: it was taken over by
    another process and must not be sent, nor reported. Blocks for a few milliseconds; thread-safe."""

    def __call__(self, keys: Sequence[Key]) -> Collection[Key]: ...


Report = Callable[[Key, Outcome], None]
"""Records the outcome of one delivery; thread-safe, never blocks for long."""


class Provider(Protocol):
    """A way out. One `carry` at a time an object."""

    name: str
    form: Literal["mime", "parts"]
    batch: int  # HTTP: messages a call; SMTP: messages a connection

    @property
    def alters(self) -> Sequence[str]:
        """What it is known to do to header fields that we set, each a sentence for people; empty: nothing."""
        ...

    def carry(self, outgoing: Iterable[Outgoing], intend: Intend, report: Report) -> None:
        """Carry them all. Every yielded message is reported exactly once (fenced ones never), also when the relay is
        dead; `outgoing` is pulled lazily, at most about two batches ahead. Returns when the last is reported. Raises
        only for bugs: troubles of the other side are outcomes."""
        ...

    def check(self) -> str:
        """Reach and log in without sending; gives what was found in words, raises ProviderError with what to do."""
        ...

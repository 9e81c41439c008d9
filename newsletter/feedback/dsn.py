"""Reads delivery status notifications (RFC 3464): which recipient, dead or only busy, in which words. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from email.utils import getaddresses

# Enhanced codes (RFC 3463) that say: this address is dead. 5.2.2 (mailbox full) and policy are not among them.
_DEAD = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
_MOST_WORDS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One recipient's part of a notification."""

    action: str  # failed | delayed | delivered | relayed | expanded
    status: str  # "5.1.1"
    words: str

    @property
    def is_dead(self) -> bool:
        """Tell whether the address can never be reached."""
        return self.action == "failed" and self.status in _DEAD


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A whole mail from a mailbox that receives bounces."""

    message_id: str
    sent_to: tuple[str, ...]  # the addresses that it came back to; one may be an envelope sender of ours
    notifications: tuple[Notification, ...]  # empty: no notification at all


def read_report(raw: bytes) -> Report:
    """Read a mail. Whatever it is, this gives a Report; one that is no notification has none."""
    # The old policy on purpose: the new one parses headers as they are read, and raises on some that the world sends.
    message = BytesParser(policy=compat32).parsebytes(raw)
    return Report(
        message_id=str(message.get("Message-ID", "")).strip(),
        sent_to=_came_back_to(message),
        notifications=tuple(_notifications(message)),
    )


def _came_back_to(message: Message) -> tuple[str, ...]:
    # Which of them keeps the sender of ours depends on the mailbox: all are looked at, the nearest first.
    fields = [str(value) for name in ("Delivered-To", "X-Original-To", "To") for value in message.get_all(name, [])]
    return tuple(dict.fromkeys(address for _, address in getaddresses(fields) if "@" in address))


def _notifications(message: Message) -> Iterator[Notification]:
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status":
            blocks = part.get_payload()
            # The first block is about the whole mail, each further one about a recipient (RFC 3464, section 2.1).
            for block in blocks if isinstance(blocks, list) else []:
                if isinstance(block, Message) and block.get("Action"):
                    yield _notification(block)


def _notification(block: Message) -> Notification:
    words = str(block.get("Diagnostic-Code", "")).partition(";")[2] or str(block.get("Diagnostic-Code", ""))
    return Notification(
        action=str(block["Action"]).strip().lower(),
        status=str(block.get("Status", "")).strip().split(" ")[0],
        words=" ".join(words.split())[:_MOST_WORDS],
    )

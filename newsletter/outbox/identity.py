"""What the outside world sees of a delivery: Message-ID, envelope sender, idempotency key. All derive from its key.

Both carry the delivery's id in clear and a MAC by a key of its own, because bounces and replies quote them: what comes
back names its delivery, and nobody can make one up.
"""

import hmac
from dataclasses import dataclass
from hashlib import sha256

from newsletter.base.keys import Keys

_MAC_LENGTH = 16  # hexadecimal digits: 64 bits
_MARK = "b"


@dataclass(frozen=True, slots=True)
class BounceSetup:
    """The address that bounces come to, and whether each delivery gets a sender of its own (VERP)."""

    address: str
    verp: bool


def message_id(keys: Keys, delivery_id: int, key: str, domain: str) -> str:
    """Give the Message-ID (RFC 5322, section 3.6.4): the same for the same delivery, in any process."""
    return f"<d{delivery_id}.{_mac(keys.message_id, key)}@{domain}>"


def envelope_sender(keys: Keys, delivery_id: int, setup: BounceSetup) -> str:
    """Give the envelope sender: with VERP `news+b12.MAC@example.org`, so that a bounce names its delivery."""
    if not setup.verp:
        return setup.address
    local, _, domain = setup.address.rpartition("@")
    return f"{local}+{_MARK}{delivery_id}.{_mac(keys.envelope, str(delivery_id))}@{domain}"


def delivery_of_sender(keys: Keys, address: str) -> int | None:
    """Read a delivery's id from an envelope sender of ours; None for any other address."""
    local = address.rpartition("@")[0]
    number, _, mac = local.rpartition("+")[2].removeprefix(_MARK).partition(".")
    if not address.isascii() or not number.isdigit():
        return None
    return int(number) if hmac.compare_digest(mac.lower(), _mac(keys.envelope, number)) else None


def _mac(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode(), sha256).hexdigest()[:_MAC_LENGTH]

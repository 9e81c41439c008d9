"""What JSON APIs are told of a message, in the forms that several of them share."""

import json
import re
from collections.abc import Collection
from email.utils import parseaddr

from newsletter.providers.provider import Outgoing
from newsletter.rendering.message import Parts


def parts_of(outgoing: Outgoing) -> Parts:
    """Give the message in the form that was asked for."""
    assert outgoing.parts is not None, "this provider's form is parts"
    return outgoing.parts


def to_json(fields: object) -> bytes:
    """Write JSON in UTF-8: an escaped letter would count six octets against the limits."""
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()


def mailbox(text: str, address: str = "email", name: str = "name") -> dict[str, str]:
    """Give `Newsroom <news@example.org>` as an object with these names; without a name the address alone."""
    found_name, found_address = parseaddr(text)
    return {address: found_address, **({name: found_name} if found_name else {})}


def headers_without(parts: Parts, *, forbidden: Collection[str] = ()) -> dict[str, str]:
    """Give the header fields but for those that an API refuses (in small letters)."""
    return {name: value for name, value in parts.headers if name.lower() not in forbidden}


def tag_of(key: str) -> str:
    """Give a delivery's key for APIs whose tags may hold letters, digits, _ and - only."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", key)[:256]

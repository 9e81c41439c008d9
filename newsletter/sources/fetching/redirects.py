"""Decides which redirects are remembered. Pure.

Only permanent ones, from the first on without a gap: behind a temporary one the way may lead elsewhere tomorrow
(RFC 9110, section 15.4). One from https to http is followed, not remembered: who can read along could send us anywhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urldefrag, urlsplit

_PERMANENT = frozenset({301, 308})


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One redirect on the way."""

    status: int
    start: str
    end: str


def moved_to(hops: Sequence[Hop]) -> str:
    """Give the address to ask from now on; empty where the first redirect is none to remember."""
    address = ""
    for hop in hops:
        if hop.status not in _PERMANENT or _is_downgrade(hop) or _has_login(hop.start) or _has_login(hop.end):
            break
        address = urldefrag(hop.end).url
    return address


def leads_for_good(hops: Sequence[Hop]) -> bool:
    """Tell whether permanent redirects alone have led here."""
    return all(hop.status in _PERMANENT for hop in hops)


def _is_downgrade(hop: Hop) -> bool:
    return urlsplit(hop.start).scheme == "https" and urlsplit(hop.end).scheme != "https"


def _has_login(url: str) -> bool:
    """An address with a password is not followed for good: the new one would be asked without it."""
    return "@" in urlsplit(url).netloc

"""Decides when a source's new address is remembered, and when its own is asked again. Pure: `now` is an argument.

A permanent redirect is followed at once, but one slip of a server's operator must not give a source away: it is
remembered after three polls over a day or more. Its own address is then asked weekly, so that a redirect that was taken
back is noticed. One that leads to another site is not remembered before the source's posts were found there.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from tld import get_fld

_POLLS = 3
_LASTING = timedelta(days=1)
_OWN_AGAIN = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Where a source's own address leads for good, as far as it is known."""

    to: str = ""  # remembered: asked instead
    coming: str = ""  # seen, not remembered yet
    since: datetime | None = None  # when `coming` was seen first
    polls: int = 0  # that saw it
    own_asked_at: datetime | None = None  # when the own address was asked last; None: each time


def asks_own(move: Move, *, now: datetime) -> bool:
    """Tell whether it is the own address's turn."""
    return not move.to or move.own_asked_at is None or now - move.own_asked_at >= _OWN_AGAIN


def seen(move: Move, *, own: str, leads_to: str, is_trusted: bool, now: datetime) -> Move:
    """Give what is known after the own address was asked and led somewhere for good (empty: nowhere).

    `is_trusted`: it is the same site, or the source's posts were found there.
    """
    if not leads_to or leads_to == own:
        return Move()
    if leads_to == move.to:
        return Move(to=move.to, own_asked_at=now)
    is_again = leads_to == move.coming and move.since is not None
    since = move.since if is_again and move.since else now
    polls = move.polls + 1 if is_again else 1
    if is_trusted and polls >= _POLLS and now - since >= _LASTING:
        return Move(to=leads_to, own_asked_at=now)
    return Move(coming=leads_to, since=since, polls=polls)


def is_same_site(one: str, other: str) -> bool:
    """Tell whether two addresses belong to one owner as far as names tell: the same registrable domain."""
    return site_of(one) == site_of(other)


def site_of(url: str) -> str:
    """Give the registrable domain of an address, by the public suffix list; the host where it has none."""
    try:
        host = (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""
    return get_fld(f"https://{host}/", fail_silently=True) or host

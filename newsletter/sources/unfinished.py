"""Decides when an item whose page or picture could not be had for the moment is tried again. Pure.

The one rule: trouble that may pass never decides what a post is; but after three days, what its source tells has to do.
The note stands where the fingerprint of a finished item stands, so that it fits no item and the next reading looks.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

_MARK = "again"
_PATIENCE = timedelta(days=3)
_SOONEST = timedelta(minutes=30)
_SHARE = 0.9  # of the time it has lasted: polls come a little earlier or later


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfinished:
    """An item that is tried again: since when it could not be finished, and when it is its turn."""

    fingerprint: str  # of the item: one that changes does not wait
    since: datetime
    not_before: datetime

    def note(self) -> str:
        return f"{_MARK} {self.since.isoformat()} {self.not_before.isoformat()} {self.fingerprint}"


def try_again(before: Unfinished | None, fingerprint: str, *, now: datetime) -> Unfinished | None:
    """Tell when to try again, ever more rarely; None when it lasted so long that nobody waits for it any more."""
    since = before.since if before else now
    lasted = now - since
    if lasted >= _PATIENCE:
        return None
    return Unfinished(fingerprint=fingerprint, since=since, not_before=now + max(_SOONEST, lasted * _SHARE))


def unfinished(fetched_hash: str) -> Unfinished | None:
    """Read a note; None where a fingerprint stands."""
    mark, *facts = fetched_hash.split(" ")
    if mark != _MARK or len(facts) != 3:
        return None
    since, not_before = map(datetime.fromisoformat, facts[:2])
    return Unfinished(fingerprint=facts[2], since=since, not_before=not_before)

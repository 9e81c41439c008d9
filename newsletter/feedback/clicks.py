"""Which opened links were opened by people. Pure but for `OpenedLinks`, which holds the last seconds in memory.

Mail gateways open the links of a mail to look at what is behind them. What tells them from people without knowing
anybody is their haste: many stories of an issue in a few seconds (notes on clean clicks: Laposta, Braze, Suped).
Who opened is a salted hash that lives for seconds and is never stored.
"""

import hashlib
import secrets
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from newsletter.base.ids import IssueId, PostId

HASTE = timedelta(seconds=10)
MOST_IN_HASTE = 3  # different stories of one issue that a person may open in that time
MOST_HELD = 20_000  # a flood is not people; what comes above is not counted


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedLink:
    """A story's link, opened by somebody."""

    issue_id: IssueId
    post_id: PostId
    day: str  # ISO date in the newsletter's zone
    client: str  # a salted hash
    at: datetime


def by_people(opened: Sequence[OpenedLink]) -> list[OpenedLink]:
    """Leave out who opened too many stories of an issue in haste, and the second of two clicks on one story."""
    by_client: dict[tuple[str, IssueId], list[OpenedLink]] = defaultdict(list)
    for one in sorted(opened, key=lambda link: link.at):
        by_client[one.client, one.issue_id].append(one)
    return [one for links in by_client.values() for one in _unhurried(links)]


def _unhurried(links: Sequence[OpenedLink]) -> Iterator[OpenedLink]:
    times = [one.at for one in links]
    for place, one in enumerate(links):
        near = links[bisect_left(times, one.at - HASTE) : bisect_right(times, one.at + HASTE)]
        again = any(other.post_id == one.post_id for other in links[bisect_left(times, one.at - HASTE) : place])
        if not again and len({other.post_id for other in near}) <= MOST_IN_HASTE:
            yield one


class OpenedLinks:
    """The links opened in the last seconds: each is judged when all that came near it is known."""

    def __init__(self) -> None:
        self._salt = secrets.token_bytes(16)
        self._lock = Lock()
        self._held: list[OpenedLink] = []
        self._judged: datetime | None = None

    def client(self, address: str, user_agent: str) -> str:
        """Give the name under which a client is known for some seconds; nobody can work back from it."""
        return hashlib.blake2b(f"{address}\n{user_agent}".encode(), key=self._salt, digest_size=16).hexdigest()

    def add(self, opened: OpenedLink) -> None:
        """Hold an opened link until it can be judged."""
        with self._lock:
            if len(self._held) < MOST_HELD:
                self._held.append(opened)

    @property
    def held(self) -> int:
        """How many opened links are in memory."""
        return len(self._held)

    def settle(self, until: datetime) -> list[OpenedLink]:
        """Judge what was opened up to then and not judged before; gives what people opened."""
        with self._lock:
            since = self._judged
            people = [one for one in by_people(self._held) if one.at <= until and (since is None or one.at > since)]
            self._judged = max(until, since) if since else until
            self._held = [one for one in self._held if one.at > until - HASTE]
        return people

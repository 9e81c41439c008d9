"""The outbox's side of the provider seam, remembered: what was pulled, intended, fenced and reported."""

import threading
import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence

from newsletter.providers.provider import Envelope, Key, Outcome, Outgoing
from newsletter.rendering.message import Parts


def make_outgoing(number: int, *, sender: str = "news@example.org", recipient: str = "", size: int = 0) -> Outgoing:
    """Make a delivery in both forms: its mail names its key, and has lines that look like trouble."""
    recipient = recipient or f"reader{number}@example.org"
    key = f"issue:12:{number}"
    head = f"From: news@example.org\r\nTo: {recipient}\r\nMessage-ID: <{number}@example.org>\r\nX-Key: {key}\r\n\r\n"
    body = f"Number {number}, . inside\r\n=2E a dot\r\n \r\n\r\nQUIT\r\n" + "x" * 76 * (size // 76) + "\r\n"
    return Outgoing(
        key=key,
        envelope=Envelope(sender, recipient),
        mime=(head + body).encode(),
        parts=Parts(
            sender="Newsroom <news@example.org>",
            to=recipient,
            reply_to="newsroom@example.org",
            subject=f"Number {number}, grüße",
            html=f"<p>{number} é</p>",
            text=f"{number} é\n",
            headers=(
                ("Message-ID", f"<{number}@example.org>"),
                ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
            ),
        ),
    )


class HandOver:
    """`pull` as outgoing, `intend` and `report`; says afterwards what happened."""

    def __init__(self, *, fenced: Collection[Key] = (), seconds: float = 0.0) -> None:
        self.pulled: list[Key] = []
        self.intended: list[Key] = []
        self.groups: list[int] = []
        self.reported: list[tuple[Key, Outcome]] = []
        self.most_ahead = 0  # pulled and not yet reported, at a time
        self.too_early: list[Key] = []  # accepted at the other side and not intended
        self._fenced = frozenset(fenced)
        self._seconds = seconds
        self._lock = threading.Lock()

    def pull(self, messages: Iterable[Outgoing]) -> Iterator[Outgoing]:
        for outgoing in messages:
            with self._lock:
                self.pulled.append(outgoing.key)
                self.most_ahead = max(self.most_ahead, len(self.pulled) - len(self.reported))
            yield outgoing

    def intend(self, keys: Sequence[Key]) -> Collection[Key]:
        if self._seconds:
            time.sleep(self._seconds)
        granted = [key for key in keys if key not in self._fenced]
        with self._lock:
            self.groups.append(len(keys))
            self.intended += granted
        return granted

    def report(self, key: Key, outcome: Outcome) -> None:
        with self._lock:
            self.reported.append((key, outcome))

    def accepted_at_other_side(self, key: Key) -> None:
        """Called by a fake when it takes responsibility."""
        if key not in self.intended:
            self.too_early.append(key)

    @property
    def outcomes(self) -> dict[Key, Outcome]:
        """Give the outcome of each; fails if one was reported twice."""
        twice = [key for key, count in Counter(key for key, _ in self.reported).items() if count > 1]
        assert not twice, f"reported more than once: {twice}"
        return dict(self.reported)

    def of(self, number: int) -> Outcome:
        """Give the outcome of the delivery that make_outgoing(number) made."""
        return self.outcomes[f"issue:12:{number}"]

"""The whole path, choosing included, over real SMTP into a fast sink: personal digests against a plain blast.

Both sides are the same engine, the same readers and the same number of cards; outcomes are durable (SQLite, FULL). The
signature is not there yet, so the personal part is a larger share here than it will be.
"""

import tempfile
import threading
from pathlib import Path

from benchmarks.figure import show, wall_rate
from benchmarks.sending_home import CARDS, open_with_sink, prepare
from benchmarks.sink import fast_sink
from newsletter.app.app import App
from newsletter.app.sender import drain, sending
from newsletter.db.engine import reading
from newsletter.issues.issue import Issue
from newsletter.outbox.plan import plan_some
from newsletter.outbox.report_store import counts_of

_READERS, _PAIRS = 5000, 3


def main() -> None:
    """Print the rates and their ratio."""
    ratios, personal_rates = [], []
    for pair in range(_PAIRS + 1):  # the first warms up
        personal = _run("digest")
        plain = _run("selection")
        if pair:
            ratios.append(personal / plain)
            personal_rates.append(personal)
    ratios.sort(), personal_rates.sort()
    middle = len(ratios) // 2
    show("send_personal", personal_rates[middle], "deliveries/s", n=_READERS, note=f"{CARDS} cards, unsigned, SQLite")
    show("send_personal_vs_plain", ratios[middle], "ratio", n=_PAIRS, note="whole path, the same engine, fast sink")


def _run(kind: str) -> float:
    with tempfile.TemporaryDirectory() as folder, fast_sink() as sink:
        app = open_with_sink(Path(folder), sink.port)
        issue = prepare(app, kind, _READERS)
        while plan_some(app.engine, app.provider_names, app.clock):
            pass
        rate = wall_rate(lambda: _send(app, issue))
        app.close()
    assert sink.accepted == _READERS, sink.accepted
    return rate


def _send(app: App, issue: Issue) -> int:
    with sending(app) as outbox:
        drain(app, outbox, stop=threading.Event())
    with reading(app.engine) as db:
        counts = counts_of(db, issue.id)
    assert counts.accepted == _READERS, counts
    return counts.accepted


if __name__ == "__main__":
    main()

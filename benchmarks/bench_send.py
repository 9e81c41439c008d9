"""The whole path, choosing included, over real SMTP into a fast sink: personal digests against a plain blast.

Both sides are the same engine, the same readers and the same number of cards; outcomes are durable (SQLite, FULL). The
signature is not there yet, so the personal part is a larger share here than it will be.
"""

import random
import tempfile
import threading
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, insert

from benchmarks.figure import show, wall_rate
from benchmarks.sample import NOW, posts, topics
from benchmarks.sink import fast_sink
from newsletter.app.app import App, make_home, open_app
from newsletter.app.sender import drain, sending
from newsletter.base.clock import FixedClock
from newsletter.base.ids import PostId
from newsletter.db.engine import reading, writing
from newsletter.issues import sending_store
from newsletter.issues import store as issue_store
from newsletter.issues.approve import approve
from newsletter.issues.assemble import assemble, new_issue
from newsletter.issues.freeze import freeze
from newsletter.issues.issue import Issue, PostEdit
from newsletter.issues.recipe import Recipe
from newsletter.outbox.plan import plan_some
from newsletter.outbox.report_store import counts_of
from subscribers.lists.keep import put_list
from subscribers.tables import subscribers, subscriptions, wishes

_READERS, _POSTS, _CARDS, _PAIRS = 5000, 60, 12, 3


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
    show("send_personal", personal_rates[middle], "deliveries/s", n=_READERS, note=f"{_CARDS} cards, unsigned, SQLite")
    show("send_personal_vs_plain", ratios[middle], "ratio", n=_PAIRS, note="whole path, the same engine, fast sink")


def _run(kind: str) -> float:
    with tempfile.TemporaryDirectory() as folder, fast_sink() as sink:
        home = Path(folder)
        settings = f'[[provider]]\nname = "sink"\nurl = "smtp://127.0.0.1:{sink.port}"\n'
        make_home(home, settings)
        app = open_app(home, FixedClock(NOW))
        issue = _prepare(app, kind)
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


def _prepare(app: App, kind: str) -> Issue:
    with writing(app.engine) as db:
        put_list(db, "members", name="Members", opt_in="single", now=NOW)
        newsletter = issue_store.put_newsletter(db, _recipe(), now=NOW - timedelta(days=1))
        _add_readers(db)
    if kind == "digest":
        issue = assemble(app.engine, newsletter, now=NOW)
    else:
        issue = new_issue(app.engine, newsletter, kind, now=NOW, by="bench")
    edits = (
        [] if kind == "digest" else [PostEdit(post_id=PostId(number), pick=number) for number in range(1, _CARDS + 1)]
    )
    with writing(app.engine) as db:
        for edit in edits:
            issue_store.save_edit(db, issue.id, edit)
    frozen = freeze(issue, newsletter.recipe, topics(), posts(_POSTS, random.Random(1)), edits, layout_hash="")
    issue = approve(app.engine, issue, frozen, by="bench", now=NOW)
    with writing(app.engine) as db:
        sending_store.let_go(db, issue.id, at=NOW)
    return issue


def _recipe() -> Recipe:
    return Recipe.model_validate(
        {
            "slug": "weekly",
            "name": "Personalised Medicine Weekly",
            "from": "Newsroom <news@example.org>",
            "postal_address": "Example Street 1, 53227 Bonn, Germany",
            "lists": ["members"],
            "max_posts": _CARDS,
        }
    )


def _add_readers(db: Connection) -> None:
    chance = random.Random(3)
    ids = range(1, _READERS + 1)
    people = [
        {
            "id": number,
            "address": f"reader{number}@example.org",
            "address_key": f"reader{number}@example.org",
            "address_hash": f"{number:064x}",
            "domain": "example.org",
            "name": f"Reader {number}",
            "language": "en",
            "created_at": NOW,
            "updated_at": NOW,
        }
        for number in ids
    ]
    db.execute(insert(subscribers), people)
    standing = {"list_id": 1, "state": "active", "changed_at": NOW}
    db.execute(insert(subscriptions), [{"subscriber_id": number, **standing} for number in ids])
    follows = [
        {"subscriber_id": number, "key": f"topic:t{topic}", "kind": "follow", "since": NOW}
        for number in ids
        for topic in chance.sample(range(1, 9), 5)
    ]
    db.execute(insert(wishes), follows)


if __name__ == "__main__":
    main()

"""A home with readers and an approved issue, about to be sent: what the benchmarks of sending begin with."""

import random
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, insert

from benchmarks.sample import NOW, posts, topics
from newsletter.app.app import App, make_home, open_app
from newsletter.base.clock import FixedClock
from newsletter.base.ids import PostId
from newsletter.db.engine import writing
from newsletter.issues import sending_store
from newsletter.issues import store as issue_store
from newsletter.issues.approve import approve
from newsletter.issues.assemble import assemble, new_issue
from newsletter.issues.freeze import freeze
from newsletter.issues.issue import Issue, PostEdit
from newsletter.issues.recipe import Recipe
from subscribers.lists.keep import put_list
from subscribers.tables import subscribers, subscriptions, wishes

CARDS = 12
_POSTS, _CHUNK = 60, 10_000


def open_with_sink(home: Path, port: int) -> App:
    """Make and open a home whose one provider is a sink on this machine."""
    make_home(home, f'[[provider]]\nname = "sink"\nurl = "smtp://127.0.0.1:{port}"\n')
    return open_app(home, FixedClock(NOW))


def prepare(app: App, kind: str, readers: int) -> Issue:
    """Add readers, and approve an issue of this kind for them."""
    with writing(app.engine) as db:
        put_list(db, "members", name="Members", opt_in="single", now=NOW)
        newsletter = issue_store.put_newsletter(db, _recipe(), now=NOW - timedelta(days=1))
    for start in range(1, readers + 1, _CHUNK):
        with writing(app.engine) as db:
            _add_readers(db, range(start, min(start + _CHUNK, readers + 1)))
    if kind == "digest":
        issue = assemble(app.engine, newsletter, now=NOW)
    else:
        issue = new_issue(app.engine, newsletter, kind, now=NOW, by="bench")
    edits = (
        [] if kind == "digest" else [PostEdit(post_id=PostId(number), pick=number) for number in range(1, CARDS + 1)]
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
            "max_posts": CARDS,
        }
    )


def _add_readers(db: Connection, ids: range) -> None:
    chance = random.Random(ids.start)
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

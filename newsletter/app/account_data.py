"""All that a home keeps about one person, as they see it and as they take it along: complete, and read by machines.

It is everything but the code that the programs themselves make of it: tokens, keys, numbers of rows.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from newsletter.app.app import App
from newsletter.base.errors import NotFound
from newsletter.base.ids import IssueId, PostId
from newsletter.db.engine import reading
from newsletter.feedback import store as feedback_store
from newsletter.issues import store as issue_store
from newsletter.issues.digest import chosen_posts, unpack_choice
from newsletter.outbox import reader_store
from newsletter.outbox.reader_store import Got
from newsletter.sources import post_store
from subscribers.people.everything import Everything, everything_of
from subscribers.wishes.profile import THE_NEWSLETTERS_HOUR, Preferences

_OF_PROGRAMS = {"address_key", "import_id", "import_line", "subscriber_id"}


@dataclass(frozen=True, slots=True)
class Delivery:
    """A mail as its reader is told of it."""

    what: str  # the issue as people call it, or the kind of a notice
    newsletter: str  # its name; empty for a notice
    state: str
    reason: str
    at: datetime
    stories: tuple[dict[str, str], ...]  # of each its title and why it was chosen
    answers: tuple[str, ...]  # the mail server's own words


@dataclass(frozen=True, slots=True)
class AccountData:
    """All that is kept about a person."""

    kept: Everything
    deliveries: tuple[Delivery, ...]
    events: tuple[dict[str, Any], ...]


def data_of(app: App, subscriber_id: int) -> AccountData:
    """Gather it. Raises UnknownSubscriber."""
    with reading(app.engine) as db:
        kept = everything_of(db, subscriber_id)
        got = reader_store.deliveries_of(db, subscriber_id)
        names = {one: _issue(db, one) for one in {row.issue_id for row in got if row.issue_id is not None}}
        events = feedback_store.events_of(db, subscriber_id)
        titles = _titles(db, got)
    deliveries = tuple(_delivery(row, names, titles) for row in got)
    return AccountData(kept, deliveries, tuple(dict(row) for row in events))


def as_json(data: AccountData, *, now: datetime) -> str:
    """Give it as JSON, with times in ISO 8601."""
    kept = data.kept
    texts = kept.texts
    content = {
        "made_at": now,
        "person": _told(asdict(kept.person)),
        "lists": [
            {**_told(asdict(one)), "name": kept.list_names.get(one.list_slug, ""), "came_by_import": one.import_id}
            for one in kept.subscriptions
        ],
        "imports": [asdict(one) for one in kept.origins],
        "wishes": [asdict(one) for one in kept.wishes],
        "preferences": {scope: _wanted(one) for scope, one in kept.preferences.items()},
        "consents": [{**_told(asdict(one)), "words_shown": texts.get(one.text_hash, "")} for one in kept.consents],
        "suppressions": [asdict(one) for one in kept.suppressions],
        "not_asked_until": kept.asking_rests,
        "replaced_by_imports": [{"import": number, **json.loads(before)} for number, before in kept.replaced],
        "links": [_told(one._asdict()) for one in kept.links],
        "deliveries": [asdict(one) for one in data.deliveries],
        "told_by_mailboxes": list(data.events),
    }
    return json.dumps(content, ensure_ascii=False, indent=2, default=_plain)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _wanted(one: Preferences) -> dict[str, Any]:
    """Give what is wanted of one newsletter, in words where the tables have a code."""
    return {**one, "hour": "the newsletter's own"} if one.get("hour") == THE_NEWSLETTERS_HOUR else {**one}


def _told(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in _OF_PROGRAMS}


def _issue(db: Connection, issue_id: int) -> tuple[str, str]:
    try:
        issue = issue_store.issue_by_id(db, IssueId(issue_id))
        return issue.name, issue_store.newsletter_by_id(db, issue.newsletter_id).recipe.name
    except NotFound:
        return f"issue {issue_id}", ""


def _titles(db: Connection, got: list[Got]) -> dict[PostId, str]:
    ids = {post_id for row in got if row.choice for post_id in chosen_posts(row.choice)}
    return {post.id: post.title for post in post_store.posts_by_ids(db, sorted(ids))}


def _delivery(row: Got, names: dict[int, tuple[str, str]], titles: dict[PostId, str]) -> Delivery:
    kind = str(json.loads(row.notice).get("kind", "")) if row.notice else ""
    what, newsletter = names[row.issue_id] if row.issue_id is not None else (f"notice: {kind}", "")
    chosen = unpack_choice(row.choice)[0] if row.choice else ()
    stories = tuple({"title": titles.get(one.post_id, ""), "why": one.reason.name.lower()} for one in chosen)
    return Delivery(what, newsletter, row.state, row.reason, row.at, stories, row.answers)

"""The topics of posts by an editor's hand, and why a post has each of its topics."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from newsletter.app.app import App
from newsletter.base.errors import NotFound, UsageError
from newsletter.base.ids import PostId
from newsletter.db import audit
from newsletter.db.engine import reading, writing
from newsletter.sources import submission_store, topic_store
from newsletter.sources.cleaning.topics import EDITOR, REMOVED, WHOLE, Assigned, TopicRules
from newsletter.sources.post import Post


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicChanges:
    """What an editor wants of a post's topics: some added and taken off, or exactly these."""

    add: tuple[str, ...] = ()
    take_off: tuple[str, ...] = ()
    exactly: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a post and its topics came from."""

    topics: Assigned
    sender: str  # empty: nobody sent it in by a form


def origins_of(app: App, posts: Sequence[Post]) -> dict[PostId, Origin]:
    """Tell where posts and their topics came from."""
    ids = [post.id for post in posts]
    with reading(app.engine) as db:
        senders = submission_store.senders_of(db, ids)
        found = topic_store.reasons_of(db, ids)
    return {post_id: Origin(topics=topics, sender=senders.get(post_id, "")) for post_id, topics in found.items()}


def topics_of_post(app: App, number: int) -> Assigned:
    """Give the topics of a post and why it has each."""
    with reading(app.engine) as db:
        return topic_store.topics_of(db, PostId(number))


def change_topics(app: App, number: int, changes: TopicChanges, *, by: str) -> Assigned:
    """Change the topics of a post for good: what later comes from its source leaves them so."""
    now = app.clock.now()
    with writing(app.engine) as db:
        topics = topic_store.all_topics(db)
        _refuse_unknown({*changes.add, *changes.take_off, *(changes.exactly or ())}, {one.slug for one in topics})
        present = topic_store.topics_of(db, PostId(number))
        changed = _changed(TopicRules(topics), present, changes)
        if changed != present:
            topic_store.revise_topics(db, PostId(number), changed, now=now)
            details = json.dumps({"before": present.topics, "after": changed.topics})
            audit.record(db, at=now, who=by, act="post.topics", subject=f"post:{number}", details=details)
    return changed


def _changed(rules: TopicRules, present: Assigned, changes: TopicChanges) -> Assigned:
    if changes.exactly is not None:
        by_hand = {WHOLE: EDITOR, **dict.fromkeys(changes.exactly, EDITOR)}
        return Assigned(rules.ordered(changes.exactly), by_hand)
    both = sorted({*changes.add} & {*changes.take_off})
    if both:
        raise UsageError(f"{both[0]} cannot be both added and taken off")
    reasons = {slug: present.reasons.get(slug, "") for slug in present.topics}
    reasons.update((slug, why) for slug, why in present.reasons.items() if why == REMOVED or slug == WHOLE)
    reasons.update(dict.fromkeys(changes.add, EDITOR))
    reasons.update(dict.fromkeys(changes.take_off, REMOVED))
    return Assigned(rules.ordered(_held(reasons)), reasons)


def _held(reasons: dict[str, str]) -> list[str]:
    return [slug for slug, why in reasons.items() if why != REMOVED and slug != WHOLE]


def _refuse_unknown(named: Collection[str], known: Collection[str]) -> None:
    unknown = sorted({*named} - {*known})
    if unknown:
        raise NotFound(f"there is no topic {', '.join(unknown)}; there are: {', '.join(sorted(known)) or 'none'}")

"""What a person got of an issue, each story with why, from the stored choice. A sensitive topic is never named."""

from dataclasses import dataclass

from sqlalchemy import Connection

from newsletter.base.errors import NotFound
from newsletter.issues.digest import Chosen, unpack_choice
from newsletter.outbox import report_store
from newsletter.outbox.delivery import issue_key
from newsletter.rendering.reasons import ReasonsToday
from newsletter.rendering.strings import direction
from newsletter.sources import post_store, topic_store
from newsletter.sources.post import Post
from newsletter.web.bearer import Bearer


@dataclass(frozen=True, slots=True)
class Got:
    """One story of a mail."""

    title: str
    language: str  # empty: unknown
    direction: str
    reason: str


def stories_got(db: Connection, bearer: Bearer) -> list[Got]:
    """Give the stories of the mail that holds the link, short of what was withdrawn since; none where none is known."""
    if bearer.person is None:
        return []
    try:
        packed = report_store.delivery_by_key(db, issue_key(bearer.issue.id, bearer.person.id)).choice
    except NotFound:
        return []
    chosen = unpack_choice(packed)[0] if packed else ()
    reasons = ReasonsToday(topic_store.all_topics(db), bearer.strings)
    withdrawn = post_store.withdrawn_among(db, [one.post_id for one in chosen])
    posts = {post.id: post for post in post_store.posts_by_ids(db, [one.post_id for one in chosen])}
    return [
        Got(
            title=posts[one.post_id].title,
            language=posts[one.post_id].language,
            direction=direction(posts[one.post_id].language),
            reason=_words(reasons, one, posts[one.post_id]),
        )
        for one in chosen
        if one.post_id in posts and one.post_id not in withdrawn
    ]


def _words(reasons: ReasonsToday, one: Chosen, post: Post) -> str:
    return reasons.words(one.reason, one.topic_id, source_name=post.source_name, topics=post.topics)

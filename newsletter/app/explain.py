"""What one person got of an issue and why, in the words of the delivery and of the choice."""

from dataclasses import dataclass

from newsletter.app.app import App
from newsletter.base.errors import NotFound
from newsletter.db.engine import reading
from newsletter.issues import store as issue_store
from newsletter.issues.digest import Chosen, unpack_choice
from newsletter.issues.issue import Issue
from newsletter.issues.recipe import Recipe
from newsletter.outbox import report_store
from newsletter.outbox.delivery import Attempt, Delivery, issue_key
from newsletter.sources import post_store, topic_store
from newsletter.sources.post import Post
from subscribers.doors import still_mailable
from subscribers.people.find import find_by_address
from subscribers.subscriber import NotMailable


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A delivery's whole story. Without a delivery, `why_none` says why there is none."""

    issue: Issue
    delivery: Delivery | None
    chosen: list[tuple[Chosen, Post]]
    more: int
    topics: dict[int, str]  # names of those that may be told, by id
    attempts: list[Attempt]
    why_none: str


def explain(app: App, address: str, name: str) -> Explanation:
    """Tell what the person with an address got of an issue, and why."""
    with reading(app.engine) as db:
        issue = issue_store.issue_by_name(db, name)
        person = find_by_address(db, address)
        try:
            delivery = report_store.delivery_by_key(db, issue_key(issue.id, person.id))
        except NotFound:
            recipe = issue_store.newsletter_by_id(db, issue.newsletter_id).recipe
            answer = still_mailable(db, [person.id], recipe.lists, opt_out=f"newsletter:{recipe.slug}")[person.id]
            why = answer.reason if isinstance(answer, NotMailable) else _not_planned(issue, recipe)
            return Explanation(issue=issue, delivery=None, chosen=[], more=0, topics={}, attempts=[], why_none=why)
        chosen, more = unpack_choice(delivery.choice) if delivery.choice else ((), 0)
        posts = {post.id: post for post in post_store.posts_by_ids(db, [one.post_id for one in chosen])}
        return Explanation(
            issue=issue,
            delivery=delivery,
            chosen=[(one, posts[one.post_id]) for one in chosen],
            more=more,
            topics={topic.id: topic.name for topic in topic_store.all_topics(db) if not topic.sensitive},
            attempts=report_store.attempts_of(db, delivery.id),
            why_none="",
        )


def _not_planned(issue: Issue, recipe: Recipe) -> str:
    if issue.planned_at is None:
        return f"the issue is {issue.state.value}; its deliveries are not planned yet"
    return f"was not on {', '.join(recipe.lists)} when the issue was planned"

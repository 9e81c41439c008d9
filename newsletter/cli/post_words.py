"""How posts read, as JSON and in a table."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from newsletter.app.post_topics import Origin
    from newsletter.sources.cleaning.topics import Assigned
    from newsletter.sources.post import CallDetails, EventDetails, Post

POST_HEADS = ("post", "kind", "state", "language", "published", "source", "owner", "title")
MAY_SHRINK = ("title", "owner", "source", "sent in by")  # on a narrow terminal
MAY_GO = ("owner", "language", "kind", "state", "source", "published", "sent in by")  # on one that is narrower still
_FEW = 5
_WHY = {
    "source": "all posts of its source are on it",
    "post": "the post itself says so",
    "category": "its publisher's category {named}",
    "keyword": "the keyword {named} in its text",
    "editor": "an editor said so",
    "sender": "its sender said so",
    "removed": "taken off by an editor",
}


def post_json(post: "Post") -> dict[str, Any]:
    """Give a post as `post list --json` promises it."""
    return {
        "post": post.id,
        "story": post.story_id,
        "source": post.source,
        "owner": owner_of(post),
        "title": post.title,
        "url": post.url,
        "language": post.language,
        "topics": list(post.topics),
        "published_at": post.published_at,
        "kind": post.kind.value,
        "state": post.state.value,
        "gone_at": post.gone_at,
    }


def origin_json(origin: "Origin") -> dict[str, Any]:
    """Give where a post and its topics came from."""
    return {"why": dict(origin.topics.reasons), "submitted_by": origin.sender}


def owner_of(post: "Post") -> str:
    """Give who publishes a post, where its source says it; else its source's name is all that is known."""
    return "" if post.source_name == post.source else post.source_name


def post_row(post: "Post") -> tuple[object, ...]:
    """Give a post as a row under POST_HEADS."""
    published = f"{post.published_at:%Y-%m-%d}" if post.published_at else "-"
    state = f"gone since {post.gone_at:%Y-%m-%d}" if post.gone_at else post.state.value
    return post.id, post.kind.value, state, post.language or "-", published, post.source, owner_of(post), post.title


def list_notes(posts: "Sequence[Post]") -> list[str]:
    """Say what a row by itself does not: which posts are one story, and which candidates few readers can get."""
    stories: dict[int, list[int]] = {}
    for post in posts:
        stories.setdefault(post.story_id, []).append(post.id)
    notes = [
        f"{_numbers(sorted(ids))} are one story: a reader gets one of them" for ids in stories.values() if len(ids) > 1
    ]
    bare = sorted(post.id for post in posts if post.state == "candidate" and not post.topics)
    if bare and any(post.topics for post in posts):
        what = f"{len(bare)} candidates have no topic" if len(bare) > _FEW else f"{_numbers(bare)} without a topic"
        notes += [f"{what}: who follows topics gets none of it", f"  newsletter post topics {bare[0]} +SLUG"]
    return notes


def _numbers(ids: Sequence[int]) -> str:
    *most, last = (str(one) for one in ids)
    return f"{', '.join(most)} and {last}" if most else last


def why_words(why: str) -> str:
    """Say why a post has a topic: the category or the keyword, or who said so."""
    kind, _, named = why.partition(":")
    words = _WHY.get(kind, why or "not known")
    return words.replace("{named}", f"'{named}'")


def why_lines(assigned: "Assigned") -> list[str]:
    """Give a line for each topic of a post with why it has it, and for each that an editor took off."""
    reasons: Mapping[str, str] = assigned.reasons
    off = [slug for slug, why in reasons.items() if why == "removed"]
    lines = [f"{slug}: {why_words(reasons.get(slug, ''))}" for slug in (*assigned.topics, *off)]
    return [*lines, "all of them: an editor said which"] if "*" in reasons else lines


def event_fields(event: "EventDetails | None") -> dict[str, str]:
    """Give an event's details as people read them: its days and hours in its own zone."""
    if event is None:
        return {}
    zone = event.zone or "UTC"
    when = _moment(event.starts_at, zone, all_day=event.all_day)
    if event.ends_at is not None:
        when = f"{when} to {_moment(event.ends_at, zone, all_day=event.all_day)}"
    return {
        "when": when if event.all_day else f"{when} ({zone})",
        "place": event.place,
        "livestream": event.livestream_url,
        "register by": _moment(event.register_by, zone, all_day=True) if event.register_by else "",
    }


def call_fields(call: "CallDetails | None") -> dict[str, str]:
    """Give a call's details as people read them."""
    if call is None:
        return {}
    zone = call.zone or "UTC"
    deadline = _moment(call.deadline, zone, all_day=call.all_day) if call.deadline else ""
    return {
        "deadline": deadline if call.all_day or not deadline else f"{deadline} ({zone})",
        "countries": " ".join(call.countries),
        "page": call.page_url,
    }


def _moment(at: "datetime", zone: str, *, all_day: bool) -> str:
    from zoneinfo import ZoneInfo

    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%Y-%m-%d}" if all_day else f"{local:%Y-%m-%d %H:%M}"

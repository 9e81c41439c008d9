"""How posts read, as JSON and in a table."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from newsletter.app.post_topics import Origin
    from newsletter.sources.cleaning.topics import Assigned
    from newsletter.sources.post import Post

POST_HEADS = ("post", "kind", "state", "language", "published", "source", "title")
_TITLE_WIDTH = 70
_WHY = {
    "source": "the source's topic",
    "editor": "an editor",
    "sender": "its sender",
    "removed": "taken off by an editor",
}


def post_json(post: "Post") -> dict[str, Any]:
    """Give a post as `post list --json` promises it."""
    return {
        "post": post.id,
        "source": post.source_name,
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


def post_row(post: "Post") -> tuple[object, ...]:
    """Give a post as a row under POST_HEADS."""
    published = f"{post.published_at:%Y-%m-%d}" if post.published_at else "-"
    title = post.title if len(post.title) <= _TITLE_WIDTH else post.title[: _TITLE_WIDTH - 1] + "…"
    state = f"gone since {post.gone_at:%Y-%m-%d}" if post.gone_at else post.state.value
    return post.id, post.kind.value, state, post.language or "-", published, post.source_name, title


def why_words(why: str) -> str:
    """Say why a post has a topic: the category or the keyword, or who said so."""
    kind, _, named = why.partition(":")
    return f"{kind} '{named}'" if named else _WHY.get(why, why or "not known")


def why_lines(assigned: "Assigned") -> list[str]:
    """Give a line for each topic of a post with why it has it, and for each that an editor took off."""
    reasons: Mapping[str, str] = assigned.reasons
    off = [slug for slug, why in reasons.items() if why == "removed"]
    lines = [f"{slug}: {why_words(reasons.get(slug, ''))}" for slug in (*assigned.topics, *off)]
    return [*lines, "all of them: set by an editor"] if "*" in reasons else lines

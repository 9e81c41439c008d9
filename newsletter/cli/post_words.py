"""How posts read, as JSON and in a table."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from newsletter.sources.post import Post

POST_HEADS = ("post", "kind", "state", "language", "published", "source", "title")
_TITLE_WIDTH = 70


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


def post_row(post: "Post") -> tuple[object, ...]:
    """Give a post as a row under POST_HEADS."""
    published = f"{post.published_at:%Y-%m-%d}" if post.published_at else "-"
    title = post.title if len(post.title) <= _TITLE_WIDTH else post.title[: _TITLE_WIDTH - 1] + "…"
    state = f"gone since {post.gone_at:%Y-%m-%d}" if post.gone_at else post.state.value
    return post.id, post.kind.value, state, post.language or "-", published, post.source_name, title

"""How posts read, as JSON and in a table."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from newsletter.sources.post import CallDetails, EventDetails, Post

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
    }


def post_row(post: "Post") -> tuple[object, ...]:
    """Give a post as a row under POST_HEADS."""
    published = f"{post.published_at:%Y-%m-%d}" if post.published_at else "-"
    title = post.title if len(post.title) <= _TITLE_WIDTH else post.title[: _TITLE_WIDTH - 1] + "…"
    return post.id, post.kind.value, post.state.value, post.language or "-", published, post.source_name, title


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

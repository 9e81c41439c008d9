"""How sources and their health read."""

from typing import TYPE_CHECKING, Any

from newsletter.cli.words import day, day_and_hour

if TYPE_CHECKING:
    from newsletter.sources.health import Health
    from newsletter.sources.source import Source

SOURCE_HEADS = ("source", "kind", "last good", "a month", "newest")


def a_kind(kind: str) -> str:
    """Say what a source is: a feed, an index."""
    return f"{'an' if kind[:1] in 'aeiou' else 'a'} {kind}"


def source_json(source: "Source") -> dict[str, Any]:
    """Give a source with what its polling left."""
    return {
        "source": source.name,
        "kind": source.kind.value,
        "url": source.url,
        "topics": list(source.topics),
        "language": source.language,
        "owner": source.owner,
        "last_fetch_at": source.last_fetch_at,
        "last_good_at": source.last_good_at,
        "last_error": source.last_error,
        "last_problems": source.last_problems.splitlines(),
        "error_count": source.error_count,
        "failing_since": source.failing_since,
        "moved_to": source.moved_to,
        "next_fetch_at": source.next_fetch_at,
    }


def health_json(health: "Health") -> dict[str, Any]:
    """Give a source with its health: what stands in its row, and what follows from its posts."""
    return {
        **source_json(health.source),
        "posts_a_month": health.posts_a_month,
        "newest_post_at": health.newest,
        "stale_since": health.stale_since,
        "quiet_since": health.quiet_since,
    }


def health_row(health: "Health") -> tuple[object, ...]:
    """Give a source as a row under SOURCE_HEADS."""
    return (
        health.source.name,
        health.source.kind.value,
        last_good(health),
        f"{health.posts_a_month:g}",
        day(health.newest),
    )


def health_notes(health: "Health") -> tuple[str, ...]:
    """Give what stands below the row: where it is read, when next, and what is wrong."""
    source = health.source
    if not source.url:
        return (trouble_words(health),)
    next_look = f"next look {day_and_hour(source.next_fetch_at)}" if source.next_fetch_at else "next look now"
    moved = f"moved to {source.moved_to}" if source.moved_to else ""
    trouble = trouble_words(health)
    return source.url, moved, next_look, f"trouble: {trouble}" if trouble else ""


def last_good(health: "Health") -> str:
    """Say when a source was read last without an error."""
    at = health.source.last_good_at
    return day_and_hour(at) if at else "never"


def trouble_words(health: "Health") -> str:
    """Say what is wrong with a source and since when; empty when nothing is."""
    from newsletter.sources.health import failing_words, is_failing

    source = health.source
    if is_failing(source):
        return failing_words(source)
    quiet = f"quiet since {health.quiet_since:%Y-%m-%d}" if health.quiet_since else ""
    return "; ".join([*filter(None, [quiet]), *source.last_problems.splitlines()])

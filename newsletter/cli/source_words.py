"""How sources and their health read."""

from typing import TYPE_CHECKING, Any

from newsletter.cli.words import day_and_hour

if TYPE_CHECKING:
    from newsletter.sources.source import Source

SOURCE_HEADS = ("source", "kind", "last good", "trouble", "address")


def source_json(source: "Source") -> dict[str, Any]:
    """Give a source with its health."""
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
    }


def source_row(source: "Source") -> tuple[object, ...]:
    """Give a source as a row under SOURCE_HEADS."""
    good = day_and_hour(source.last_good_at) if source.last_good_at else "never"
    trouble = f"{source.last_error} ({source.error_count} in a row)" if source.last_error else ""
    trouble = trouble or "; ".join(source.last_problems.splitlines())
    return source.name, source.kind.value, good, trouble, source.url

"""`newsletter source check`: read sources without storing anything, beside their health so far."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from newsletter.cli.output import Json, emit, opened, table
from newsletter.cli.source_words import health_json, trouble_words
from newsletter.cli.words import day_and_hour

if TYPE_CHECKING:
    from newsletter.app.fetching import SourceCheck

_HEADS = ("source", "posts", "newest", "trouble", "last good", "posts a month", "next look", "trouble so far")


def check(
    context: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(help="sources; all without a name")] = None,
    *,
    as_json: Json = False,
) -> None:
    """Read sources now and tell what they would give; nothing is stored. Exit 1 when one cannot be read."""
    from newsletter.app.fetching import check_sources

    with opened(context) as app:
        checks = list(check_sources(app, names or []))
    emit([_json(one) for one in checks], table([_row(one) for one in checks], _HEADS), as_json=as_json)
    if any(one.error for one in checks):
        raise typer.Exit(1)


def _json(one: "SourceCheck") -> dict[str, Any]:
    return {
        "source": one.source,
        "posts": one.posts,
        "newest": one.newest,
        "problems": list(one.problems),
        "error": one.error,
        "health": health_json(one.health),
    }


def _row(one: "SourceCheck") -> tuple[object, ...]:
    stored = one.health.source
    return (
        one.source,
        one.posts,
        day_and_hour(one.newest),
        one.error or "; ".join(one.problems),
        day_and_hour(stored.last_good_at) if stored.last_good_at else "never",
        f"{one.health.posts_a_month:g}",
        day_and_hour(stored.next_fetch_at),
        trouble_words(one.health),
    )

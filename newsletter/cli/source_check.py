"""`newsletter source check`: read sources without storing anything, beside their health so far."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from newsletter.cli.output import Json, emit, listing, opened
from newsletter.cli.source_words import health_json, last_good, trouble_words
from newsletter.cli.words import day

if TYPE_CHECKING:
    from newsletter.app.fetching import SourceCheck

_HEADS = ("source", "posts", "newest", "last good", "a month")


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
    words = listing([_row(one) for one in checks], _HEADS, [_notes(one) for one in checks])
    emit([_json(one) for one in checks], words, as_json=as_json)
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
    return one.source, one.posts, day(one.newest), last_good(one.health), f"{one.health.posts_a_month:g}"


def _notes(one: "SourceCheck") -> list[str]:
    """Say what is wrong now, and what was when it was last polled, where that is something else."""
    now = [one.error] if one.error else list(one.problems)
    before = trouble_words(one.health)
    return [*(f"trouble: {words}" for words in now), f"so far: {before}" if before and before not in now else ""]

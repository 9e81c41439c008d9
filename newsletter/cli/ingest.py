"""`newsletter ingest`: fetch sources now."""

import sys
from typing import Annotated

import typer

from newsletter.cli.output import Json, emit, listing, opened, talk


def ingest(
    context: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(help="sources; all without a name")] = None,
    *,
    as_json: Json = False,
) -> None:
    """Fetch sources now and store what is new. Exit 1 when one of them could not be read."""
    from newsletter.app.fetching import ingest_now

    with opened(context) as app:
        reports = []
        for report in ingest_now(app, names or []):
            reports.append(report)
            if not as_json and sys.stderr.isatty():  # sources may take their time; the table tells it again
                talk(f"{report.source}: {report.error or f'{report.new} new, {report.updated} updated'}")
    rows = [(one.source, one.new, one.updated, one.unchanged, one.held, one.gone, one.joined) for one in reports]
    result = [
        {
            "source": one.source,
            "new": one.new,
            "updated": one.updated,
            "unchanged": one.unchanged,
            "held": one.held,
            "gone": one.gone,
            "joined": one.joined,
            "problems": list(one.problems),
            "error": one.error,
        }
        for one in reports
    ]
    notes = [(f"trouble: {one.error}" if one.error else "", *one.problems) for one in reports]
    words = listing(rows, ("source", "new", "updated", "unchanged", "held", "gone", "joined"), notes)
    emit(result, words if rows else "no source yet: newsletter source add URL", as_json=as_json)
    if any(one.error for one in reports):
        raise typer.Exit(1)

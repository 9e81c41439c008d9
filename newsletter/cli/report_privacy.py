"""`newsletter report privacy`: the sheet that a data-protection officer asks for."""

from dataclasses import asdict

import typer

from newsletter.cli.output import Json, emit, opened


def privacy(context: typer.Context, *, as_json: Json = False) -> None:
    """Write the record of processing (GDPR, Article 30) from the running settings, as Markdown.

    What only you know stands in square brackets.
    """
    from newsletter.app.privacy_report import privacy_report

    with opened(context) as app:
        report = privacy_report(app)
    lines = ["# What this newsletter stores about people", ""]
    for chapter in report.chapters:
        lines += [f"## {chapter.heading}", "", *(f"- {line}" for line in chapter.lines), ""]
    found = report.figures
    lines += ["## In numbers, now", ""]
    lines.append(f"- {found.people} people, {found.consents} records of consent")
    lines += [f"- subscriptions {state}: {count}" for state, count in sorted(found.subscriptions.items())]
    lines += [f"- suppressed, {kind}: {count}" for kind, count in sorted(found.suppressions.items())]
    emit(asdict(report), "\n".join(lines), as_json=as_json)

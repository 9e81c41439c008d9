"""`newsletter doctor`: what is wrong, and how to mend it."""

import typer

from newsletter.cli.output import Json, emit, home_of


def doctor(context: typer.Context, *, as_json: Json = False) -> None:
    """Check settings, database, providers, DNS records, sources and what waits. Exit 1 when something is wrong."""
    from newsletter.app.doctor import examine

    findings = list(examine(home_of(context)))
    marks = {"good": "ok  ", "warning": "look", "bad": "BAD "}
    lines = []
    for one in findings:
        lines.append(f"{marks[one.verdict]}  {one.what}: {one.words}")
        lines += [f"      {one.remedy}"] if one.remedy else []
    result = [{"what": one.what, "verdict": one.verdict, "words": one.words, "remedy": one.remedy} for one in findings]
    emit(result, "\n".join(lines), as_json=as_json)
    if any(one.verdict == "bad" for one in findings):
        raise typer.Exit(1)

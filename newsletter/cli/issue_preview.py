"""`newsletter issue preview`: exactly what a reader will get, before it leaves."""

import json
from pathlib import Path
from typing import Annotated

import typer

from newsletter.app.words import counted
from newsletter.cli.output import Json, emit, opened, talk
from newsletter.outbox.reason_words import reason_words


def preview(
    context: typer.Context,
    issue: Annotated[str, typer.Argument(help="an id, weekly/12, or weekly for its newest")],
    seen_as: Annotated[
        str | None, typer.Option("--as", help="the reader's address; without it a reader who said nothing")
    ] = None,
    out: Annotated[Path, typer.Option(help="folder for digest.html, digest.txt, digest.eml and why.json")] = Path(
        "preview"
    ),
    *,
    as_json: Json = False,
) -> None:
    """Write what a reader would get now. Exit 1 when that reader gets no mail; why.json says why."""
    from newsletter.app.assembling import stale_sources_beside
    from newsletter.app.preview import preview as make
    from newsletter.app.status import find_issue

    with opened(context) as app:
        made = make(app, find_issue(app, issue), address=seen_as)
        stale = stale_sources_beside(app, made.issue)
    out.mkdir(parents=True, exist_ok=True)
    why = {
        "issue": made.issue.id,
        "name": made.issue.name,
        "as": made.address,
        "subject": made.subject,
        "why_nothing": made.why_nothing,
        "chosen": [
            {"post": one.post_id, "title": one.title, "section": one.section, "reason": one.reason, "words": one.words}
            for one in made.chosen
        ],
        "left_out": [{"post": post, "title": title, "why": reason} for post, title, reason in made.left_out],
        "more": made.more,
    }
    (out / "why.json").write_text(json.dumps(why, ensure_ascii=False, indent=2), encoding="utf-8")
    for name in ("digest.html", "digest.txt", "digest.eml"):
        (out / name).unlink(missing_ok=True)  # of an earlier preview: must not pass for this one
    if not made.why_nothing:
        (out / "digest.html").write_text(made.html, encoding="utf-8")
        (out / "digest.txt").write_text(made.text, encoding="utf-8")
        (out / "digest.eml").write_bytes(made.mime)
    whom = made.address or "a reader who follows nothing"
    count = counted(len(made.chosen), "story", "stories")
    stories = f"{count} for {whom}: {made.subject}"
    words = f"no mail for {whom}: {reason_words(made.why_nothing)}" if made.why_nothing else stories
    emit({**why, "out": str(out)}, f"{words}\n{out}", as_json=as_json)
    if stale:
        talk(stale)
    if made.why_nothing:
        raise typer.Exit(1)

"""`newsletter subscriber import`: people from a CSV file, or from the ZIP that another system exports."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from newsletter.base.errors import UsageError
from newsletter.cli.output import Json, emit, opened, talk, who

if TYPE_CHECKING:
    from newsletter.app.app import App
    from newsletter.app.importing import PreparedImport
    from subscribers.importing.count import ImportCount
    from subscribers.importing.run import ImportReport

_SHOWN = 20  # refused rows printed; --json has them all
_COUNTS = ("added", "updated", "unchanged", "suppressed", "unconfirmed", "refused_count")


def import_(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(help="a CSV with the column address or email, or a ZIP", exists=True, dir_okay=False)
    ],
    list_slug: Annotated[str, typer.Option("--list", help="the list that they join")],
    consent: Annotated[
        str, typer.Option(help="the evidence for rows that bring none, e.g. 'paper forms, congress 2026'")
    ] = "",
    column: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            help="what a column means, e.g. 'Interests=topics'; 'Notes=' makes it an attribute; may be repeated",
        ),
    ] = None,
    ask_again: Annotated[
        bool, typer.Option("--ask-again", help="mail everybody without evidence, and ask them to confirm")
    ] = False,
    without_suppressions: Annotated[
        bool, typer.Option("--without-suppressions", help="take a ZIP that does not tell who left")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="exit 1 when a row was refused")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="import without asking")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only count what it would do")] = False,
    *,
    as_json: Json = False,
) -> None:
    """Import people. Before anything is written it says how many may be mailed, and on a terminal it asks.

    Rows without evidence of consent wait, unconfirmed, and are not mailed. Nobody who left comes back by an import.
    `newsletter subscriber undo-import` takes an import back.
    """
    from newsletter.app.importing import discard_import, prepare_import

    columns = dict(_told(one) for one in column or ())
    with opened(context) as app:
        prepared = prepare_import(
            app, file, list_slug, consent=consent, columns=columns, without_suppressions=without_suppressions
        )
        if not as_json:
            talk("\n".join(_count_lines(prepared)))
        if dry_run or not (yes or as_json or _is_wanted()):
            discard_import(prepared)
            emit({"counted": _count_json(prepared), "imported": False}, "nothing was imported", as_json=as_json)
            return
        result = _carry_out(app, prepared, is_quiet=as_json, asks=ask_again)
    emit(result, "\n".join(_lines(result)), as_json=as_json)
    if strict and result["refused_count"]:
        raise typer.Exit(1)


def _result(prepared: "PreparedImport", done: "list[tuple[int, ImportReport]]", asked: int | None) -> dict[str, Any]:
    reports = [report for _, report in done]
    return {
        "import": done[-1][0],
        "imports": [number for number, _ in done],
        **_total(reports),
        "refused": [{"line": line, "reason": reason} for one in reports for line, reason in one.refused],
        "counted": _count_json(prepared),
        "asked": asked,
    }


def _told(text: str) -> tuple[str, str]:
    theirs, equals, ours = text.rpartition("=")
    if not equals or not theirs.strip():
        raise UsageError(f"--map {text!r}: write it like 'Interests=topics'")
    return theirs, ours


def _is_wanted() -> bool:
    """Ask on a terminal. A script has said what it wants."""
    return not (sys.stdin.isatty() and sys.stderr.isatty()) or typer.confirm("Import them?", err=True)


def _carry_out(app: "App", prepared: "PreparedImport", *, is_quiet: bool, asks: bool) -> dict[str, Any]:
    done = _import_with_bar(app, prepared, is_quiet=is_quiet)
    asked = _ask_again(app, [number for number, _ in done]) if asks else None
    return _result(prepared, done, asked)


def _import_with_bar(app: "App", prepared: "PreparedImport", *, is_quiet: bool) -> "list[tuple[int, ImportReport]]":
    from newsletter.app.importing import carry_out_import
    from newsletter.cli.import_bar import bar

    with bar("importing", is_quiet=is_quiet) as show:
        return carry_out_import(app, prepared, by=who(), on_progress=show)


def _ask_again(app: "App", numbers: list[int]) -> int:
    from newsletter.app.asking_again import ask_again

    return sum(ask_again(app, number) for number in numbers)


def _total(reports: "list[ImportReport]") -> dict[str, Any]:
    total: dict[str, Any] = {name: sum(getattr(one, name) for one in reports) for name in _COUNTS}
    total["unknown_topics"] = {name: count for one in reports for name, count in one.unknown_topics.items()}
    return total


def _count_json(prepared: "PreparedImport") -> dict[str, Any]:
    count = prepared.count
    return {
        "rows": count.rows,
        "may_be_mailed": count.may_be_mailed,
        "suppressed": count.suppressed,
        "unconfirmed": count.unconfirmed,
        "refused": count.refused,
        "left_out": count.left_out,
        "reasons": dict(count.reasons),
        "examples": [{"file": file, "line": line, "reason": reason} for file, line, reason in count.examples],
        "unknown_topics": dict(count.unknown_topics),
        "left_aside": list(prepared.left_aside),
        "columns": {ours or "attributes": list(theirs) for ours, theirs in prepared.columns.items()},
        "columns_left_aside": list(prepared.columns_aside),
    }


def _count_lines(prepared: "PreparedImport") -> Iterator[str]:
    count = prepared.count
    names = ", ".join(one.name for one in prepared.files)
    yield f"{names}: {count.may_be_mailed} may be mailed, {count.suppressed} suppressed, {count.left_out} left out"
    yield from _columns(prepared)
    yield from _why_left_out(count, has_consent=bool(prepared.consent.strip()))
    if count.unknown_topics:
        shown = ", ".join(f"{name} ({rows})" for name, rows in count.unknown_topics.most_common(8))
        yield f"  there are no such topics, nobody will follow them: {shown}"
    if prepared.left_aside:
        yield f"  not about people, left aside: {', '.join(prepared.left_aside[:5])}"


def _columns(prepared: "PreparedImport") -> Iterator[str]:
    read = [f"{' and '.join(theirs)} as {ours}" for ours, theirs in prepared.columns.items() if ours]
    attributes = prepared.columns.get("", ())
    yield f"  read: {', '.join(read)}"
    if attributes:
        yield f"  kept as attributes, for segments: {', '.join(attributes)} (--map 'COLUMN=topics' reads one as topics)"
    if prepared.columns_aside:
        aside = ", ".join(prepared.columns_aside)
        yield f"  private, not taken over: {aside} (--map 'COLUMN=' keeps one, as an attribute)"


def _why_left_out(count: "ImportCount", *, has_consent: bool) -> Iterator[str]:
    if count.unconfirmed and has_consent:
        yield f"  {count.unconfirmed} are not confirmed in the file: they wait; --ask-again has them asked by mail"
    elif count.unconfirmed:
        yield f"  {count.unconfirmed} without evidence of consent: they wait, unconfirmed; --consent TEXT gives it"
    for reason, rows in count.reasons.most_common(8):
        yield f"  {rows} refused: {reason}"


def _lines(result: dict[str, Any]) -> Iterator[str]:
    done = f"{result['added']} added, {result['updated']} updated, {result['unchanged']} unchanged"
    rest = f"{result['unconfirmed']} unconfirmed, {result['suppressed']} suppressed, {result['refused_count']} refused"
    yield f"{done}, {rest}"
    if result["suppressed"]:
        yield "  suppressed: they left, or mail to them comes back; never mailed"
    for one in result["refused"][:_SHOWN]:
        yield f"  line {one['line']}: {one['reason']}"
    if result["refused_count"] > _SHOWN:
        yield f"  ... and {result['refused_count'] - _SHOWN} more; --json lists them"
    if result["asked"] is not None:
        yield f"  {result['asked']} were asked by mail to confirm"
    yield f"  to take it back: newsletter subscriber undo-import {' '.join(map(str, result['imports']))}"

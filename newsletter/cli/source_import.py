"""`newsletter source import`: the sources of a list of feeds, as feed readers export it (OPML)."""

import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.base.errors import UsageError
from newsletter.cli.output import Json, emit, opened, talk

if TYPE_CHECKING:
    from newsletter.app.source_adding import ListImport

_LARGEST = 10_000_000  # bytes; a list of thousands of feeds is a tenth of it


def import_(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE.opml", help="the list; - reads it from standard input")],
    topic: Annotated[list[str] | None, typer.Option(help="a topic that all of them have; may be repeated")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only say what would happen")] = False,
    *,
    as_json: Json = False,
) -> None:
    """Store each feed of an OPML list as a source. Nothing is fetched: what each is shows at its first reading.

    Addresses and names that are sources already stay as they are, so importing twice changes nothing.
    """
    from newsletter.app.source_adding import import_list, preview_list

    content = _read(file)
    with opened(context) as app:
        act = preview_list if dry_run else import_list
        done = act(app, content, topics=tuple(topic or ()))
    result = {
        "added": list(done.added),
        "there": list(done.there),
        "refused": [asdict(one) for one in done.refused],
        "without_address": list(done.without_address),
        "unknown_topics": list(done.unknown_topics),
        "left_alone": [asdict(one) for one in done.left_alone],
        "stored": not dry_run,
    }
    emit(result, _in_words(done, verb="would be added" if dry_run else "added"), as_json=as_json)
    if done.added and not dry_run:
        talk("Next: newsletter ingest reads them, and newsletter source check tells how each is")
    if not (done.added or done.there or done.refused):
        raise typer.Exit(1)


def _read(file: str) -> bytes:
    try:
        if file == "-":
            content = sys.stdin.buffer.read(_LARGEST + 1)
        else:
            with Path(file).open("rb") as opened_file:
                content = opened_file.read(_LARGEST + 1)
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror}") from error
    if len(content) > _LARGEST:
        raise UsageError(f"{file} is larger than {_LARGEST:,} bytes; that is no list of feeds")
    return content


def _in_words(done: "ListImport", *, verb: str) -> str:
    lines = [f"{len(done.added)} {verb}, {len(done.there)} there already", *(f"  {name}" for name in done.added)]
    lines += [f"left out: {one.name} ({one.url}): {one.reason}" for one in done.refused]
    if done.left_alone:
        lines.append(
            f"{_count(done.left_alone, 'source')} there already without the topics that the list gives: an import "
            "changes no source, `newsletter apply` does"
        )
        lines += [f"  {one.source}: {', '.join(one.topics)}" for one in done.left_alone]
    if done.without_address:
        names = ", ".join(done.without_address)
        lines.append(f"{_count(done.without_address, 'line')} without an address, left out: {names}")
    if done.unknown_topics:
        names = ", ".join(done.unknown_topics)
        lines.append(f"{_count(done.unknown_topics, 'name')} of folders or categories that are no topics here: {names}")
    return "\n".join(lines)


def _count(things: Sequence[object], one: str) -> str:
    return f"{len(things)} {one}{'s' * (len(things) != 1)}"

"""`newsletter source add`: a new place that posts come from, shown before it is stored."""

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from newsletter.cli.output import Json, emit, opened, talk
from newsletter.cli.source_words import source_json

if TYPE_CHECKING:
    from newsletter.app.app import App
    from newsletter.sources.reading.find_kind import FoundSource


class ToldKind(StrEnum):
    """What a person may say that an address is; `auto` finds out."""

    AUTO = "auto"
    PAGE = "page"
    INDEX = "index"
    FEED = "feed"
    FOLDER = "folder"


def add(
    context: typer.Context,
    location: Annotated[
        str, typer.Argument(help="an address of any kind, a feed or .html file, or a folder of Markdown")
    ],
    name: Annotated[str, typer.Option(help="what it is called; without it, as it calls itself")] = "",
    topic: Annotated[list[str] | None, typer.Option(help="a topic all its posts have; may be repeated")] = None,
    language: Annotated[str, typer.Option(help="the language of its posts, where they do not say")] = "",
    owner: Annotated[str, typer.Option(help="who publishes it, as cards name it; without it, as it calls itself")] = "",
    kind: Annotated[ToldKind, typer.Option(help="what it is; auto finds out, any other is obeyed")] = ToldKind.AUTO,
    yes: Annotated[bool, typer.Option("--yes", help="store it without asking")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only show what is there")] = False,
    *,
    as_json: Json = False,
) -> None:
    """Find out what the address is, show its first posts, and store it as a source.

    On a terminal it asks before it stores. Posts come with the next `ingest` or `tick`.
    """
    from newsletter.app.source_adding import add_source

    with opened(context) as app:
        found = _looked_at(app, location, kind)
        shown = {"found": found.words, "warning": found.warning, "samples": _samples(found)}
        if not as_json:
            talk(_in_words(found))
        if found.warning:
            talk(f"newsletter: {found.warning}")
        if dry_run or not _is_wanted(yes=yes or as_json):
            result = {"kind": found.kind.value, "url": found.url, **shown, "stored": False}
            emit(result, "nothing was stored", as_json=as_json)
            return
        source = add_source(app, found, name=name, topics=tuple(topic or ()), language=language, owner=owner)
    words = f"{source.name}: a {source.kind.value}, {source.url}"
    emit({**source_json(source), **shown, "stored": True}, words, as_json=as_json)


def _looked_at(app: "App", location: str, kind: ToldKind) -> "FoundSource":
    """Look at an address; where programs are kept out, the sentence for its owner stands on a line of its own."""
    from newsletter.app.source_adding import look_at
    from newsletter.sources.errors import Obstacle
    from newsletter.sources.source import SourceKind

    try:
        return look_at(app, location, SourceKind(kind.value))
    except Obstacle as obstacle:
        talk(f"newsletter: {obstacle.words}. Write to the site's owner:\n{obstacle.for_the_owner}")
        raise typer.Exit(1) from obstacle


def _is_wanted(*, yes: bool) -> bool:
    """Ask whoever sits at the terminal; a script has decided already."""
    if yes or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return True
    return typer.confirm("Store it?", default=True, err=True)


def _samples(found: "FoundSource") -> list[dict[str, Any]]:
    from newsletter.sources.cleaning.plain_text import one_line, plain_title

    return [
        {"title": plain_title(post.title), "url": one_line(post.url), "published_at": post.published}
        for post in found.samples
    ]


def _in_words(found: "FoundSource") -> str:
    called = f" of {found.title!r}" if found.title else ""
    lines = [f"{found.url} is {found.words}{called}"]
    for sample in _samples(found):
        day = f"{sample['published_at']:%Y-%m-%d}" if sample["published_at"] else "no date   "
        lines.append(f"  {day}  {sample['title'] or 'no title'}")
        if sample["url"]:
            lines.append(f"              {sample['url']}")
    return "\n".join(lines)

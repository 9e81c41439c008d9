"""`newsletter source add`: a new place that posts come from, shown before it is stored."""

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from newsletter.base.errors import UsageError
from newsletter.cli.output import Json, emit, opened, talk, who
from newsletter.cli.source_words import a_kind, source_json

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
    owner: Annotated[
        str, typer.Option(help="who publishes it, as cards name it; without it, as its site calls itself")
    ] = "",
    kind: Annotated[ToldKind, typer.Option(help="what it is; auto finds out, any other is obeyed")] = ToldKind.AUTO,
    yes: Annotated[bool, typer.Option("--yes", help="store it without asking")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only show what is there")] = False,
    *,
    as_json: Json = False,
) -> None:
    """Find out what the address is, show its first posts, and store it as a source.

    On a terminal it asks before it stores; a script says --yes, or --dry-run. Posts come with the next `ingest` or
    `tick`.
    """
    from newsletter.app.source_adding import add_source, owner_of

    asks = not (yes or dry_run)
    with opened(context) as app:
        found = _looked_at(app, location, kind)
        publisher = owner or owner_of(found, name=name)
        shown = {"found": found.words, "warning": found.warning, "samples": _samples(found)}
        if asks or not as_json:
            talk(_in_words(found, publisher, is_told=bool(owner or found.site)))
        if found.warning:
            talk(f"newsletter: {found.warning}")
        if dry_run or (asks and not _is_wanted()):
            result = {"kind": found.kind.value, "url": found.url, "owner": publisher, **shown, "stored": False}
            emit(result, "nothing was stored", as_json=as_json)
            return
        told_topics = tuple(topic or ())
        source = add_source(app, found, name=name, topics=told_topics, language=language, owner=owner, by=who())
    words = f"{source.name}: {a_kind(source.kind.value)}, {source.url}"
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


def _is_wanted() -> bool:
    """Ask whoever sits at the terminal. Where nobody does, nothing is stored unasked."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(
            "nothing was stored: say --yes to store it, or --dry-run to look only; nobody can be asked here"
        )
    return typer.confirm("Store it?", default=True, err=True)


def _samples(found: "FoundSource") -> list[dict[str, Any]]:
    from newsletter.sources.cleaning.plain_text import one_line, plain_title

    return [
        {"title": plain_title(post.title), "url": one_line(post.url), "published_at": post.published}
        for post in found.samples
    ]


def _in_words(found: "FoundSource", publisher: str, *, is_told: bool) -> str:
    called = f" of {found.title!r}" if found.title else ""
    samples = _samples(found)
    lines = [f"{found.url} is {found.words}{called}"]
    for sample in samples:
        day = f"{sample['published_at']:%Y-%m-%d}" if sample["published_at"] else "no date   "
        lines.append(f"  {day}  {sample['title'] or sample['url'] or 'no title'}")
        if sample["url"] and sample["title"]:
            lines.append(f"              {sample['url']}")
    if any(not sample["title"] for sample in samples):
        lines.append(
            "It tells addresses only: titles, dates and pictures come with the posts' own pages, when it is read."
        )
    doubt = "" if is_told else "; who publishes it was not found: --owner says it"
    lines.append(f"Cards name {publisher!r} as its publisher{doubt}")
    return "\n".join(lines)

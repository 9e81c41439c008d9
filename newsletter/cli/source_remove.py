"""`newsletter source remove`: a source that is not wanted any more."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.base.errors import UsageError
from newsletter.cli.output import Json, emit, opened, talk, who

if TYPE_CHECKING:
    from newsletter.app.source_removing import Removal


def remove(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="the source's name")],
    yes: Annotated[bool, typer.Option("--yes", help="remove it without asking")] = False,
    *,
    as_json: Json = False,
) -> None:
    """Stop reading a source; its posts that were not sent yet are no candidates any more.

    What was in issues stays on record. On a terminal it asks first. `source add` of the same address brings it back.
    """
    from newsletter.app.source_removing import preview_removal, remove_source

    with opened(context) as app:
        if not yes and not _is_wanted(preview_removal(app, name)):
            talk("nothing was removed")
            raise typer.Exit(1)
        removed = remove_source(app, name, by=who())
    result = {"source": name, "url": removed.source.url, "posts": removed.posts, "newsletters": removed.newsletters}
    emit(result, _in_words(removed), as_json=as_json)


def _is_wanted(removal: "Removal") -> bool:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(f"{removal.source.name!r} was not removed: say --yes to remove it; nobody can be asked here")
    talk(f"{removal.source.name}: a source at {removal.source.url}; {_posts(removal.posts)} could still go out.")
    return typer.confirm("Remove it?", default=False, err=True)


def _in_words(removed: "Removal") -> str:
    lines = [f"{removed.source.name} is removed; {_posts(removed.posts)} of it will not go out any more"]
    if removed.newsletters:
        lines.append(f"still named by: {', '.join(removed.newsletters)}; take it out of their sources")
    lines.append("if your set-up file has it, take it out there too: `newsletter apply` would bring it back")
    return "\n".join(lines)


def _posts(count: int) -> str:
    return f"{count} {'post' if count == 1 else 'posts'}"

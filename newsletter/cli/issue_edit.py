"""`newsletter issue edit`: an editor's hand on an issue that is not approved yet."""

from pathlib import Path
from typing import Annotated

import typer

from newsletter.base.errors import UsageError
from newsletter.base.ids import PostId
from newsletter.cli.issue_words import issue_json, issue_line
from newsletter.cli.output import Json, emit, opened, who

_Texts = list[str] | None
_Numbers = list[int] | None
_SUBJECT = 'subject, or in one language: "de=..."; empty takes it back; may be repeated'
_AFTER = "the topic behind whose section it stands; empty: behind the first section"
_UPDATE = "there is news of a post: it comes again to those who got it, and says so"


def edit(
    context: typer.Context,
    issue: Annotated[str, typer.Argument(help="an id, weekly/12, or weekly for its newest")],
    *,
    subject: Annotated[_Texts, typer.Option(help=_SUBJECT)] = None,
    preheader: Annotated[_Texts, typer.Option(help="preheader, likewise")] = None,
    intro: Annotated[
        _Texts, typer.Option(help="intro in Markdown, likewise; @FILE or de=@FILE reads it from a file")
    ] = None,
    announcement: Annotated[
        _Texts, typer.Option(help="a box between two sections, in Markdown, likewise, with @FILE too")
    ] = None,
    announcement_after: Annotated[str | None, typer.Option(help=_AFTER)] = None,
    like: Annotated[str, typer.Option(help='"last": take over the texts of the issue before')] = "",
    pin: Annotated[_Numbers, typer.Option(help="put a post on top for everybody (up to three, in order)")] = None,
    unpin: Annotated[_Numbers, typer.Option(help="take it down again")] = None,
    drop: Annotated[_Numbers, typer.Option(help="leave a post out of this issue")] = None,
    keep: Annotated[_Numbers, typer.Option(help="take a dropped post back in")] = None,
    value: Annotated[_Texts, typer.Option(help="POST=0..3: what it is worth in this issue")] = None,
    update: Annotated[_Numbers, typer.Option(help=_UPDATE)] = None,
    no_update: Annotated[_Numbers, typer.Option(help="take that back")] = None,
    as_json: Json = False,
) -> None:
    """Change texts, picks, drops and values. An approved issue cannot be edited any more."""
    from newsletter.app.editing import edit_issue
    from newsletter.issues.issue import IssueChanges

    if like not in {"", "last"}:
        raise UsageError(f"--like takes only: last (not {like!r})")
    changes = IssueChanges(
        subject=_by_language(subject),
        preheader=_by_language(preheader),
        intro=_from_files("--intro", intro),
        announcement=_from_files("--announcement", announcement),
        announcement_after=announcement_after,
        like_last=like == "last",
        pick=_posts(pin),
        unpick=_posts(unpin),
        drop=_posts(drop),
        restore=_posts(keep),
        values=_values(value),
        update=_posts(update),
        no_update=_posts(no_update),
    )
    if changes == IssueChanges():
        raise UsageError("say what to change: newsletter issue edit --help shows what can be")
    with opened(context) as app:
        edited = edit_issue(app, issue, changes, by=who())
    emit(issue_json(edited), issue_line(edited), as_json=as_json)


def _by_language(given: list[str] | None) -> dict[str, str]:
    """Read "de=Text" or "Text"; the text without a language is in the newsletter's own."""
    texts = {}
    for one in given or ():
        language, found, text = one.partition("=")
        is_language = (
            bool(found) and language.isascii() and language.isalpha() and language.islower() and 2 <= len(language) <= 3
        )
        texts[language if is_language else ""] = text if is_language else one
    return texts


def _from_files(option: str, given: list[str] | None) -> dict[str, str]:
    return {language: _from_file(option, text) for language, text in _by_language(given).items()}


def _from_file(option: str, text: str) -> str:
    """Give a text as it is, or for @FILE what stands in the file."""
    if not text.startswith("@"):
        return text
    try:
        return Path(text[1:]).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{option} {text}: the file cannot be read as UTF-8 text ({error})") from error


def _posts(given: list[int] | None) -> tuple[PostId, ...]:
    return tuple(PostId(number) for number in given or ())


def _values(given: list[str] | None) -> dict[PostId, int]:
    values = {}
    for one in given or ():
        post, _, value = one.partition("=")
        if not (post.isdigit() and value in {"0", "1", "2", "3"}):
            raise UsageError(f"--value is written POST=0..3, e.g. --value 12=3 (not {one!r})")
        values[PostId(int(post))] = int(value)
    return values

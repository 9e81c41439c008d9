"""The command `newsletter`: its groups, its options, and the one table from errors to exit codes."""

import os
import sys
import traceback
from pathlib import Path
from typing import Annotated, Never

import typer

from newsletter import __version__
from newsletter.base.errors import DatabaseTrouble, NewsletterError, UsageError
from newsletter.cli import (
    apply,
    backup,
    bench,
    conformance,
    demo,
    dkim_new,
    doctor,
    explain,
    ingest,
    init,
    issue_approve,
    issue_assemble,
    issue_cancel,
    issue_edit,
    issue_lint,
    issue_list,
    issue_new,
    issue_pause,
    issue_preview,
    issue_resume,
    issue_send,
    issue_status,
    issue_test,
    issue_undo,
    plan,
    post_add,
    post_join,
    post_list,
    post_show,
    post_split,
    post_state,
    post_topics,
    reconcile,
    report_clicks,
    report_privacy,
    restore,
    resume,
    segment_count,
    segment_list,
    segment_show,
    serve,
    show,
    source_add,
    source_check,
    source_form,
    source_import,
    source_list,
    source_remove,
    subscriber_add,
    subscriber_erase,
    subscriber_export,
    subscriber_import,
    subscriber_imports,
    subscriber_release,
    subscriber_show,
    subscriber_suppress,
    subscriber_suppressed,
    subscriber_undo_import,
    tick,
    upgrade,
    why_not,
)
from newsletter.cli.output import talk

_INTERRUPTED = 130  # 128 + SIGINT, as shells have it; typer ends with it on Ctrl-C
WEEK, SET_UP, LOOK, RUN = "Every week", "Set up", "Look into", "Run"

app = typer.Typer(
    name="newsletter",
    help="Posts of many sites in, a digest of one's own out for every reader, every delivery accounted for.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
source = typer.Typer(help="Where posts come from.", no_args_is_help=True)
post = typer.Typer(help="What came in.", no_args_is_help=True)
subscriber = typer.Typer(help="The people who are mailed, and why.", no_args_is_help=True)
report = typer.Typer(help="Figures and sheets about this home.", no_args_is_help=True)
dkim = typer.Typer(help="Keys that sign what is sent.", no_args_is_help=True)
segment = typer.Typer(help="Parts of lists, by saved rules.", no_args_is_help=True)
issue = typer.Typer(help="An issue's life, from the first preview to sent.", no_args_is_help=True)


def _tell_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def root(
    context: typer.Context,
    home: Annotated[
        Path,
        typer.Option(
            help="the home folder, with newsletter.toml", envvar="NEWSLETTER_HOME", show_default="this folder"
        ),
    ] = Path(),
    _version: Annotated[
        bool, typer.Option("--version", help="tell the version", callback=_tell_version, is_eager=True)
    ] = False,
) -> None:
    """Remember the home for the command."""
    context.obj = home


app.add_typer(issue, name="issue", rich_help_panel=WEEK)
app.add_typer(post, name="post", rich_help_panel=WEEK)
app.command("plan", rich_help_panel=WEEK)(plan.plan)
app.command("init", rich_help_panel=SET_UP)(init.init)
app.command("apply", rich_help_panel=SET_UP)(apply.apply)
app.command("show", rich_help_panel=SET_UP)(show.show)
app.add_typer(source, name="source", rich_help_panel=SET_UP)
app.add_typer(subscriber, name="subscriber", rich_help_panel=SET_UP)
app.add_typer(segment, name="segment", rich_help_panel=SET_UP)
app.add_typer(dkim, name="dkim", rich_help_panel=SET_UP)
app.command("explain", rich_help_panel=LOOK)(explain.explain)
app.command("why-not", rich_help_panel=LOOK)(why_not.why_not)
app.command("doctor", rich_help_panel=LOOK)(doctor.doctor)
app.add_typer(report, name="report", rich_help_panel=LOOK)
app.command("reconcile", rich_help_panel=LOOK)(reconcile.reconcile)
app.command("demo", rich_help_panel=RUN)(demo.demo)
app.command("tick", rich_help_panel=RUN)(tick.tick)
app.command("serve", rich_help_panel=RUN)(serve.serve)
app.command("send-loop", hidden=True)(serve.send_loop)
app.command("ingest", rich_help_panel=RUN)(ingest.ingest)
app.command("resume", rich_help_panel=RUN)(resume.resume)
app.command("backup", rich_help_panel=RUN)(backup.backup)
app.command("restore", rich_help_panel=RUN)(restore.restore)
app.command("upgrade", rich_help_panel=RUN)(upgrade.upgrade)
app.command("conformance", rich_help_panel=RUN)(conformance.conformance)
app.command("bench", rich_help_panel=RUN)(bench.bench)

dkim.command("new")(dkim_new.new)
report.command("privacy")(report_privacy.privacy)
report.command("clicks")(report_clicks.clicks)
source.command("add")(source_add.add)
source.command("list")(source_list.list_)
source.command("check")(source_check.check)
source.command("import")(source_import.import_)
source.command("remove")(source_remove.remove)
source.command("form")(source_form.form)
post.command("add")(post_add.add)
post.command("list")(post_list.list_)
post.command("show")(post_show.show)
post.command("hold")(post_state.hold)
post.command("release")(post_state.release)
post.command("withdraw")(post_state.withdraw)
post.command("join")(post_join.join)
post.command("split")(post_split.split)
post.command("topics", context_settings=post_topics.TAKES_MINUS)(post_topics.topics)
subscriber.command("import")(subscriber_import.import_)
subscriber.command("export")(subscriber_export.export)
subscriber.command("imports")(subscriber_imports.imports)
subscriber.command("undo-import")(subscriber_undo_import.undo_import)
subscriber.command("show")(subscriber_show.show)
subscriber.command("add")(subscriber_add.add)
subscriber.command("suppress")(subscriber_suppress.suppress)
subscriber.command("release")(subscriber_release.release)
subscriber.command("suppressed")(subscriber_suppressed.suppressed)
subscriber.command("erase")(subscriber_erase.erase)
segment.command("list")(segment_list.list_)
segment.command("show")(segment_show.show)
segment.command("count")(segment_count.count)
issue.command("assemble")(issue_assemble.assemble)
issue.command("new")(issue_new.new)
issue.command("list")(issue_list.list_)
issue.command("edit")(issue_edit.edit)
issue.command("preview")(issue_preview.preview)
issue.command("lint")(issue_lint.lint)
issue.command("test")(issue_test.test)
issue.command("approve")(issue_approve.approve)
issue.command("send")(issue_send.send)
issue.command("status")(issue_status.status)
issue.command("pause")(issue_pause.pause)
issue.command("resume")(issue_resume.resume)
issue.command("cancel")(issue_cancel.cancel)
issue.command("undo")(issue_undo.undo)


def main() -> Never:
    """Run the command; errors meant for people become one sentence on stderr and an exit code."""
    try:
        app()
    except UsageError as error:
        _fail(str(error), 2)
    except NewsletterError as error:
        _fail(str(error), 1)
    except SystemExit as ending:
        if ending.code == _INTERRUPTED:
            talk("Stopped. Nothing is lost: the same command goes on where it stood.")
        raise
    except BrokenPipeError:
        # The reader of our output went away (`newsletter ... | head`): that is no fault of anybody.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:  # noqa: BLE001 - the last door: told whole, and the exit code says that it failed
        if _is_for_people(error):
            _fail(str(error), 1)
        if _is_database_trouble(error):
            _fail(str(DatabaseTrouble(getattr(error, "orig", error))), 1)
        traceback.print_exc()
        _fail("that is a fault of the program, not yours. Please report it with the lines above", 1)
    sys.exit(0)


def _is_for_people(error: Exception) -> bool:
    """Errors of `subscribers` stand in no newsletter tree; it is imported only when one may have been raised."""
    module = sys.modules.get("subscribers.errors")
    return module is not None and isinstance(error, module.SubscribersError)


def _is_database_trouble(error: Exception) -> bool:
    """A full disk, wrong rights, a damaged file, a server that is gone: not a statement of ours that is wrong."""
    module = sys.modules.get("sqlalchemy.exc")
    if module is None or not isinstance(error, module.DatabaseError):
        return False
    return isinstance(error, module.OperationalError) or type(error) is module.DatabaseError


def _fail(words: str, code: int) -> Never:
    typer.echo(f"newsletter: {words}", err=True)
    sys.exit(code)


if __name__ == "__main__":
    main()

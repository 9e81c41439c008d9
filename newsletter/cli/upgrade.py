"""`newsletter upgrade`: bring the database to this program."""

import typer

from newsletter.cli.output import Json, emit, home_of


def upgrade(context: typer.Context, *, as_json: Json = False) -> None:
    """Migrate the database to this program's schema, after a backup beside it."""
    from newsletter.app.upgrading import upgrade_home

    done = upgrade_home(home_of(context))
    words = f"{done.before or 'empty'} -> {done.after}" + (f"; the way back: {done.backup}" if done.backup else "")
    emit({"before": done.before, "after": done.after, "backup": str(done.backup or "")}, words, as_json=as_json)

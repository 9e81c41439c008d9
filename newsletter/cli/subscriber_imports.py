"""`newsletter subscriber imports`: what was imported, when and by whom."""

import typer

from newsletter.app.words import counted
from newsletter.cli.output import Json, emit, opened
from newsletter.cli.words import day_and_hour


def imports(context: typer.Context, *, as_json: Json = False) -> None:
    """List imports, the newest first, with their numbers."""
    from newsletter.db.engine import reading
    from subscribers.importing.run import all_imports

    with opened(context) as app, reading(app.engine) as db:
        found = all_imports(db)
    result = [
        {
            "import": one.id,
            "file": one.file_name,
            "list": one.list_slug,
            "by": one.by,
            "rows": one.rows,
            "started_at": one.started_at.isoformat(),
            "finished_at": one.finished_at.isoformat() if one.finished_at else None,
            "undone_at": one.undone_at.isoformat() if one.undone_at else None,
        }
        for one in found
    ]
    lines = []
    for one in found:
        state = "taken back" if one.undone_at else "done" if one.finished_at else "under way"
        rows = counted(one.rows, "row")
        lines.append(f"{one.id:>5}  {day_and_hour(one.started_at)}  {one.list_slug}  {rows}, {state}  {one.file_name}")
    emit(result, "\n".join(lines) or "nothing was imported yet", as_json=as_json)

"""`newsletter report clicks`: how often each story of an issue was opened."""

from typing import Annotated

import typer

from newsletter.cli.output import Json, emit, opened


def clicks(
    context: typer.Context,
    issue: Annotated[str, typer.Argument(help="an id, weekly/12, or weekly for its newest")],
    *,
    as_json: Json = False,
) -> None:
    """Tell how often each story was opened, by day. Who opened it is known to nobody; see docs/privacy.md."""
    from newsletter.app.clicks import clicks_of_issue
    from newsletter.db.engine import reading
    from newsletter.issues.store import issue_by_name

    with opened(context) as app:
        with reading(app.engine) as db:
            found = issue_by_name(db, issue)
        frozen, stories = clicks_of_issue(app, found)
    counted = frozen.recipe.clicks == "counted"
    result = {
        "issue": found.id,
        "name": found.name,
        "clicks": frozen.recipe.clicks,
        "stories": [
            {"post": one.post_id, "title": one.title, "clicks": one.count, "days": dict(one.days)} for one in stories
        ],
    }
    lines = [f"{'under 10' if one.count is None else one.count:>8}  {one.title}" for one in stories]
    if not counted:
        lines = [f'{found.name} does not count clicks; `clicks = "counted"` in [[newsletter]] does from the next issue']
    emit(result, "\n".join(lines) or f"{found.name} has no stories", as_json=as_json)

"""`newsletter source form`: the link by which a partner sends in posts without a login."""

from typing import Annotated

import typer

from newsletter.base.errors import UsageError
from newsletter.cli.output import Json, emit, opened, who


def form(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="the source's name")],
    renew: Annotated[bool, typer.Option("--renew", help="make a new link; the old one leads nowhere")] = False,
    close: Annotated[bool, typer.Option("--close", help="end the form: its link leads nowhere")] = False,
    *,
    as_json: Json = False,
) -> None:
    """Make or show the link of a source's form. Whoever has it may send in posts; an editor looks at each."""
    from newsletter.app.submissions import close_form, form_link, renew_form

    if renew and close:
        raise UsageError("a form is either renewed or closed")
    with opened(context) as app:
        if close:
            close_form(app, name, by=who())
            link = ""
        else:
            link = renew_form(app, name, by=who()) if renew else form_link(app, name, by=who())
    emit({"source": name, "form": link}, link or f"the form of {name} is closed", as_json=as_json)

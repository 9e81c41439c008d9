"""`newsletter show`: the present set-up."""

from typing import Annotated

import typer

from newsletter.cli.output import Json, emit, opened


def show(
    context: typer.Context,
    as_toml: Annotated[bool, typer.Option("--toml", help="as a file that `apply` accepts (the default)")] = True,
    *,
    as_json: Json = False,
) -> None:
    """Show topics, sources, lists, segments and newsletters as a file that `apply` accepts."""
    from newsletter.app.setup_show import present_setup, setup_toml

    with opened(context) as app:
        setup = present_setup(app)
    emit(setup, setup_toml(setup).rstrip() if as_toml else "", as_json=as_json)

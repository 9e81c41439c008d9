"""`newsletter init`: make a home."""

import typer

from newsletter.cli.output import Json, emit, home_of, talk


def init(context: typer.Context, *, as_json: Json = False) -> None:
    """Write newsletter.toml with every setting at its default, the keys and an empty database."""
    from newsletter.app.app import make_home

    home = home_of(context)
    made = make_home(home)
    words = f"{home.absolute()}: made {', '.join(made)}" if made else f"{home.absolute()}: everything is there already"
    emit({"home": str(home.absolute()), "made": made}, words, as_json=as_json)
    if made:
        talk("Next: add a [[provider]] to newsletter.toml, then `newsletter apply FILE.toml`")

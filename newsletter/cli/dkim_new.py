"""`newsletter dkim new`: keys that sign the mail of a domain, and what to publish."""

from typing import Annotated

import typer

from newsletter.cli.output import Json, emit, home_of


def new(
    context: typer.Context,
    domain: Annotated[str, typer.Argument(help="the domain behind the @ of the newsletters' From, e.g. example.org")],
    selector: Annotated[str, typer.Option(help="what the keys are called; another one for the next keys")] = "news",
    *,
    as_json: Json = False,
) -> None:
    """Make an RSA and an Ed25519 key and print the DNS records to publish. Nothing is signed before settings name them.

    Publish first, then settings, then `newsletter doctor`: mail signed by a key that nobody can look up is worse than
    mail without a signature.
    """
    from newsletter.app.dkim import FOLDER, make_keys
    from newsletter.base.settings import checked_dkim, read_settings
    from newsletter.rendering.dkim_key import zone_line

    home = home_of(context)
    read_settings(home)  # there must be a home, and one that can be used
    checked = checked_dkim(domain, selector, FOLDER)
    made = make_keys(home, checked.domain, checked.selector)
    lines = ["1. Publish these records in the DNS, as TXT (name, then value):", ""]
    for one in made:
        lines += [f"   {one.key.record_name}", f"   {one.key.record}", ""]
    lines += ["   or, in a zone file:", "", *(f"   {zone_line(one.key)}" for one in made), ""]
    lines += ["2. Then add these lines at the end of newsletter.toml:", ""]
    lines += [line and f"   {line}" for one in made for line in one.setting.split("\n")]
    lines += ["3. Then look whether all is well: newsletter doctor"]
    result = [
        {
            "domain": one.key.domain,
            "selector": one.key.selector,
            "algorithm": one.key.algorithm,
            "file": one.file,
            "record_name": one.key.record_name,
            "record": one.key.record,
        }
        for one in made
    ]
    emit(result, "\n".join(lines), as_json=as_json)

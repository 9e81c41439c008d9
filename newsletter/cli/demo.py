"""`newsletter demo`: the whole main job on sample posts and made-up readers."""

from dataclasses import asdict
from pathlib import Path

import typer

from newsletter.cli.output import Json, emit, home_of

OWN_HOME = Path("newsletter-demo")


def demo(context: typer.Context, *, as_json: Json = False) -> None:
    """Run the main job on sample posts and 200 made-up readers, over real SMTP into a catcher on this machine.

    Without --home it lives in ./newsletter-demo. A second run has nothing new and mails nobody. Nothing leaves this
    machine.
    """
    from rich.console import Console

    from newsletter.base.log import configure_log
    from newsletter.demo.report import print_report
    from newsletter.demo.run import run_demo

    configure_log(json=False, level="warning")
    told = context.find_root().get_parameter_source("home")
    is_named = told is not None and told.name != "DEFAULT"
    outcome = run_demo(home_of(context) if is_named else OWN_HOME, Console(stderr=True))
    if as_json:
        emit(asdict(outcome), "", as_json=True)
    else:
        print_report(outcome, Console())
    issue = outcome.issue
    if any(one.error for one in outcome.sources) or (issue and (issue.waiting or issue.failed or issue.in_doubt)):
        raise typer.Exit(1)

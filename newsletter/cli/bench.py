"""`newsletter bench`: the figures, one JSON line each."""

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from newsletter.base.errors import NewsletterError, UsageError
from newsletter.cli.output import Json


def bench(
    names: Annotated[list[str] | None, typer.Argument(help="benchmarks; all without a name")] = None,
    *,
    as_json: Json = False,
) -> None:
    """Measure on this machine and print one JSON line a figure: {"name","value","unit","n","note"}."""
    del as_json  # the figures are JSON lines anyway
    folder = Path(__file__).parents[2] / "benchmarks"
    scripts = [path.stem.removeprefix("bench_") for path in sorted(folder.glob("bench_*.py"))]
    if not scripts:
        raise UsageError("the benchmarks are part of the checkout, not of the installed package")
    wanted = names or scripts
    unknown = [name for name in wanted if name not in scripts]
    if unknown:
        raise UsageError(f"there is no benchmark {', '.join(unknown)}; there are {', '.join(scripts)}")
    for name in wanted:
        command = [sys.executable, "-m", f"benchmarks.bench_{name}"]
        if subprocess.run(command, check=False, cwd=folder.parent).returncode:  # noqa: S603 - our own scripts
            raise NewsletterError(f"the benchmark {name} ended with an error, told above")

"""The fast sink: compiled on first use with the machine's own C compiler, started for one run."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_SOURCE = Path(__file__).with_name("fast_sink.c")


@dataclass
class Sink:
    """A running sink; `accepted` is known when it has ended."""

    port: int
    accepted: int = 0


@contextmanager
def fast_sink() -> Iterator[Sink]:
    """Run the sink; ends the benchmark with a plain word where there is no C compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        sys.exit("this benchmark compiles a small C program: install a C compiler (cc)")
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "fast_sink"
        subprocess.run([compiler, "-O2", "-pthread", "-o", program, _SOURCE], check=True)
        process = subprocess.Popen([program], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        sink = Sink(int(process.stdout.readline()))
        try:
            yield sink
        finally:
            process.terminate()
            sink.accepted = int(process.stdout.readline())
            process.wait()
            process.stdout.close()

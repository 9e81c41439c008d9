"""The memory of a process that plans and sends an issue, at few readers and at many: it must not grow with them.

The home is made by another process, so that the peak is that of the sending alone. `python -m benchmarks.bench_memory
--many 1000000` is the million.
"""

import argparse
import multiprocessing
import resource
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.figure import show
from benchmarks.sample import NOW
from benchmarks.sending_home import open_with_sink, prepare
from benchmarks.sink import fast_sink
from newsletter.app.app import open_app
from newsletter.app.sender import drain, sending
from newsletter.base.clock import FixedClock
from newsletter.outbox.plan import plan_some

_FEW, _MANY = 10_000, 100_000


def main() -> None:
    """Print both peaks, and how many times the one is the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--few", type=int, default=_FEW)
    parser.add_argument("--many", type=int, default=_MANY)
    told = parser.parse_args()
    few, many = _peak(told.few), _peak(told.many)
    show("send_memory_few", few, "MB", n=told.few, note="peak of the sending process")
    show("send_memory_many", many, "MB", n=told.many, note="the same with more readers")
    show("send_memory_growth", many / few, "times", n=1, note=f"{told.many} readers to {told.few}")


def _peak(readers: int) -> float:
    with tempfile.TemporaryDirectory() as folder, fast_sink() as sink:
        _alone(_make, Path(folder), sink.port, readers)
        peak = _alone(_send, Path(folder), sink.port, readers)
    assert sink.accepted == readers, sink.accepted
    return peak


def _make(folder: Path, port: int, readers: int) -> None:
    app = open_with_sink(folder, port)
    prepare(app, "digest", readers)
    app.close()


def _send(folder: Path, _port: int, _readers: int) -> None:
    app = open_app(folder, FixedClock(NOW))
    while plan_some(app.engine, app.provider_names, app.clock):
        pass
    with sending(app) as outbox:
        drain(app, outbox, stop=threading.Event())
    app.close()


def _alone(work: Callable[[Path, int, int], None], folder: Path, port: int, readers: int) -> float:
    """Work in a process of its own; gives its peak of memory in MB."""
    spawn = multiprocessing.get_context("spawn")
    ours, its = spawn.Pipe()
    process = spawn.Process(target=_tell, args=(its, work, folder, port, readers))
    process.start()
    its.close()
    peak: float = ours.recv()
    process.join()
    return peak


def _tell(pipe: Any, work: Callable[[Path, int, int], None], folder: Path, port: int, readers: int) -> None:
    work(folder, port, readers)
    pipe.send(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    main()

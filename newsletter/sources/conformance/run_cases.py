"""Runs cases in a process of their own, each with a time limit: a crash or a hang is counted and the next one runs."""

import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess

from newsletter.sources.conformance.case import Case, Outcome
from newsletter.sources.conformance.feed_case import asked_of_feed, run_feed_case
from newsletter.sources.conformance.page_case import run_page_case
from newsletter.sources.conformance.xss_case import run_xss_case

_START = 60.0  # seconds that a new process may take to load before its first case
_RUNS = {"feeds": run_feed_case, "pages": run_page_case, "xss": run_xss_case}
_ASKED: dict[str, Callable[[Case], Counter[str]]] = {
    "feeds": asked_of_feed,
    "pages": lambda _: Counter(f1=1, titles=1),
    "xss": lambda _: Counter(active=1),
}


def run_cases(cases: Iterable[Case], *, seconds: float, start: float = _START) -> Iterator[Outcome]:
    """Run each case for so many seconds at most; a process that hangs or dies is replaced."""
    worker = _Worker(start)
    try:
        for case in cases:
            outcome = worker.run(case, seconds)
            if not worker.is_usable:
                worker.end()
                worker = _Worker(start)
            yield outcome
    finally:
        worker.end()


def run_case(case: Case) -> Outcome:
    """Run one case here; whatever it raises is its crash."""
    try:
        return _RUNS[case.kind](case)
    except Exception as error:  # noqa: BLE001 - to find what is raised is what this is for
        return _crash(case, f"{type(error).__name__}: {error}"[:300])


def _crash(case: Case, words: str) -> Outcome:
    """Give the outcome of a case that came to no end: nothing is right of all that was asked of it."""
    try:
        asked = _ASKED[case.kind](case)
    except (OSError, ValueError):
        asked = Counter()  # what is expected cannot be read either
    return Outcome(name=case.name, crashed=words, asked=asked)


class _Worker:
    """A process that runs the cases it is given. It is started afresh, so that it has none of our threads."""

    def __init__(self, start: float) -> None:
        context = multiprocessing.get_context("spawn")
        self._line, theirs = context.Pipe()
        self._process: SpawnProcess = context.Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()
        self._patience = start  # beside a case's own time
        self.is_usable = True

    def run(self, case: Case, seconds: float) -> Outcome:
        try:
            self._line.send(case)
            if self._line.poll(seconds + self._patience):
                outcome: Outcome = self._line.recv()
                self._patience = 0.0
                return outcome
            crashed = f"still running after {seconds:g} s"
        except (EOFError, OSError):
            crashed = "its process died"
        self.is_usable = False
        return _crash(case, crashed)

    def end(self) -> None:
        self._line.close()
        self._process.kill()
        self._process.join()


def _serve(line: Connection) -> None:
    """Answer each case with its outcome until the line is closed."""
    while True:
        try:
            case = line.recv()
        except (EOFError, OSError):
            return
        line.send(run_case(case))

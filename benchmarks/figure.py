"""How a figure is taken and printed: ratios of interleaved pairs in one run, and their median."""

import json
import statistics
import time
from collections.abc import Callable

Work = Callable[[], int]  # does some work and gives how many units of it


def rate(work: Work) -> float:
    """Run once; gives units a second of this process's CPU time."""
    before = time.process_time()
    units = work()
    return units / (time.process_time() - before)


def wall_rate(work: Work) -> float:
    """Run once; gives units a second of the clock on the wall."""
    before = time.perf_counter()
    units = work()
    return units / (time.perf_counter() - before)


def paired(ours: Work, theirs: Work, *, pairs: int, measure: Callable[[Work], float]) -> tuple[float, float, float]:
    """Run both in turn; gives the median ratio of the pairs, and the median rate of each."""
    measure(ours), measure(theirs)  # warm
    both = [(measure(ours), measure(theirs)) for _ in range(pairs)]
    return (
        statistics.median(one / other for one, other in both),
        statistics.median(one for one, _ in both),
        statistics.median(other for _, other in both),
    )


def show(name: str, value: float, unit: str, *, n: int, note: str) -> None:
    """Print one figure."""
    print(json.dumps({"name": name, "value": round(value, 3), "unit": unit, "n": n, "note": note}), flush=True)

"""Runs this program against others' test material and sums up how far they agree. Needs no home and changes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from newsletter.app.address_cases import find_address_cases, run_address_cases
from newsletter.base.errors import UsageError
from newsletter.sources.conformance.case import Outcome
from newsletter.sources.conformance.find_cases import find_cases
from newsletter.sources.conformance.run_cases import run_cases

SECONDS_A_CASE = 30.0  # of a page that takes a second; what takes longer hangs
# What is told beside the cases: items as they are expected, payloads that left something, and shares that are right.
_TOLD = {
    "feeds": ("items", "titles", "links", "dates"),
    "pages": ("f1", "titles"),
    "xss": ("active",),
    "addresses": ("valid", "errors", "others", "unusual"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Conformance:
    """How far we agree with others' material: totals, and each case on which we do not."""

    totals: dict[str, object]
    disagreeing: tuple[Outcome, ...]

    @property
    def crashed(self) -> int:
        return sum(bool(outcome.crashed) for outcome in self.disagreeing)


def conformance(kind: str, folder: Path, *, seconds: float = SECONDS_A_CASE) -> Conformance:
    """Run all cases of a kind in a folder; UsageError if there are none."""
    if kind not in _TOLD:
        raise UsageError(f"there is no kind {kind!r} of test material here; there are {', '.join(_TOLD)}")
    if kind == "addresses":
        outcomes = run_address_cases(find_address_cases(folder))
    else:
        outcomes = list(run_cases(find_cases(kind, folder), seconds=seconds))
    return Conformance(
        totals=totals(kind, outcomes), disagreeing=tuple(outcome for outcome in outcomes if not outcome.agrees)
    )


def totals(kind: str, outcomes: Sequence[Outcome]) -> dict[str, object]:
    """Sum outcomes up. A crashed case has nothing right of what was asked of it; a share of nothing is None."""
    agree = sum(outcome.agrees for outcome in outcomes)
    asked = _sums(dict.fromkeys(_TOLD[kind], 0), [outcome.asked for outcome in outcomes])
    right = _sums(dict.fromkeys(_TOLD[kind], 0), [outcome.right for outcome in outcomes])
    return {
        "kind": kind,
        "cases": len(outcomes),
        "agree": agree,
        "crashed": sum(bool(outcome.crashed) for outcome in outcomes),
        "share": _share(agree, len(outcomes)),
        **{name: _told(name, right[name], asked[name]) for name in _TOLD[kind]},
    }


def _sums(start: dict[str, float], parts: Sequence[Mapping[str, float]]) -> dict[str, float]:
    for part in parts:
        for name, value in part.items():
            start[name] += value
    return start


def _told(name: str, right: float, asked: float) -> float | None:
    if name == "items":
        return int(asked)
    if name == "unusual":
        return int(right)
    return int(right) if name == "active" else _share(right, asked)


def _share(part: float, whole: float) -> float | None:
    return round(part / whole, 4) if whole else None

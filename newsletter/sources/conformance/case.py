"""A Case of others' test material, and the Outcome of running it. Numbers are summed by name over all cases."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One document, and where what is expected of it stands."""

    name: str
    kind: str  # feeds | pages | xss
    given: Path
    expected: Path | None = None
    number: int = 0  # which payload of a file


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one case. `right` of `asked` by name, for shares; `crashed`: why it has no other result."""

    name: str
    agrees: bool = False
    crashed: str = ""
    differences: tuple[str, ...] = ()
    asked: Mapping[str, int] = field(default_factory=dict)
    right: Mapping[str, float] = field(default_factory=dict)

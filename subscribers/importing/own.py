"""Reads the cells that only our own export has: evidence, what one newsletter should be like, attributes."""

import json
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

from subscribers.errors import InvalidProfile
from subscribers.wishes.profile import READERS, Preferences

_KINDS = ("follow", "mute", "none")
_WANTED = frozenset(Preferences.__annotations__)


class Wished(NamedTuple):
    """A wish that a row brings."""

    scope: str
    key: str
    kind: str


class OwnCells(NamedTuple):
    """Where they stand."""

    evidence: int | None
    newsletters: int | None
    attributes: int | None
    no: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """What they say."""

    evidence: str = ""
    wishes: tuple[Wished, ...] = ()
    preferences: dict[str, Preferences] = field(default_factory=dict)
    attributes: dict[str, str] = field(default_factory=dict)
    no: str = ""  # the evidence of a no


NOTHING = Own()


def read_own(where: OwnCells, cells: list[str]) -> Own:
    """Read the cells. Raises InvalidProfile for what we never write."""
    told = _object("newsletters", _cell(cells, where.newsletters))
    attributes = _object("attributes", _cell(cells, where.attributes))
    if not all(isinstance(value, str) for value in attributes.values()):
        raise InvalidProfile("attributes: a value in it is no text")
    wishes = [wish for scope, values in told.items() for wish in _wishes(scope, values)]
    preferences = {scope: _preferences(values) for scope, values in told.items()}
    return Own(
        evidence=_cell(cells, where.evidence),
        wishes=tuple(wishes),
        preferences={scope: values for scope, values in preferences.items() if values},
        attributes=attributes,
        no=_cell(cells, where.no),
    )


def _cell(cells: list[str], index: int | None) -> str:
    return cells[index].strip() if index is not None else ""


def _object(column: str, cell: str) -> dict[str, Any]:
    try:
        value = json.loads(cell) if cell else {}
    except (ValueError, RecursionError) as error:
        raise InvalidProfile(f"{column}: it is no JSON") from error
    if not isinstance(value, dict):
        raise InvalidProfile(f"{column}: it is no JSON object")
    return value


def _wishes(scope: str, values: Any) -> list[Wished]:
    wishes = values.get("wishes", {}) if isinstance(values, dict) else None
    if not scope or not isinstance(wishes, dict) or any(kind not in _KINDS for kind in wishes.values()):
        raise InvalidProfile("newsletters: it does not tell what is wanted in each newsletter")
    return [Wished(scope, key, kind) for key, kind in wishes.items()]


def _preferences(values: dict[str, Any]) -> Preferences:
    found: dict[str, Any] = {}
    for name, value in values.items():
        if name == "wishes":
            continue
        if name not in _WANTED or not isinstance(value, (str, int)):
            raise InvalidProfile(f"newsletters: {name[:40]!r} cannot be wanted in one newsletter")
        found[name] = value if isinstance(value, bool) or value == "" else READERS[name](str(value))
    return cast("Preferences", found)

"""Whom does each line of leaves.log mean? Pure. An address may be somebody else's by now: nobody else is ever meant.

A line names a person by number and by the hash of the address that they had then. A number alone is no proof (a home
that was brought back gives the numbers again that the lost one had given since), and no hash is: so both must fit. The
moves that the log tells lead from one name of a person to their others, and from somebody who was merged away.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

FILE_NAME = "leaves.log"
MOVED = "moved"  # who is the hash of the address before, the key that of the one after


@dataclass(frozen=True, slots=True)
class Name:
    """What a person was called by at some time. Older lines, and those about an address, know no number: None."""

    person: int | None
    address_hash: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log."""

    at: datetime
    act: str
    who: str
    key: str
    person: int | None = None
    merged: int | None = None  # of a move: who had the new address, and is the same person since

    @property
    def evidence(self) -> str:
        return f"{FILE_NAME} of {self.at.isoformat()}"


@dataclass(frozen=True, slots=True)
class Meant:
    """A line with all names of whom it means."""

    entry: Entry
    names: frozenset[Name]
    gone: frozenset[int]  # who had moved away from its address before, by number: not meant

    @property
    def hashes(self) -> list[str]:
        return sorted({name.address_hash for name in self.names})

    @property
    def people(self) -> set[int]:
        return {name.person for name in self.names if name.person is not None}


def who_is_meant(entries: Iterable[Entry]) -> list[Meant]:
    """Find the names of everybody whom the lines mean; moves themselves mean nobody."""
    told = list(entries)
    one_person = _names_by_name(told)
    holders: dict[str, Name] = {}
    gone: dict[str, set[int]] = {}
    found = []
    for one in told:
        if one.act == MOVED:
            holders.pop(one.who, None)
            holders[one.key] = Name(one.person, one.key)
            if one.person is not None:
                gone.setdefault(one.who, set()).add(one.person)
                gone.get(one.key, set()).discard(one.person)
            continue
        own = Name(one.person, one.who)
        name = own if one.person is not None else holders.get(one.who, own)
        found.append(Meant(one, one_person.get(name, frozenset({name})) | {own}, frozenset(gone.get(one.who, ()))))
    return found


def _names_by_name(entries: Iterable[Entry]) -> dict[Name, frozenset[Name]]:
    """Give of each name that a move tells of all names of its person."""
    found: dict[Name, frozenset[Name]] = {}
    for one in entries:
        if one.act != MOVED:
            continue
        tied = [Name(one.person, one.who), Name(one.person, one.key)]
        if one.merged is not None:
            tied.append(Name(one.merged, one.key))
        names = frozenset[Name]().union(*(found.get(name, frozenset({name})) for name in tied))
        found.update(dict.fromkeys(names, names))
    return found

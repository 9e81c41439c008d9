"""Opens the ZIP that another system exports: which tables are in it, and what each name says of all its rows.

Nothing of it is trusted: members are copied under names of ours, with a limit on what they may unpack to.
"""

import lzma
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from subscribers.errors import InvalidImport

LARGEST = 4 * 1024**3  # octets unpacked, all members together: ten million rows of 400
_BLOCK = 1024 * 1024
_MOST_MEMBERS = 2000  # Substack puts each post beside the people
# How Mailchimp begins the names of its files: the name alone says how those people stand.
_STANDINGS = (
    ("unsubscribed", "unsubscribed"),
    ("cleaned", "cleaned"),
    ("nonsubscribed", "non-subscribed"),
    ("non_subscribed", "non-subscribed"),
    ("non-subscribed", "non-subscribed"),
    ("subscribed", ""),
)
# Noes first: whoever is in two files has said no. The rest keeps its order.
_ORDER = {"unsubscribed": 0, "cleaned": 1, "non-subscribed": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One file of an archive."""

    name: str  # without folders
    standing: str  # a status, for all its rows; empty: as its columns say
    wants_noes: bool  # one of several: who left, and whose mail came back, stands in others


def is_archive(path: Path) -> bool:
    """Tell whether a file is a ZIP; a spreadsheet is one too."""
    return zipfile.is_zipfile(path)


def unpack(path: Path, folder: Path, *, largest: int = LARGEST) -> list[tuple[Part, Path]]:
    """Copy the CSV files of an archive into a folder, those with noes first. Raises InvalidImport with what to do."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = _members(archive, path.name)
            _check_size(members, largest)
            left = largest
            found = []
            for number, member in enumerate(members):
                copy = folder / f"{number}.csv"
                left -= _copy(archive, member, copy, left)
                found.append((_part(member), copy))
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, RuntimeError, EOFError) as error:
        raise InvalidImport(
            f"{path.name} cannot be unpacked ({error}): export it again, or unpack it and import each CSV"
        ) from error
    return sorted(found, key=lambda one: _ORDER.get(one[0].standing, 2))


def _members(archive: zipfile.ZipFile, name: str) -> list[zipfile.ZipInfo]:
    every = archive.infolist()
    if len(every) > _MOST_MEMBERS:
        raise InvalidImport(f"{name} holds {len(every)} files: import the CSV of people alone")
    if any(PurePosixPath(one.filename).name == "[Content_Types].xml" for one in every):
        raise InvalidImport(f'{name} is a spreadsheet, not CSV: save it as "CSV UTF-8" and import that')
    found = [one for one in every if _is_table(one.filename) and not one.is_dir()]
    if any(one.flag_bits & 1 for one in found):
        raise InvalidImport(f"{name} is locked with a password: unpack it and import each CSV")
    if not found:
        raise InvalidImport(f"{name} holds no CSV file")
    return found


def _is_table(name: str) -> bool:
    path = PurePosixPath(name)
    return path.suffix.lower() == ".csv" and "__MACOSX" not in path.parts and not path.name.startswith(".")


def _check_size(members: list[zipfile.ZipInfo], largest: int) -> None:
    if sum(one.file_size for one in members) > largest:
        raise InvalidImport(
            f"the archive unpacks to more than {largest / 1024**3:.1f} GiB: import its files one by one"
        )


def _copy(archive: zipfile.ZipFile, member: zipfile.ZipInfo, to: Path, most: int) -> int:
    """Copy a member, and believe no size that it tells."""
    size = 0
    with archive.open(member) as source, to.open("wb") as target:
        while block := source.read(_BLOCK):
            size += len(block)
            if size > most:
                raise InvalidImport("the archive unpacks to more than it says: it is no export")
            target.write(block)
    return size


def standing_by_name(name: str) -> str:
    """Tell what the name of a file says of all its rows, a status; empty: nothing. Browsers unpack archives unasked."""
    return next((status for start, status in _STANDINGS if name.lower().startswith(start)), "")


def _part(member: zipfile.ZipInfo) -> Part:
    name = PurePosixPath(member.filename).name
    return Part(name=name, standing=standing_by_name(name), wants_noes=name.lower().startswith("subscribed"))

"""Finds the cases in a folder of test material by how its files are named; UsageError for a folder without any."""

import json
from pathlib import Path

from newsletter.base.errors import UsageError
from newsletter.sources.conformance.case import Case

KINDS = ("feeds", "pages", "xss")
_EXPECTED = "_expected"  # X.json beside X_expected.json: a JSON feed and what it stands for
_PAYLOADS = "payloads.json"


def find_cases(kind: str, folder: Path) -> list[Case]:
    """Give the cases of a kind, in the order of their names."""
    if kind not in KINDS:
        raise UsageError(f"there is no kind {kind!r} of test material here; there are {', '.join(KINDS)}")
    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder}")
    found = {"feeds": _feeds, "pages": _pages, "xss": _payloads}[kind](folder)
    if not found:
        raise UsageError(f"{folder} holds nothing of the kind {kind}")
    return found


def _feeds(folder: Path) -> list[Case]:
    """Pairs X.xml and X.json; JSON feeds with X_expected.json beside them, or with nothing, which must be read."""
    texts = [path for path in sorted(folder.rglob("*.json")) if not path.stem.endswith(_EXPECTED)]
    alone = [path for path in texts if not path.with_suffix(".xml").exists()]
    return [
        *(_case("feeds", folder, path, path.with_suffix(".json")) for path in sorted(folder.rglob("*.xml"))),
        *(_case("feeds", folder, path, path.with_stem(path.stem + _EXPECTED)) for path in alone),
    ]


def _pages(folder: Path) -> list[Case]:
    return [
        _case("pages", folder, path, path.parent)
        for path in sorted(folder.rglob("source.html"))
        if (path.parent / "expected.html").exists() and (path.parent / "expected-metadata.json").exists()
    ]


def _payloads(folder: Path) -> list[Case]:
    path = folder / _PAYLOADS
    if not path.exists():
        return []
    try:
        payloads = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from error
    count = len(payloads) if isinstance(payloads, list) else 0
    return [Case(name=f"payload {number}", kind="xss", given=path, number=number) for number in range(count)]


def _case(kind: str, folder: Path, path: Path, expected: Path) -> Case:
    name = (path.parent if kind == "pages" else path).relative_to(folder).as_posix()
    return Case(name=name, kind=kind, given=path, expected=expected if expected.exists() else None)

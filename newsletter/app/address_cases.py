"""Compares what this program takes for an address with what others' test material (is_email's) says of it.

By their category: an error must be refused; a valid one accepted, but for domains without a dot, which only countries
have; what RFC 5322 alone allows (comments, white space, obsolete forms, what is too long) is no address of RFC 5321 and
must be refused. What RFC 5321 allows and calls unusual, quoted local parts and literals, is counted and not judged.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree

from newsletter.base.errors import UsageError
from newsletter.sources.conformance.case import Outcome
from subscribers.address import parse_address
from subscribers.errors import InvalidAddress

_ACCEPTED = frozenset({"ISEMAIL_VALID_CATEGORY", "ISEMAIL_VALID", "ISEMAIL_DNSWARN"})
_UNUSUAL = "ISEMAIL_RFC5321"
_ERROR = "ISEMAIL_ERR"
# XML 1.0 cannot hold control characters: the material writes their pictures (Unicode block 2400).
_PICTURES = {0x2400 + code: chr(code) for code in range(0x20)} | {0x2421: "\x7f"}


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressCase:
    """One address, and the category that its authors put it in."""

    name: str
    address: str
    category: str


def find_address_cases(folder: Path) -> list[AddressCase]:
    """Give the cases of every .json and .xml in a folder that holds some. UsageError where there are none."""
    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder}")
    found = []
    for path in sorted([*folder.rglob("*.json"), *folder.rglob("*.xml")]):
        read = _of_json if path.suffix == ".json" else _of_xml
        found += [_case(path.relative_to(folder), one) for one in read(path)]
    cases = [case for case in found if case is not None]
    if not cases:
        raise UsageError(f"{folder} holds nothing of the kind addresses: no list of addresses with a category")
    return cases


def run_address_cases(cases: Iterable[AddressCase]) -> list[Outcome]:
    """Read each address; whatever but a refusal is raised is the case's crash."""
    return [_run(case) for case in cases]


def _run(case: AddressCase) -> Outcome:
    try:
        refused = _refusal(case.address)
    except Exception as error:  # noqa: BLE001 - to find what is raised is what this is for
        return Outcome(name=case.name, crashed=f"{type(error).__name__}: {error}"[:300])
    if case.category == _UNUSUAL:
        return Outcome(name=case.name, agrees=True, asked={"unusual": 1}, right={"unusual": not refused})
    must_accept = case.category in _ACCEPTED
    dotless = "." not in case.address.rpartition("@")[2]
    agrees = (not refused or dotless) if must_accept else bool(refused)
    sort = "valid" if must_accept else "errors" if case.category == _ERROR else "others"
    return Outcome(
        name=case.name,
        agrees=agrees,
        differences=() if agrees else (f"{case.category} {case.address!r}: {refused or 'accepted'}",),
        asked={sort: 1},
        right={sort: agrees},
    )


def _refusal(text: str) -> str:
    """Give the reason why this is no address; empty where it is one."""
    try:
        parse_address(text)
    except InvalidAddress as error:
        return error.reason
    return ""


def _of_json(path: Path) -> list[dict[str, Any]]:
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from error
    return [one for one in read if isinstance(one, dict)] if isinstance(read, list) else []


def _of_xml(path: Path) -> list[dict[str, Any]]:
    """Read is_email's own form: <test id><address/><category/><diagnosis/></test>, in any root."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.parse(path, parser).getroot()
    except (OSError, etree.XMLSyntaxError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from error
    return [
        {
            "id": test.get("id"),
            "address": (test.findtext("address") or "").translate(_PICTURES),
            "category": test.findtext("category"),
        }
        for test in root.iter("test")
    ]


def _case(path: Path, one: dict[str, Any]) -> AddressCase | None:
    address, category = one.get("address"), one.get("category")
    if not isinstance(address, str) or not isinstance(category, str):
        return None
    return AddressCase(name=f"{path.as_posix()} {one.get('id', '')}".strip(), address=address, category=category)

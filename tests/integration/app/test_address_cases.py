"""Addresses against the material of others: what is expected by category, in both forms that the material has."""

import json
from pathlib import Path
from typing import cast

import pytest

from newsletter.app.address_cases import AddressCase, find_address_cases, run_address_cases
from newsletter.app.conformance import conformance
from newsletter.base.errors import UsageError

CASES = [
    {"id": 1, "address": "anna@hospital.pt", "category": "ISEMAIL_VALID_CATEGORY"},
    {"id": 2, "address": "anna@nowhere.example", "category": "ISEMAIL_DNSWARN"},
    {"id": 3, "address": "anna@hospital", "category": "ISEMAIL_VALID_CATEGORY"},
    {"id": 4, "address": "anna@@hospital.pt", "category": "ISEMAIL_ERR"},
    {"id": 5, "address": "anna@hospital.pt\n", "category": "ISEMAIL_ERR"},
    {"id": 6, "address": "anna (a)@hospital.pt", "category": "ISEMAIL_CFWS"},
    {"id": 7, "address": "a" * 65 + "@hospital.pt", "category": "ISEMAIL_RFC5322"},
    {"id": 8, "address": '"a b"@hospital.pt', "category": "ISEMAIL_RFC5321"},
]
XML = """\
<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE tests [<!ENTITY outside SYSTEM "file:///etc/passwd">]>
<tests version="3.0"><description>d</description>
<test id="1"><address>anna@hospital.pt</address><category>ISEMAIL_VALID_CATEGORY</category></test>
<test id="2"><address>anna@hospital.pt&#x240D;&#x240A;</address><category>ISEMAIL_ERR</category></test>
<test id="3"><address/><category>ISEMAIL_ERR</category></test>
<test id="4"><address>&outside;</address><category>ISEMAIL_ERR</category></test>
</tests>
"""


def test_everything_agrees_with_what_the_material_says(tmp_path: Path) -> None:
    """Errors refused, valid ones taken but without a dot; what RFC 5322 alone allows is refused; unusual is counted."""
    (tmp_path / "cases.json").write_text(json.dumps(CASES))
    (tmp_path / "other.json").write_text('{"no": "cases"}')
    assert conformance("addresses", tmp_path).totals == {
        "kind": "addresses",
        "cases": 8,
        "agree": 8,
        "crashed": 0,
        "share": 1.0,
        "valid": 1.0,
        "errors": 1.0,
        "others": 1.0,
        "unusual": 0,
    }


def test_the_form_of_is_email_is_read(tmp_path: Path) -> None:
    """Pictures of control characters stand for them, an empty element for no text; nothing is read from elsewhere."""
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "tests.xml").write_text(XML, encoding="utf-8")
    cases = find_address_cases(tmp_path)
    assert [(case.name, case.address) for case in cases] == [
        ("deep/tests.xml 1", "anna@hospital.pt"),
        ("deep/tests.xml 2", "anna@hospital.pt\r\n"),
        ("deep/tests.xml 3", ""),
        ("deep/tests.xml 4", ""),
    ]
    assert all(outcome.agrees for outcome in run_address_cases(cases))


@pytest.mark.parametrize(
    ("address", "category"),
    [("anna@hospital", "ISEMAIL_ERR"), ("anna@x.example", "ISEMAIL_ERR"), ("a b@x.example", "ISEMAIL_VALID_CATEGORY")],
)
def test_a_difference_is_a_difference(address: str, category: str) -> None:
    """What is taken though it is an error, or refused though it is valid, does not agree, and is told."""
    (outcome,) = run_address_cases([AddressCase(name="1", address=address, category=category)])
    refused = "." not in address
    assert outcome.agrees is refused
    assert bool(outcome.differences) is not refused


def test_a_crash_is_counted_and_the_next_case_is_run() -> None:
    """Whatever but a refusal is raised is a crash of that case alone."""
    no_text = AddressCase(name="1", address=cast("str", None), category="ISEMAIL_ERR")
    fine = AddressCase(name="2", address="a@x.example", category="ISEMAIL_DNSWARN")
    assert [(one.crashed[:9], one.agrees) for one in run_address_cases([no_text, fine])] == [
        ("TypeError", False),
        ("", True),
    ]


@pytest.mark.parametrize("content", ["no JSON", "[1, 2]", '[{"address": 1, "category": "x"}]'])
def test_a_folder_without_cases_is_a_usage_error(tmp_path: Path, content: str) -> None:
    """So is one that is not there, and a file that cannot be read."""
    (tmp_path / "cases.json").write_text(content)
    with pytest.raises(UsageError):
        find_address_cases(tmp_path)
    with pytest.raises(UsageError, match="no folder"):
        find_address_cases(tmp_path / "none")
    (tmp_path / "cases.json").rename(tmp_path / "cases.xml")
    with pytest.raises(UsageError):
        find_address_cases(tmp_path)

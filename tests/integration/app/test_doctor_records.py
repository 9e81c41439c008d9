"""What `doctor` says of the records of a domain that mails."""

from pathlib import Path

import pytest

from newsletter.app.dns_words import LookUp, LookUpFailed
from newsletter.app.doctor import Finding, look_over
from tests.fakes.home import make_full_home

RELAY = '[[provider]]\nname = "relay"\nurl = "smtp://127.0.0.1:9"\n'


def records(folder: Path, look_up: LookUp, more: str = RELAY) -> list[Finding]:
    app = make_full_home(folder, extra=more).app
    try:
        return [one for one in look_over(app, look_up) if one.what.split()[0] in {"SPF", "DMARC", "DNS"}]
    finally:
        app.close()


def test_missing_records_are_told_with_what_to_publish(tmp_path: Path) -> None:
    """Of the From domain both; the remedy is a record to begin with."""
    spf, dmarc = records(tmp_path / "home", lambda _name: [])
    assert (spf.what, dmarc.what) == ("SPF example.org", "DMARC example.org")
    assert (spf.verdict, dmarc.verdict) == ("warning", "warning")
    assert "v=spf1" in spf.remedy
    assert "at _dmarc.example.org" in dmarc.remedy


def test_spf_is_that_of_the_envelope(tmp_path: Path) -> None:
    """Receivers look up the domain that bounces go to (RFC 7208, section 2.4); DMARC that of From."""
    published = {"bounces.example.org": ["v=spf1 mx -all"], "_dmarc.example.org": ["v=DMARC1; p=reject"]}
    found = records(
        tmp_path / "home",
        lambda name: published.get(name, []),
        RELAY + '[bounces]\naddress = "mail@bounces.example.org"\n',
    )
    assert [(one.what, one.verdict) for one in found] == [
        ("SPF bounces.example.org", "good"),
        ("DMARC example.org", "good"),
    ]


def test_a_silent_dns_is_asked_once(tmp_path: Path) -> None:
    """One wait, one line, and nobody is blamed."""
    asked: list[str] = []

    def silent(name: str) -> list[str]:
        asked.append(name)
        raise LookUpFailed("no answer in 5 s")

    (found,) = records(tmp_path / "home", silent)
    assert (found.what, found.verdict, len(asked)) == ("DNS", "warning", 1)


def test_of_a_folder_nobody_asks(tmp_path: Path) -> None:
    """Where mail goes into a folder only, no record is looked up."""

    def never(name: str) -> list[str]:
        pytest.fail(f"{name} was asked for")

    assert records(tmp_path / "home", never, "") == []

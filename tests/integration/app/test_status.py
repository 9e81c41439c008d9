"""How an issue stands, as it is told: with the zone of its slot, and no small number about something delicate."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from newsletter.app.assembling import assemble_issue
from newsletter.app.content import approve_issue
from newsletter.app.portions import plan_some
from newsletter.app.setup import apply_setup
from newsletter.app.status import issue_status
from newsletter.cli.issue_words import status_json, status_words
from newsletter.issues.issue import Issue
from tests.fakes.home import Home, make_full_home
from tests.integration.web.asking import Asking

SENSITIVE = """\
[[topic]]
slug = "hiv"
name = "Living with HIV"
sensitive = true
[[segment]]
slug = "concerned"
list = "members"
rule = "follows hiv"
[[newsletter]]
slug = "among-us"
name = "Among us"
from = "Newsroom <news@example.org>"
postal_address = "Example Street 1, 53227 Bonn, Germany"
lists = ["concerned"]
sources = ["*"]
"""
NUMBERS = ("candidates", "planned", "in_flight", "accepted", "failed", "suppressed", "in_doubt", "reasons")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = make_full_home(tmp_path / "home")
    yield home
    home.app.close()


def planned(home: Home, issue: Issue) -> tuple[dict[str, Any], str]:
    """Approve an issue and plan its mails; give what is told of it, for programs and for people."""
    approve_issue(home.app, issue, by="a test")
    while plan_some(home.app):
        pass
    status = issue_status(home.app, str(issue.id))
    return status_json(status), status_words(status)


def test_a_slot_is_told_with_its_zone(home: Home) -> None:
    """Eight o'clock is nothing without it."""
    told, words = planned(home, home.issue)
    assert told["zone"] == "Europe/Berlin"
    assert f"{home.issue.slot} Europe/Berlin" in words
    assert (told["candidates"], told["readers"]) == (3, "3")


def test_few_readers_who_share_a_sensitive_topic_are_not_counted(home: Home) -> None:
    """Neither for people nor for programs, nor on the desk: how many of them there are is nobody's to know."""
    (home.app.home / "more.toml").write_text(SENSITIVE, encoding="utf-8")
    apply_setup(home.app, home.app.home / "more.toml")
    issue, _ = assemble_issue(home.app, "among-us", by="a test")
    told, words = planned(home, issue)
    assert [told[one] for one in NUMBERS] == [None] * len(NUMBERS)
    assert told["readers"] == "fewer than 10"
    assert "fewer than 10 readers" in words
    page = Asking(home.app).get(f"/desk/issues/{issue.id}").text
    assert "<dt>readers</dt><dd>fewer than 10</dd>" in page
    assert '<p class="counts">fewer than 10 readers</p>' in Asking(home.app).get("/desk").text

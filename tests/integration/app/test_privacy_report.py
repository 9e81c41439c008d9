"""The privacy sheet says what the settings say, and names everybody who processes addresses."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter.app.app import App
from newsletter.app.privacy_report import privacy_report
from tests.fakes.home import ANNA, make_full_home

EXTRA = """\
[[provider]]
name = "relay"
url = "smtps://mail.relay.example:465"
[[provider]]
name = "api"
url = "postmark:"
[privacy]
unconfirmed_days = 9
deliveries_days = 321
network_addresses_days = 77
[alerts]
webhook = "https://chat.example/hook"
"""


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    app = make_full_home(tmp_path / "home", extra=EXTRA).app
    yield app
    app.close()


def words(app: App) -> str:
    return "\n".join(line for chapter in privacy_report(app).chapters for line in chapter.lines)


@pytest.mark.parametrize(
    "told",
    ["9 days", "321 days", "77 days", "mail.relay.example", "Postmark", "chat.example", "Example Street 1, 53227 Bonn"],
)
def test_the_sheet_is_filled_in_from_the_settings(app: App, told: str) -> None:
    """Days, processors and who is responsible are those of this home."""
    assert told in words(app)


def test_the_sheet_has_every_item_of_the_article(app: App) -> None:
    """Article 30(1), a to g: none is left out, none is empty."""
    chapters = privacy_report(app).chapters
    assert [one.heading.rpartition("(")[2].rstrip(")") for one in chapters] == list("abcdefg")
    assert all(one.lines for one in chapters)


def test_the_sheet_holds_numbers_and_no_person(app: App) -> None:
    """People are counted; no address of a reader stands in it."""
    report = privacy_report(app)
    assert (report.figures.people, report.figures.subscriptions) == (3, {"active": 3})
    assert ANNA not in repr(report)

"""The pages that a reader opens from a mail: no fault by WCAG 2.2 AA, light and dark, both directions; and their way
through: prefer, leave by link, come back, see one's data, and go for good.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from newsletter.app.app import open_app
from newsletter.app.notices.reader_mail import link_address
from newsletter.db.engine import reading, writing
from subscribers.consent.fresh_link import Purpose, make_link
from subscribers.people.find import find_by_address
from subscribers.people.show import show
from subscribers.wishes.prefer import change_profile
from tests.stories.axe import faults_of
from tests.stories.test_pages import EXPECTED, READER, Serving, opened, overflow, serving, until

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# A link that is over is no fault of the page; the browser says so all the same.
GONE = re.compile(f"{EXPECTED.pattern}|404|410")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(tmp_path_factory.mktemp("own") / "home") as running:
        yield running


def speak(served: Serving, language: str) -> None:
    app = open_app(served.folder)
    with writing(app.engine) as db:
        change_profile(db, find_by_address(db, READER).id, {"language": language}, now=app.clock.now())
    app.close()


def fresh_link(served: Serving, purpose: Purpose, **content: str) -> str:
    app = open_app(served.folder)
    with writing(app.engine) as db:
        person = find_by_address(db, READER).id
        link = make_link(db, person, purpose, content, life=timedelta(days=1), now=app.clock.now())
    address = link_address(app, link)
    app.close()
    return address


def pages_of(served: Serving) -> dict[str, str]:
    """Give the address of each page that a reader can be on."""
    account = fresh_link(served, Purpose.ACCOUNT, newsletter="weekly")
    new = fresh_link(served, Purpose.ADDRESS, old=READER, new="anna@neu.example", newsletter="weekly")
    return {
        "leave": f"{served.base}/u/{served.token}",
        "preferences": f"{served.base}/p/{served.token}",
        "data": account,
        "erase": f"{account}/erase",
        "find": f"{served.base}/account",
        "archive": f"{served.base}/issues/weekly",
        "address": new,
        "nothing": f"{served.base}/u/{'x' * 24}",
        "over": f"{served.base}/a/{'a' * 32}",
    }


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("language", "size"), [("ar", "phone"), ("de", "desktop")])
def test_each_page_is_open_to_everybody(
    served: Serving, browser: "Browser", language: str, size: str, scheme: str
) -> None:
    """No rule of axe-core is broken, nothing is wider than the screen, and one heading begins the page."""
    speak(served, language)
    with opened(browser, size, scheme, expected=GONE) as page:
        for name, address in pages_of(served).items():
            page.goto(address)
            assert (name, faults_of(page), overflow(page)) == (name, [], 0)
            assert page.locator("h1").count() == 1


@pytest.mark.browser
def test_what_a_screen_reader_hears(served: Serving, browser: "Browser") -> None:
    """Each control has a name, groups are named by their topic, and the order is that of the page."""
    speak(served, "en")
    with opened(browser, "desktop", "light") as page:
        page.goto(f"{served.base}/p/{served.token}")
        heard = page.locator("main").aria_snapshot()
        controls = re.findall(r"- (?:checkbox|radio|combobox|textbox|button|link)(.*)", heard)
        assert controls
        assert [one for one in controls if not re.match(r' "[^"]+"', one)] == []
        groups = re.findall(r'- group "([^"]+)"', heard)
        assert [one for one in groups if one in {"Funding calls", "Genomics", "Health policy"}] == [
            "Funding calls",
            "Genomics",
            "Health policy",
        ]
        assert page.locator("[tabindex]:not([tabindex='-1'])").count() == 0
        other = page.locator("[lang]").evaluate_all("all => all.map(one => one.lang)")
        assert {"en", "de", "ar"} <= set(other)  # names of languages are told in their own


@pytest.mark.browser
def test_a_reader_sees_their_data_and_goes_for_good(browser: "Browser", tmp_path: Path) -> None:
    """By a fresh link, without script: everything that is kept can be seen, and erased with one more page between."""
    with serving(tmp_path / "home") as served:
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(fresh_link(served, Purpose.ACCOUNT, newsletter="weekly"))
        assert READER in page.content()
        page.goto(f"{page.url}/erase")
        assert is_there(served)
        page.locator("form button").last.click()
        until(lambda: not is_there(served))
        context.close()


def is_there(served: Serving) -> bool:
    app = open_app(served.folder)
    try:
        with reading(app.engine) as db:
            return show(db, READER).subscriber is not None
    finally:
        app.close()

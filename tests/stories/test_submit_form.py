"""A partner sends in news in a real browser: with a fault first, on a phone and on a desktop."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from newsletter.app.app import open_app
from newsletter.app.posts import list_posts
from newsletter.app.submissions import form_link
from tests.stories.test_pages import Serving, contrast, opened, overflow, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(tmp_path_factory.mktemp("submit") / "home") as running:
        yield running


def form_of(served: Serving) -> str:
    app = open_app(served.folder)
    try:
        return served.base + re.sub(r"^https?://[^/]+", "", form_link(app, "secretariat", by="a test"))
    finally:
        app.close()


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_a_partner_sends_in_news(served: Serving, browser: "Browser", size: str, scheme: str, tmp_path: Path) -> None:
    """What is wrong is told and focused, nothing that was entered is lost, and what came in is shown and held."""
    shots = Path(os.environ.get("SHOTS", tmp_path))
    complaint = re.compile("422|favicon")
    title = f"News from a {scheme} {size}"
    with opened(browser, size, scheme, expected=complaint) as page:
        if size == "phone":
            page.set_viewport_size({"width": 360, "height": 780})
        page.goto(form_of(served))
        assert overflow(page) == 0
        for selector in ("h1", "label", ".hint", "button", "legend"):
            assert contrast(page, selector) >= 4.5, selector
        page.screenshot(path=shots / f"form-{size}-{scheme}.png", full_page=True)
        page.get_by_label("Title").fill(title)
        page.get_by_label("Your name").fill("Jana Beispiel")
        page.get_by_role("button", name="Send").click()
        page.get_by_role("alert").wait_for()
        assert page.title().startswith("Not sent yet")
        assert "faults" in (page.evaluate("document.activeElement.className") or "")
        for selector in (".fault", ".faults a"):
            assert contrast(page, selector) >= 4.5, selector
        page.screenshot(path=shots / f"fault-{size}-{scheme}.png", full_page=True)
        page.get_by_role("link", name="Text").click()
        assert page.get_by_label("Title").input_value() == title
        page.get_by_label("Text", exact=True).fill("A text with **two** words in bold.\n\nAnd an end.")
        page.get_by_role("button", name="Send").click()
        page.get_by_role("status").wait_for()
        assert overflow(page) == 0
        page.screenshot(path=shots / f"thanks-{size}-{scheme}.png", full_page=True)
        assert page.context.cookies() == []
    app = open_app(served.folder)
    try:
        assert [post.title for post in list_posts(app, state="held")].count(title) == 1
    finally:
        app.close()


@pytest.mark.browser
def test_the_form_mirrors_for_arabic(served: Serving, browser: "Browser", tmp_path: Path) -> None:
    """A browser that asks for Arabic gets the form from right to left, and it fits a phone."""
    shots = Path(os.environ.get("SHOTS", tmp_path))
    context = browser.new_context(viewport={"width": 360, "height": 780}, locale="ar")
    page = context.new_page()
    page.goto(form_of(served))
    assert overflow(page) == 0
    assert page.evaluate("getComputedStyle(document.body).direction") == "rtl"
    page.screenshot(path=shots / "form-arabic.png", full_page=True)
    context.close()

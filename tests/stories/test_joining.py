"""People join: in a on a phone, from right to left, without script, from partners' pages and frames."""

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from newsletter.app.app import open_app
from newsletter.db.engine import reading, writing
from subscribers.lists.keep import put_list
from subscribers.lists.mailing_list import SubscriptionState
from subscribers.people.show import show
from tests.stories.axe import faults_of
from tests.stories.test_pages import EXPECTED, SIZES, Serving, opened, overflow, serving, until

if TYPE_CHECKING:
    from playwright.sync_api import Browser, FrameLocator, Page

PATIENCE_OF_A_PERSON = 2.2  # seconds: who is quicker than two is asked once more


@pytest.fixture(scope="module")
def partner() -> Iterator[str]:
    """Another site, with a frame and a form of its own; give its origin."""
    with another_site() as origin:
        yield origin


PAGES: dict[str, str] = {}  # of other sites, by path


@contextmanager
def another_site() -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = PAGES.get(self.path, "").encode()
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, partner: str) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("joining") / "home"
    with serving(folder, web=f'frame_ancestors = ["{partner}"]') as running:
        app = open_app(folder)
        with writing(app.engine) as db:
            put_list(db, "members", name="Members and friends", opt_in="double", now=app.clock.now())
        app.close()
        frame = (
            f'<iframe sandbox="allow-forms" title="Sign up" width="400" height="800" src="{running.base}/join/weekly">'
        )
        PAGES["/frame"] = f"<!doctype html><title>Partner</title><h1>Partner</h1>{frame}</iframe>"
        form = f'<form method="post" action="{running.base}/join/weekly"><label>E-mail <input name="email"></label>'
        PAGES["/form"] = f"<!doctype html><title>Partner</title>{form}<button>Go</button></form>"
        yield running


def state_of(served: Serving, address: str) -> SubscriptionState | None:
    app = open_app(served.folder)
    try:
        with reading(app.engine) as db:
            found = show(db, address).subscriptions
        return found[0].state if found else None
    finally:
        app.close()


def mail_to(served: Serving, address: str) -> EmailMessage:
    """Give the confirmation that `serve` sends to an address."""
    found: list[EmailMessage] = []

    def arrived() -> bool:
        for file in (served.folder / "sent" / "new").glob("*"):
            message = message_from_bytes(file.read_bytes(), policy=default)
            assert isinstance(message, EmailMessage)
            if message["To"] == address and "/c/" in message.as_string():
                found.append(message)
        return bool(found)

    until(arrived)
    return found[0]


def link_in(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    found = re.search(r"/c/[a-z2-7]{32}", part.get_content())
    assert found is not None
    return found[0]


def sign_up(place: "Page | FrameLocator", address: str) -> None:
    place.locator("#address").fill(address)
    time.sleep(PATIENCE_OF_A_PERSON)
    place.locator("form button").click()


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("language", "size"), [("ar", "phone"), ("de", "desktop")])
def test_joining_is_open_to_everybody(
    served: Serving, browser: "Browser", language: str, size: str, scheme: str
) -> None:
    """Each page on the way has no fault by WCAG 2.2 AA, fits the screen, and speaks the language that was chosen."""
    address = f"{language}-{scheme}@hospital.example"
    with opened(browser, size, scheme) as page:
        page.goto(f"{served.base}/join/weekly?language={language}")
        assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
        assert (faults_of(page), overflow(page)) == ([], 0)
        sign_up(page, address)
        page.get_by_role("status").wait_for()
        assert (faults_of(page), overflow(page)) == ([], 0)
        page.goto(served.base + link_in(mail_to(served, address)))
        assert state_of(served, address) is SubscriptionState.PENDING
        assert (faults_of(page), overflow(page)) == ([], 0)
        page.locator("form button").click()
        page.get_by_role("status").wait_for()
        assert (faults_of(page), overflow(page)) == ([], 0)
        assert page.locator("html").get_attribute("lang") == language
    assert state_of(served, address) is SubscriptionState.ACTIVE


@pytest.mark.browser
def test_joining_works_without_script_and_with_keys_alone(served: Serving, browser: "Browser") -> None:
    """A browser that runs no script, and no mouse: Tab, typing and Enter lead to the end."""
    address = "keys@hospital.example"
    context = browser.new_context(java_script_enabled=False, viewport=SIZES["desktop"])  # type: ignore[arg-type]  # a plain dict
    page = context.new_page()
    page.goto(f"{served.base}/join/weekly")
    page.keyboard.press("Tab")
    page.keyboard.type(address)
    time.sleep(PATIENCE_OF_A_PERSON)
    page.keyboard.press("Enter")
    page.get_by_role("status").wait_for()
    page.goto(served.base + link_in(mail_to(served, address)))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("status").wait_for()
    context.close()
    assert state_of(served, address) is SubscriptionState.ACTIVE


@pytest.mark.browser
def test_what_is_wrong_is_told_where_it_is(served: Serving, browser: "Browser") -> None:
    """The fault takes the focus, names the field, and a screen reader finds it beside the field too."""
    with opened(browser, "phone", "light", expected=re.compile(f"{EXPECTED.pattern}|422")) as page:
        page.goto(f"{served.base}/join/weekly?language=en")
        page.locator("#address").fill("anna")
        page.locator("form button").click()
        page.get_by_role("alert").wait_for()
        assert faults_of(page) == []
        field = page.get_by_role("textbox", name="Your e-mail address")
        assert field.get_attribute("aria-invalid") == "true"
        described = page.locator(f"#{field.get_attribute('aria-describedby')}").inner_text()
        assert "no e-mail address" in described


@pytest.mark.browser
def test_the_form_works_in_a_sandboxed_frame(served: Serving, browser: "Browser", partner: str) -> None:
    """A site builder's frame that allows forms and nothing else: the whole way to the mail."""
    address = "framed@hospital.example"
    with opened(browser, "desktop", "light") as page:
        page.goto(f"{partner}/frame")
        frame = page.frame_locator("iframe")
        sign_up(frame, address)
        frame.get_by_role("status").wait_for()
    assert link_in(mail_to(served, address))


@pytest.mark.browser
def test_a_frame_of_a_site_that_is_not_named_stays_empty(served: Serving, browser: "Browser") -> None:
    """Nobody else can put the page under their own buttons; pages of a mail are framed by nobody."""
    with another_site() as stranger, opened(browser, "desktop", "light", expected=re.compile("frame|favicon")) as page:
        page.goto(f"{stranger}/frame")
        page.wait_for_timeout(500)
        assert page.frame_locator("iframe").locator("#address").count() == 0


@pytest.mark.browser
def test_a_partners_own_form_leads_to_the_same_mail(served: Serving, browser: "Browser", partner: str) -> None:
    """Posted from another origin without our stamp: one more page, one more press, and the record says from where."""
    address = "partner@hospital.example"
    with opened(browser, "desktop", "light") as page:
        page.goto(f"{partner}/form")
        page.get_by_label("E-mail").fill(address)
        page.get_by_role("button").click()
        page.get_by_text(address).wait_for()
        assert faults_of(page) == []
        time.sleep(PATIENCE_OF_A_PERSON)
        page.locator("form button").click()
        page.get_by_role("status").wait_for()
    assert link_in(mail_to(served, address))

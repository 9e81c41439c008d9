"""`newsletter serve` as people meet it: the real process, a real browser, light and dark, desktop and phone."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from newsletter.app.app import App, make_home, open_app
from newsletter.app.assembling import assemble_issue
from newsletter.app.content import approve_issue
from newsletter.app.people import add_person
from newsletter.app.portions import fetch_some
from newsletter.app.setup import apply_setup
from newsletter.db.engine import reading
from subscribers.doors import still_mailable
from subscribers.people.find import find_by_address
from subscribers.subscriber import NotMailable
from tests.fakes.home import POSTS, SETTINGS, SETUP
from tests.stories.axe import faults_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PATIENCE = 40.0  # seconds; only a fault waits so long
READER = "anna@klinik.example"
SIZES = {"desktop": {"width": 1360, "height": 900}, "phone": {"width": 390, "height": 844}}
# What a page may complain of: browsers ask for a picture of the site that there is none of.
EXPECTED = re.compile("favicon")
# WCAG 2.2, 1.4.3: the contrast of an element's text to what is painted behind it.
CONTRAST = """element => {
  const numbers = text => (text.match(/[\\d.]+/g) || []).map(Number);
  const linear = value => value <= 0.04045 * 255 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4;
  const light = text => {
    const [red, green, blue] = numbers(text).map(linear);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  let behind = element, ground = 'rgba(0, 0, 0, 0)';
  while (behind && numbers(ground)[3] === 0) {
    ground = getComputedStyle(behind).backgroundColor;
    behind = behind.parentElement;
  }
  const [lighter, darker] = [light(getComputedStyle(element).color), light(ground)].sort((x, y) => y - x);
  return (lighter + 0.05) / (darker + 0.05);
}"""


@dataclass
class Serving:
    """A running `serve` and what is known of its home."""

    folder: Path
    process: subprocess.Popen[bytes]
    base: str
    token: str


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(what: Callable[[], bool], *, seconds: float = PATIENCE) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)


def prepare(folder: Path, port: int, web: str) -> str:
    """Make a home as `init`, `apply`, `ingest` and `issue approve` do; give the token of a reader's mail."""
    address = f"127.0.0.1:{port}"
    make_home(folder, SETTINGS.replace("127.0.0.1:8000", address) + '[log]\nlevel = "info"\n')
    text = (
        (folder / "newsletter.toml").read_text(encoding="utf-8").replace("[web]", f'[web]\nbind = "{address}"\n{web}')
    )
    (folder / "newsletter.toml").write_text(text, encoding="utf-8")
    (folder / "posts").mkdir()
    for name, post in POSTS.items():
        (folder / "posts" / name).write_text(f"---\n{post}", encoding="utf-8")
    (folder / "setup.toml").write_text(SETUP, encoding="utf-8")
    app = open_app(folder)
    try:
        apply_setup(app, folder / "setup.toml")
        fetch_some(app)
        told = {"consent": "a test", "name": "Anna", "language": "de", "zone": "Europe/Berlin", "by": "test"}
        add_person(app, READER, "members", follows=("topic:funding",), **told)
        issue, _ = assemble_issue(app, "weekly", by="a test")
        approve_issue(app, issue, by="a test")
        with reading(app.engine) as db:
            return app.keys.tokens.encode([(issue.id, find_by_address(db, READER).id)])[0]
    finally:
        app.close()


def is_up(base: str) -> bool:
    try:
        return httpx.get(f"{base}/healthz", timeout=5).status_code == 200
    except httpx.TransportError:
        return False


@contextmanager
def serving(folder: Path, *, web: str = "") -> Iterator[Serving]:
    """Run `serve` over a small home; `web` are further lines of its section [web]."""
    port = free_port()
    token = prepare(folder, port, web)
    command = [sys.executable, "-m", "newsletter", "--home", str(folder), "serve"]
    with (folder / "serve.log").open("wb") as log:
        process = subprocess.Popen(command, stderr=log, stdout=log)
    try:
        until(lambda: is_up(f"http://127.0.0.1:{port}") or process.poll() is not None)
        assert process.poll() is None, (folder / "serve.log").read_text(encoding="utf-8")
        yield Serving(folder, process, f"http://127.0.0.1:{port}", token)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(PATIENCE)


def children_of(process: int) -> list[int]:
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(process)], capture_output=True, text=True, check=False)
    return [int(line) for line in listed.stdout.split() if line.isdigit()]


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return not Path(f"/proc/{process}/stat").exists() or ") Z " not in Path(f"/proc/{process}/stat").read_text()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(tmp_path_factory.mktemp("served") / "home") as running:
        yield running


@contextmanager
def opened(browser: "Browser", size: str, scheme: str, *, expected: re.Pattern[str] = EXPECTED) -> Iterator["Page"]:
    """Open a page that fails the test if it complains, in the console or of a refused load."""
    context = browser.new_context(viewport=SIZES[size], color_scheme=scheme)  # type: ignore[arg-type]  # plain dict and str
    page, complaints = context.new_page(), []
    page.on("console", lambda message: complaints.append(f"{message.text} {message.location.get('url', '')}"))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert not [one for one in complaints if not expected.search(one)]


def overflow(page: "Page") -> int:
    """Give by how many pixels a page is wider than the screen, once it is all there."""
    page.wait_for_load_state()
    # Asked of the element, which is waited for: right after a click there may be a document with nothing in it yet.
    return int(page.locator("html").evaluate("html => html.scrollWidth - html.clientWidth"))


def contrast(page: "Page", selector: str) -> float:
    """Give the contrast of the first element that a selector finds."""
    return float(page.locator(selector).first.evaluate(CONTRAST))


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_the_desk_is_readable(served: Serving, browser: "Browser", size: str, scheme: str) -> None:
    """Desk and issue fit the screen, have the contrast of WCAG 2.2 AA, and show the mail in its frame."""
    with opened(browser, size, scheme) as page:
        page.goto(f"{served.base}/")
        assert page.url.endswith("/desk")
        assert overflow(page) == 0
        for selector in ("h1", ".state", ".quiet", ".issues a", "code"):
            assert contrast(page, selector) >= 4.5, selector
        page.get_by_role("link", name="weekly/1").click()
        page.wait_for_url("**/desk/issues/**")
        assert overflow(page) == 0
        page.get_by_role("link", name=re.compile(READER)).click()
        for look in ("Dark", "Phone"):
            page.get_by_role("link", name=look, exact=True).click()
            frame = page.frame_locator("iframe")
            assert "Personalised Medicine Weekly" in frame.locator("h1").inner_text()
            dark = (
                frame.locator(".sheet").first.evaluate("e => getComputedStyle(e).backgroundColor")
                != "rgb(255, 255, 255)"
            )
            assert dark == (look == "Dark")
        page.get_by_role("link", name="Text", exact=True).click()
        assert "Guten Tag Anna," in page.locator("pre").inner_text()


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_leaving_works_with_the_keyboard(served: Serving, browser: "Browser", size: str, scheme: str) -> None:
    """A reader leaves and comes back with Tab and Enter alone, and sees where the focus is."""
    with opened(browser, size, scheme) as page:
        page.goto(f"{served.base}/u/{served.token}")
        assert overflow(page) == 0
        for selector in ("h1", "button", ".who", "a"):
            assert contrast(page, selector) >= 4.5, selector
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert (page.evaluate("document.activeElement.tagName"), outline) == ("BUTTON", "solid")
        page.keyboard.press("Enter")
        page.get_by_role("status").wait_for()
        assert "ist abbestellt" in page.title()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.get_by_text("kommt weiterhin").first.wait_for()


@pytest.mark.browser
def test_wishes_are_chosen_with_the_mouse(served: Serving, browser: "Browser") -> None:
    """A reader mutes a topic on the preferences page, and finds it muted when coming back."""
    with opened(browser, "phone", "light") as page:
        page.goto(f"{served.base}/p/{served.token}")
        assert overflow(page) == 0
        page.get_by_role("group", name="Genomik").get_by_text("Ausblenden").click()
        page.get_by_role("button", name="Speichern").click()
        page.get_by_role("status").wait_for()
        page.goto(f"{served.base}/p/{served.token}")
        assert page.get_by_role("group", name="Genomik").get_by_label("Ausblenden").is_checked()


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_why_these_stories_is_readable(served: Serving, browser: "Browser", size: str, scheme: str) -> None:
    """The points fit every screen and have the contrast of WCAG 2.2 AA; axe finds nothing."""
    with opened(browser, size, scheme) as page:
        page.goto(f"{served.base}/w/{served.token}")
        assert overflow(page) == 0
        assert "Warum diese Meldungen?" in page.title()
        for selector in ("h1", ".record strong", ".hint", "a"):
            assert contrast(page, selector) >= 4.5, selector
        assert faults_of(page) == []


@pytest.mark.story
def test_serve_sends_and_ends(tmp_path: Path) -> None:
    """Serve sends what is due by its child; a leave counts at once; SIGTERM ends both with exit 0."""
    with serving(tmp_path / "home") as running:
        sent = running.folder / "sent" / "new"
        until(lambda: sent.is_dir() and any(sent.iterdir()))
        answer = httpx.post(f"{running.base}/u/{running.token}", files={"List-Unsubscribe": (None, "One-Click")})
        assert answer.status_code == 200
        (child,) = children_of(running.process.pid)
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(PATIENCE) == 0
        assert not is_alive(child)
        app = open_app(running.folder)
        assert is_gone(app)
        app.close()
        assert running.token not in (running.folder / "serve.log").read_text(encoding="utf-8")


def is_gone(app: App) -> bool:
    with reading(app.engine) as db:
        person = find_by_address(db, READER).id
        answer = still_mailable(db, [person], ["members"], opt_out="newsletter:weekly")[person]
    return isinstance(answer, NotMailable)


@pytest.mark.story
def test_no_sender_outlives_a_killed_service(tmp_path: Path) -> None:
    """kill -9 of serve: its child sees the end of the pipe and ends by itself."""
    with serving(tmp_path / "home") as running:
        until(lambda: bool(children_of(running.process.pid)))
        (child,) = children_of(running.process.pid)
        running.process.kill()
        running.process.wait()
        until(lambda: not is_alive(child))


@pytest.mark.story
def test_a_taken_port_is_said(served: Serving) -> None:
    """A second service on the same port ends at once with exit 2 and what to do, and disturbs nobody."""
    command = [sys.executable, "-m", "newsletter", "--home", str(served.folder), "serve"]
    second = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert second.returncode == 2
    assert "[web] bind" in second.stderr
    assert is_up(served.base)

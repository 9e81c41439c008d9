"""Our layouts by two compilers: the one we ship (mrml, in Rust) and the one that MJML's authors keep (npm's mjml).

A layout that only one of them understands as meant would change with the next version of ours.
"""

import json
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image, ImageChops

from newsletter.rendering.mjml import compile_mjml
from tests.unit.rendering.look import draw_pictures
from tests.unit.rendering.sample import ANNOUNCEMENT, LAYOUTS, PUBLIC_URL, make_personal, make_recipe, sample_issue
from tests.unit.rendering.slow_way import compile_for_one

if TYPE_CHECKING:
    from playwright.sync_api import Browser

THEIRS = Path(__file__).parents[2] / ".venv" / "mjml"
LANGUAGES = ("en", "ar")
MOST_PIXELS = 0.01  # that differ
SEEN = 8  # of 255: a difference below is how an edge was smoothed
MAILS = [f"{layout}-{language}" for layout in LAYOUTS for language in LANGUAGES]


class Told(HTMLParser):
    """What a mail says, in its order: words, links, and pictures with their alt and width."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[tuple[str | None, ...]] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag == "style"
        found = dict(attrs)
        if tag == "a":
            self.told.append((tag, found.get("href")))
        if tag == "img":
            self.told.append((tag, found.get("src"), found.get("alt"), found.get("width")))

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag == "style"

    def handle_data(self, data: str) -> None:
        if not self._hidden and data.strip():
            self.told.append(("words", " ".join(data.split())))


def told(html: str) -> list[tuple[str | None, ...]]:
    parser = Told()
    parser.feed(html)
    return parser.told


@pytest.fixture(scope="module")
def node() -> str:
    found = shutil.which("node")
    if found is None or not (THEIRS / ".done").exists():
        pytest.skip("npm's mjml is not here: `make mjml` gets it (needs Node and npm; Debian: apt-get install npm)")
    return found


@pytest.fixture(scope="module")
def compiled(node: str) -> dict[str, tuple[str, str]]:
    """Each mail by our compiler and by theirs; sources are gathered first, so that theirs starts once."""
    sources: list[str] = []

    def ours(source: str) -> str:
        sources.append(source)
        return compile_mjml(source, "a sample")

    mails = [(layout, language) for layout in LAYOUTS for language in LANGUAGES]
    first = [_mail(layout, language, ours) for layout, language in mails]
    done = subprocess.run(
        [node, str(THEIRS / "compile.mjs")],
        input=json.dumps(sources).encode(),
        capture_output=True,
        timeout=120,
        cwd=THEIRS,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    answers = iter(json.loads(done.stdout))
    second = [_mail(layout, language, lambda _source: next(answers)) for layout, language in mails]
    return dict(zip(MAILS, zip(first, second, strict=True), strict=True))


def _mail(layout: str, language: str, compiler: Any) -> str:
    return compile_for_one(
        sample_issue(recipe=make_recipe(layout=layout, announcement=ANNOUNCEMENT)), language, make_personal(), compiler
    )


@pytest.mark.story
@pytest.mark.parametrize("mail", MAILS)
def test_both_say_the_same(compiled: dict[str, tuple[str, str]], mail: str) -> None:
    """The same words, links and pictures in the same order; nothing in our layouts is a fault to their compiler."""
    ours, theirs = compiled[mail]
    assert len(told(ours)) > 100
    assert told(ours) == told(theirs)


@pytest.mark.browser
@pytest.mark.long
@pytest.mark.parametrize("mail", MAILS)
def test_both_look_the_same(
    compiled: dict[str, tuple[str, str]], browser: "Browser", tmp_path: Path, mail: str
) -> None:
    """In Chromium under 1 % of the pixels differ: at a desk and on a phone, light and dark."""
    draw_pictures(tmp_path)
    for width in (700, 360):
        for scheme in ("light", "dark"):
            ours, theirs = (_shot(browser, tmp_path, html, width, scheme) for html in compiled[mail])
            assert ours.size == theirs.size
            assert _differing(ours, theirs) < MOST_PIXELS


@pytest.mark.browser
def test_a_difference_would_be_seen(compiled: dict[str, tuple[str, str]], browser: "Browser", tmp_path: Path) -> None:
    """Another colour of the sheet is more than 1 % of the pixels: the comparison can fail."""
    html = compiled["digest-en"][0]
    shots = [_shot(browser, tmp_path, one, 700, "light") for one in (html, html.replace("#ffffff", "#ffff00"))]
    assert _differing(*shots) > MOST_PIXELS


def _shot(browser: "Browser", folder: Path, html: str, width: int, scheme: Any) -> Image.Image:
    file = folder / "mail.html"
    file.write_text(html.replace(f"{PUBLIC_URL}/media", folder.as_uri()), encoding="utf-8")
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    tab = context.new_page()
    tab.goto(file.as_uri())
    tab.screenshot(path=folder / "mail.png", full_page=True)
    context.close()
    with Image.open(folder / "mail.png") as image:
        return image.convert("RGB")


def _differing(one: Image.Image, other: Image.Image) -> float:
    difference = ImageChops.difference(one, other).convert("L").histogram()
    return sum(difference[SEEN:]) / (one.size[0] * one.size[1])

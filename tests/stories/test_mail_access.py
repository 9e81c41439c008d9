"""Mails for everybody: axe on each layout, and what axe does not see, in Chromium.

Rules that are about pages and not about mails are left out; docs/layouts.md says which, and why.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.unit.rendering.look import draw_pictures, page
from tests.unit.rendering.sample import LAYOUTS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

DOCS = Path(__file__).parents[2] / "docs" / "layouts.md"
OF_PAGES = ("landmark-one-main", "region")  # a mail is an article inside somebody else's page
WIDTHS = (320, 700)
# One of them in `make test`, all in `make stories`.
EACH = [pytest.param(one, marks=[] if one == "digest" else pytest.mark.long) for one in LAYOUTS]
# Of each card: its own language and direction, headings, links by address, links without a name, linked pictures.
CARDS = """() => [...document.querySelectorAll('h3')].map(heading => {
  let card = heading;
  while (card && !(card.tagName === 'TD' && card.lang)) card = card.parentElement;
  const links = card ? [...card.querySelectorAll('a[href]')] : [];
  return {
    title: heading.textContent.trim(),
    lang: card && card.lang,
    dir: card && card.dir,
    headings: card ? card.querySelectorAll('h1, h2, h3, h4, h5, h6').length : 0,
    links: links.map(link => [link.href, (link.getAttribute('aria-label') || link.textContent).trim()]),
    pictures: links.filter(link => link.querySelector('img')).length,
  };
})"""
GROUNDS = "() => ['.ground', '.sheet', '.t'].map(one => { const found = document.querySelector(one);"
GROUNDS += " return found && getComputedStyle(found).backgroundColor + getComputedStyle(found).color; })"
# What is beside the sheet or cut off at its edge.
OVERFLOWING = """() => [...document.querySelectorAll('body *')].filter(one => {
  const box = one.getBoundingClientRect();
  return box.width > 1 && box.height > 1 && (box.right > innerWidth + 1 || box.left < -1);
}).map(one => one.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mails")
    draw_pictures(folder)
    for layout in LAYOUTS:
        for language in ("en", "ar"):
            (folder / f"{layout}-{language}.html").write_text(page(language, layout, folder), encoding="utf-8")
    return folder


@contextmanager
def opened(browser: "Browser", file: Path, *, width: int = 700, scheme: Any = "light") -> Iterator["Page"]:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    tab = context.new_page()
    tab.goto(file.as_uri())
    yield tab
    context.close()


def faults(tab: "Page") -> list[str]:
    options = {"rules": {rule: {"enabled": False} for rule in OF_PAGES}}
    violations = Axe().run(tab, options=options).response["violations"]
    return [f"{one['id']}: {one['help']}: {one['nodes'][0]['html'][:200]}" for one in violations]


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("layout", EACH)
def test_axe_finds_nothing(browser: "Browser", folder: Path, layout: str, language: str) -> None:
    """By every rule that applies to mails: light and dark, wide and narrow, left-to-right and right-to-left."""
    for width in WIDTHS:
        for scheme in ("light", "dark"):
            with opened(browser, folder / f"{layout}-{language}.html", width=width, scheme=scheme) as tab:
                assert faults(tab) == [], f"{width} {scheme}"


@pytest.mark.browser
def test_axe_would_find_something(browser: "Browser", tmp_path: Path) -> None:
    """A mail with a picture without alt, pale text and an empty link has three faults: the check can fail."""
    (tmp_path / "bad.html").write_text(
        '<!doctype html><html lang="en"><title>x</title><body><h1>News</h1><img src="x.png">'
        '<p style="color:#ccc">pale</p><a href="https://www.example.org/"></a></body></html>'
    )
    with opened(browser, tmp_path / "bad.html") as tab:
        assert {one.partition(":")[0] for one in faults(tab)} >= {"image-alt", "color-contrast", "link-name"}


def test_the_rules_left_out_are_told() -> None:
    """docs/layouts.md names each rule that is not applied to mails."""
    told = DOCS.read_text(encoding="utf-8")
    assert [rule for rule in OF_PAGES if f"`{rule}`" not in told] == []


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("layout", EACH)
def test_a_card_is_one_stop(browser: "Browser", folder: Path, layout: str, language: str) -> None:
    """Whoever goes from link to link meets a story once: its heading. Other links lead elsewhere and name the title."""
    with opened(browser, folder / f"{layout}-{language}.html") as tab:
        cards = tab.evaluate(CARDS)
        assert tab.evaluate("() => document.querySelectorAll('h1').length") == 1
        assert [one for one in cards if not one["lang"] or one["dir"] not in {"ltr", "rtl"}] == []
    assert len(cards) >= 5
    for card in cards:
        addresses = [address for address, _ in card["links"]]
        assert len(addresses) == len(set(addresses)), card
        assert (card["headings"], card["pictures"]) == (1, 0), card
        assert [name for _, name in card["links"] if card["title"] not in name] == []


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("layout", EACH)
def test_nothing_hangs_over_at_320_pixels(browser: "Browser", folder: Path, layout: str, language: str) -> None:
    """WCAG 2.2, 1.4.10: at 320 pixels nobody scrolls sideways, and nothing is cut off."""
    with opened(browser, folder / f"{layout}-{language}.html", width=320) as tab:
        assert tab.evaluate("() => document.documentElement.scrollWidth") == 320
        assert tab.evaluate(OVERFLOWING) == []


@pytest.mark.browser
@pytest.mark.parametrize("layout", EACH)
def test_dark_is_dark_on_purpose(browser: "Browser", folder: Path, layout: str) -> None:
    """The grounds and their texts change together; that the contrast holds is axe's test."""
    file = folder / f"{layout}-en.html"
    with opened(browser, file) as tab:
        light = tab.evaluate(GROUNDS)
    with opened(browser, file, scheme="dark") as tab:
        dark = tab.evaluate(GROUNDS)
    changed = [(one, other) for one, other in zip(light, dark, strict=True) if one is not None]
    assert len(changed) >= 2
    assert [pair for pair in changed if pair[0] == pair[1]] == []


@pytest.mark.browser
@pytest.mark.parametrize("layout", EACH)
def test_without_pictures_everything_can_be_read(browser: "Browser", folder: Path, layout: str) -> None:
    """With pictures off the same words stand there, and where a picture says something its alt does."""
    file = folder / f"{layout}-en.html"
    with opened(browser, file) as tab:
        words = tab.evaluate("() => document.body.innerText")
        alts = tab.evaluate("() => [...document.images].map(one => one.alt)")
    bare = folder / f"{layout}-bare.html"
    bare.write_text(file.read_text(encoding="utf-8").replace(".jpg", ".gone").replace(".png", ".gone"), "utf-8")
    with opened(browser, bare) as tab:
        assert tab.evaluate("() => document.body.innerText") == words
        assert tab.evaluate("() => [...document.images].every(one => one.naturalWidth === 0)")
        shown = "() => [...document.images].filter(one => one.alt && one.getBoundingClientRect().height < 8).length"
        assert tab.evaluate(shown) == 0
        sizes = tab.evaluate("() => [...document.images].map(one => parseFloat(getComputedStyle(one).fontSize))")
        assert [size for size in sizes if size < 13] == []  # of the alt: a section's own size is 0px
    assert layout in {"letter", "compact"} or any(alts)


@pytest.mark.browser
@pytest.mark.parametrize("layout", EACH)
def test_what_is_read_aloud_first_is_the_preheader_alone(browser: "Browser", folder: Path, layout: str) -> None:
    """What fills the line of the inbox is hidden from screen readers, which would say each of its characters."""
    with opened(browser, folder / f"{layout}-en.html") as tab:
        hidden = tab.evaluate(
            "() => [...document.querySelectorAll('body div')].filter(one => getComputedStyle(one).display === 'none' ||"
            " getComputedStyle(one).maxHeight === '0px').map(one => { one = one.cloneNode(true);"
            " one.querySelectorAll('[aria-hidden=true]').forEach(filler => filler.remove()); return one.textContent; })"
        )
    assert len(hidden) == 1
    assert [one for one in hidden[0] if ord(one) in {0x200B, 0x200C, 0x200D, 0x2007, 0xAD, 0x34F, 0xFEFF}] == []
    assert 0 < len(hidden[0].strip()) < 200

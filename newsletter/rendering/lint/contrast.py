"""Contrast of the text as it stands inline: what every mail program shows. Dark ones come from the theme."""

import re
from collections.abc import Iterator, Mapping

from lxml.html import HtmlElement
from PIL import ImageColor

from newsletter.rendering.lint.finding import LintFinding, error
from newsletter.rendering.lint.page import Page, own_words, shown
from newsletter.rendering.theme import CONTRAST, contrast

_WORD = re.compile(r"[a-z-]+\([^)]*\)|[^\s]+")
_LARGE, _LARGE_BOLD, _LARGE_CONTRAST = 24.0, 18.66, 3.0  # pixels (WCAG 2.2, 1.4.3)
_INK, _GROUND, _OPAQUE = "#000000", "#ffffff", 255
_LINK = "#0000ee"  # of a link that says no colour: it takes none from the text around it
_HIDDEN = ("display:none", "display: none")


def check_contrast(page: Page) -> Iterator[LintFinding]:
    """Give each pair of colours that cannot be read, once, with the first words that have it."""
    told: set[tuple[str, str]] = set()
    for element in page.root.iter():
        if not isinstance(element, HtmlElement) or not own_words(element) or _is_hidden(element):
            continue
        ink, ground, needed = _ink(element), _ground(element), _needed(element)
        ratio = contrast(ink, ground)
        if ratio < needed and (ink, ground) not in told:
            told.add((ink, ground))
            words = f"{ink} on {ground} has a contrast of {ratio:.1f}; {needed:g} is needed"
            yield error("contrast", shown(own_words(element)), words)


def _is_hidden(element: HtmlElement) -> bool:
    return any(hidden in str(one.get("style") or "") for one in _upward(element) for hidden in _HIDDEN)


def _needed(element: HtmlElement) -> float:
    size = float((_inherited_size(element) or "16px").removesuffix("px"))
    weight = _inherited(element, "font-weight") or ("700" if element.tag in {"b", "strong", "h1", "h2", "h3"} else "")
    is_large = size >= _LARGE or (size >= _LARGE_BOLD and weight in {"bold", "700"})
    return _LARGE_CONTRAST if is_large else CONTRAST


def _inherited_size(element: HtmlElement) -> str:
    found = _inherited(element, "font-size")
    return found if re.fullmatch(r"\d+(?:\.\d+)?px", found) else ""


def _ground(element: HtmlElement) -> str:
    for one in _upward(element):
        for value in (_style(one).get("background-color"), _style(one).get("background"), one.get("bgcolor")):
            found = _colour_in(value or "")
            if found:
                return found
    return _GROUND


def _ink(element: HtmlElement) -> str:
    for one in _upward(element):
        found = _colour_in(_style(one).get("color", "")) or _colour_in(str(one.get("color") or ""))
        if found:
            return found
        if one.tag == "a" and one.get("href") is not None:
            return _LINK
    return _INK


def _colour_in(value: str) -> str:
    """Give the first opaque colour of a value as #rrggbb, however it is written; empty without one."""
    for word in _WORD.findall(value.casefold().replace("!important", "")):
        try:
            red, green, blue, *alpha = ImageColor.getrgb(word)
        except ValueError:
            continue
        if not alpha or alpha[0] == _OPAQUE:
            return f"#{red:02x}{green:02x}{blue:02x}"
    return ""


def _inherited(element: HtmlElement, name: str) -> str:
    return next((value.casefold() for one in _upward(element) if (value := _style(one).get(name, ""))), "")


def _upward(element: HtmlElement) -> Iterator[HtmlElement]:
    yield element
    yield from element.iterancestors()


def _style(element: HtmlElement) -> Mapping[str, str]:
    pairs = (part.partition(":") for part in str(element.get("style") or "").split(";"))
    return {name.strip().casefold(): value.strip() for name, colon, value in pairs if colon}

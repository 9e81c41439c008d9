"""Contrast of the text as it stands inline: what every mail program shows. Dark ones come from the theme."""

import re
from collections.abc import Iterator, Mapping

from lxml.html import HtmlElement

from newsletter.rendering.lint.finding import LintFinding, error
from newsletter.rendering.lint.page import Page, shown
from newsletter.rendering.theme import CONTRAST, contrast

_COLOUR = re.compile(r"#[0-9a-f]{6}", re.IGNORECASE)
_LARGE, _LARGE_BOLD, _LARGE_CONTRAST = 24.0, 18.66, 3.0  # pixels (WCAG 2.2, 1.4.3)
_INK, _GROUND = "#000000", "#ffffff"
_HIDDEN = ("display:none", "display: none")


def check_contrast(page: Page) -> Iterator[LintFinding]:
    """Give each pair of colours that cannot be read, once, with the first words that have it."""
    told: set[tuple[str, str]] = set()
    for element in page.root.iter():
        if not isinstance(element, HtmlElement) or not _own_words(element) or _is_hidden(element):
            continue
        ink, ground, needed = _inherited(element, "color") or _INK, _ground(element), _needed(element)
        ratio = contrast(ink, ground)
        if ratio < needed and (ink, ground) not in told:
            told.add((ink, ground))
            words = f"{ink} on {ground} has a contrast of {ratio:.1f}; {needed:g} is needed"
            yield error("contrast", shown(_own_words(element)), words)


def _own_words(element: HtmlElement) -> str:
    if element.tag in {"style", "title", "script"}:
        return ""
    parts = [element.text, *(child.tail for child in element)]
    return " ".join(" ".join(part for part in parts if part).split())


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
            found = _COLOUR.search(value or "")
            if found:
                return found[0].lower()
    return _GROUND


def _inherited(element: HtmlElement, name: str) -> str:
    for one in _upward(element):
        value = _style(one).get(name, "")
        if value and (name != "color" or _COLOUR.fullmatch(value)):
            return value.lower()
    return ""


def _upward(element: HtmlElement) -> Iterator[HtmlElement]:
    yield element
    yield from element.iterancestors()


def _style(element: HtmlElement) -> Mapping[str, str]:
    pairs = (part.partition(":") for part in str(element.get("style") or "").split(";"))
    return {name.strip(): value.strip() for name, colon, value in pairs if colon}

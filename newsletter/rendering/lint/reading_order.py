"""Reading order: what is heard one after the other is what is seen one after the other (WCAG 2.2, 1.3.2 and 2.4.3)."""

from collections.abc import Iterator

from lxml.html import HtmlElement

from newsletter.rendering.lint.finding import LintFinding, error, warning
from newsletter.rendering.lint.page import Page, card_of, name_of, shown, text_of
from newsletter.rendering.lint.style_sheet import Declaration, declarations_of, rules_of

_LEVELS = ("h1", "h2", "h3", "h4", "h5", "h6")
_MOVING = {"position": ("absolute", "fixed"), "order": (), "flex-direction": ("row-reverse", "column-reverse")}


def check_order(page: Page) -> Iterator[LintFinding]:
    """Give what makes the order of reading another than that of seeing."""
    first = next(page.all(*_LEVELS), None)
    if first is not None and first.tag != "h1":
        words = f"the first heading is a {first.tag}: what a mail is comes first, as its h1"
        yield error("heading-order", shown(text_of(first)), words)
    for link in page.all("a"):
        if any(one.get("aria-hidden") == "true" for one in (link, *link.iterancestors())):
            words = "the link can be reached with the keyboard and is hidden from screen readers (aria-hidden)"
            yield error("link-hidden", shown(name_of(link)), words)
    for element in page.root.iter():
        if isinstance(element, HtmlElement):
            yield from _moved(element)
    for sheet in page.all("style"):
        for rule in rules_of(str(sheet.text or "")):
            for one in rule.declarations:
                if _moves(one):
                    words = f"{one.name}:{one.value} shows it elsewhere than it is read"
                    yield warning("reading-order", f"style sheet, {rule.selector}", words)


def _moved(element: HtmlElement) -> Iterator[LintFinding]:
    where = card_of(element) or shown(text_of(element)) or f"<{element.tag}>"
    if str(element.get("tabindex") or "").strip().isdecimal() and element.get("tabindex") != "0":
        yield error("reading-tabindex", where, "a tabindex above 0 takes it out of the order of all else")
    runs = _direction(element)
    for one in declarations_of(str(element.get("style") or "")):
        if _moves(one):
            yield warning("reading-order", where, f"{one.name}:{one.value} shows it elsewhere than it is read")
        elif one.name == "direction" and runs not in {"", "auto", one.value}:
            words = f"direction:{one.value} in a text that runs {runs}: columns are seen in another order"
            yield warning("reading-order", where, words)


def _moves(one: Declaration) -> bool:
    if one.name not in _MOVING:
        return False
    value = one.value.removesuffix("!important").strip()
    return value in _MOVING[one.name] or (one.name == "order" and value not in {"0", "initial", "unset"})


def _direction(element: HtmlElement) -> str:
    found = (str(one.get("dir") or "").casefold() for one in (element, *element.iterancestors()))
    return next((one for one in found if one), "")

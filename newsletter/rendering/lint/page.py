"""The HTML of a mail as its rules see it: parsed once, each element with the words that an editor finds it by."""

from collections.abc import Iterator
from dataclasses import dataclass

import lxml.html
from lxml.html import HtmlElement

_WORDS = 60  # of what a finding quotes


@dataclass(frozen=True, slots=True)
class Page:
    """A parsed mail."""

    root: HtmlElement

    def all(self, *tags: str) -> Iterator[HtmlElement]:
        """Give the elements of these kinds in reading order."""
        return (element for element in self.root.iter(*tags) if isinstance(element, HtmlElement))


def read_page(html: str) -> Page:
    """Parse a mail's HTML."""
    return Page(lxml.html.document_fromstring(html))


def text_of(element: HtmlElement) -> str:
    """Give the words of an element on one line."""
    return " ".join(str(element.text_content()).split())


def own_words(element: HtmlElement) -> str:
    """Give the words that stand in an element itself, not in those inside of it; none of style sheets and titles."""
    if element.tag in {"style", "title", "script"}:
        return ""
    parts = [element.text, *(child.tail for child in element)]
    return " ".join(" ".join(part for part in parts if part).split())


def name_of(link: HtmlElement) -> str:
    """Give the name that a screen reader says of a link (HTML-AAM): its label, its words, or its pictures' alt."""
    label = str(link.get("aria-label") or "").strip()
    if label:
        return label
    alts = " ".join(str(image.get("alt") or "") for image in link.iter("img"))
    return " ".join(f"{text_of(link)} {alts}".split())


def shown(words: str) -> str:
    """Shorten what a finding quotes."""
    return words if len(words) <= _WORDS else f"{words[: _WORDS - 1]}…"


def card_of(element: HtmlElement) -> str:
    """Give the title of the card that an element stands in; empty outside of cards."""
    for above in element.iterancestors("td"):
        headings = above.xpath(".//h3")
        if headings:
            return shown(text_of(headings[0]))
    return ""

"""Which features of HTML and CSS a mail uses, in the words that the data of mail clients has for them.

A feature is named by kind and name: "property:float", "value:display=flex", "media:prefers-color-scheme",
"pseudo:hover", "element:bdi", "attribute:role" (tests/new_caniemail.py has all kinds).
"""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from newsletter.rendering.lint.page import Page
from newsletter.rendering.lint.style_sheet import Declaration, declarations_of, rules_of
from newsletter.rendering.places import PLACE, in_words

_FUNCTION = re.compile(r"([a-z-]+)\(")
_UNIT = re.compile(r"(?<![#\w.-])[-+]?\d*\.?\d+([a-z]+|%)")
_WORD = re.compile(r"!\s*important|[a-z][a-z-]*")
_MEDIA = re.compile(r"\(\s*([a-z-]+)")
_PSEUDO = re.compile(r":(:?[a-z-]+)")
_IN_BRACKETS = re.compile(r"\[[^\]]*\]|\([^)]*\)")
_SELECTORS = {
    "+": re.compile(r"\+"),
    ">": re.compile(r">"),
    "~": re.compile(r"~"),
    ",": re.compile(r","),
    "#": re.compile(r"#"),
    "*": re.compile(r"\*"),
    ".": re.compile(r"\."),
    ".a.b": re.compile(r"\.[\w-]+\."),
    "a b": re.compile(r"[\w*\]]\s+[\w.#*:\[]"),
    "a": re.compile(r"(?:^|[\s>+~,])[a-z]"),
}


def features_used(page: Page) -> dict[str, dict[str, str]]:
    """Give the features of a mail with the places that use them, and the template's file and line of each if known.

    What only Outlook is shown, is left out.
    """
    found: dict[str, dict[str, str]] = {}
    for element in page.root.iter():
        if not isinstance(element, HtmlElement) or not isinstance(element.tag, str):
            continue  # a comment
        if element.tag == "style":
            for feature, place in _of_sheet(str(element.text or "")):
                found.setdefault(feature, {}).setdefault(place, "")
        line = in_words(str(element.get(PLACE) or ""))
        for feature in _of_element(element):
            found.setdefault(feature, {}).setdefault(_shown(element), line)
    return found


def _of_sheet(css: str) -> Iterator[tuple[str, str]]:
    for rule in rules_of(css):
        place = f"style sheet, {rule.selector}"
        if rule.at:
            yield f"at:{rule.at}", place
            if rule.at == "media":
                yield from ((f"media:{name}", place) for name in _MEDIA.findall(rule.selector))
            continue
        yield from ((feature, place) for feature in _of_selector(rule.selector))
        yield from ((feature, place) for one in rule.declarations for feature in _of_declaration(one))


def _of_selector(selector: str) -> Iterator[str]:
    if "[" in selector:
        yield "selector:["
    yield from (f"pseudo:{name}" for name in _PSEUDO.findall(selector))
    bare = _IN_BRACKETS.sub("", selector)
    yield from (f"selector:{name}" for name, pattern in _SELECTORS.items() if pattern.search(bare))


def _of_declaration(one: Declaration) -> Iterator[str]:
    yield f"property:{one.name}"
    yield f"value:{one.name}={one.value.removesuffix('!important').strip()}"
    yield from (f"function:{name}" for name in _FUNCTION.findall(one.value))
    yield from (f"unit:{name}" for name in _UNIT.findall(one.value))
    yield from (f"word:{word.replace(' ', '')}" for word in _WORD.findall(one.value))


def _of_element(element: HtmlElement) -> Iterator[str]:
    yield f"element:{element.tag}"
    for name, value in element.attrib.items():
        yield f"attribute:{name}"
        yield f"element:{element.tag}[{name}={value}]"
    for one in declarations_of(str(element.get("style") or "")):
        yield from _of_declaration(one)
    href, source = str(element.get("href") or ""), str(element.get("src") or "").strip().casefold()
    if href.startswith("#") and href != "#":
        yield "link:#"
    if href.casefold().startswith("mailto:"):
        yield "link:mailto:"
    if source.startswith("data:"):
        yield "picture:data:"
    elif element.tag == "img" and source:
        yield f"picture:{PurePosixPath(urlsplit(source).path).suffix}"


def _shown(element: HtmlElement) -> str:
    kind = f' class="{element.get("class")}"' if element.get("class") else ""
    return f"<{element.tag}{kind}>"

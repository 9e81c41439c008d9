"""Languages: each part of a mail is spoken in the language, and set in the direction, that it says."""

import re
import unicodedata
from collections.abc import Iterator

from lxml.html import HtmlElement

from newsletter.rendering.lint.finding import LintFinding, error, warning
from newsletter.rendering.lint.page import Page, card_of, shown, text_of
from newsletter.rendering.strings import direction

_TAG = re.compile(r"[a-zA-Z]{2,3}(-[a-zA-Z0-9]{1,8})*")  # BCP 47, section 2.1, without its rare forms
_ENOUGH = 12  # letters that tell a direction; fewer may be a name
_DIRECTIONS = {"L": "ltr", "R": "rtl", "AL": "rtl"}  # UAX 9, section 3.2


def check_languages(page: Page, language: str) -> Iterator[LintFinding]:
    """Give what is wrong with the languages of a mail that is to speak this one (WCAG 2.2, 3.1.1, 3.1.2 and 1.3.2)."""
    said = str(page.root.get("lang") or "")
    if said and said.partition("-")[0] != language.partition("-")[0]:
        yield error("page-language", "the mail", f"it says lang={said!r}, and its words are in {language!r}")
    for element in page.root.iter():
        if isinstance(element, HtmlElement):
            yield from _declared(element)
    yield from _directions(page)


def _declared(element: HtmlElement) -> Iterator[LintFinding]:
    language, said = element.get("lang"), element.get("dir")
    if language is None:
        return
    where = _title(element)
    if not language.strip():
        if element.xpath(".//h3"):
            words = "the language of this story is not known: give its source a `language`, or its post one"
            yield warning("language-unknown", where, words)
    elif not _TAG.fullmatch(language):
        yield error("language-tag", where, f"lang={language!r} is no language; write a code like en, fr or pt-BR")
    elif said in {"ltr", "rtl"} and said != direction(language):
        yield error("language-direction", where, f"lang={language!r} is not written {said}; write dir={_of(language)}")


def _directions(page: Page) -> Iterator[LintFinding]:
    """Find stories whose title is set against its own direction: most often their language is told wrong.

    Names and places of another script are everywhere; only a title is all in the story's own.
    """
    for heading in page.all("h3"):
        found, said = _direction_of(text_of(heading)), _inherited(heading, "dir")
        if found and said in {"ltr", "rtl"} and found != said:
            words = (
                f"the title is not written {said}, as lang={_inherited(heading, 'lang')!r} would be: wrong language?"
            )
            yield warning("language-script", shown(text_of(heading)), words)


def _direction_of(words: str) -> str:
    """Give the direction that most letters have; empty where too few tell."""
    letters = [_DIRECTIONS[kind] for kind in map(unicodedata.bidirectional, words) if kind in _DIRECTIONS]
    if len(letters) < _ENOUGH:
        return ""
    return "rtl" if letters.count("rtl") * 2 > len(letters) else "ltr"


def _inherited(element: HtmlElement, name: str) -> str:
    for one in (element, *element.iterancestors()):
        value = one.get(name)
        if value is not None:
            return str(value).casefold()
    return ""


def _title(element: HtmlElement) -> str:
    headings = element.xpath("self::*[not(self::html or self::body)]//h3")
    return shown(text_of(headings[0])) if headings else card_of(element) or "the mail"


def _of(language: str) -> str:
    return f'"{direction(language)}"'

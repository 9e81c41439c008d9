"""Structure: what a screen reader goes by, and what mail programs take out."""

from collections.abc import Iterator
from itertools import pairwise

from newsletter.rendering.lint.finding import LintFinding, error
from newsletter.rendering.lint.page import Page, shown, text_of

_TAKEN_OUT = ("script", "form", "input", "iframe", "object", "embed", "video", "audio", "link", "base")


def check_structure(page: Page) -> Iterator[LintFinding]:
    """Give what is wrong with headings, language and elements (WCAG 2.2, 1.3.1, 2.4.6 and 3.1.1)."""
    for said in ("lang", "dir"):
        if not page.root.get(said):
            yield error(f"page-{said}", "the mail", f"the html element does not say its {said}")
    yield from _headings(page)
    for element in page.all(*_TAKEN_OUT):
        yield error("element-removed", "the mail", f"<{element.tag}>: mail programs take it out")
    if any(table.get("role") != "presentation" and not table.xpath(".//th") for table in page.all("table")):
        yield error("table-role", "the mail", 'a table without headers needs role="presentation"')


def _headings(page: Page) -> Iterator[LintFinding]:
    headings = list(page.all("h1", "h2", "h3", "h4", "h5", "h6"))
    first = sum(1 for heading in headings if heading.tag == "h1")
    if first != 1:
        yield error("heading-first", "the mail", f"there are {first} headings of the first level; one is right")
    for one, two in pairwise(headings):
        if int(two.tag[1]) > int(one.tag[1]) + 1:
            yield error("heading-step", shown(text_of(two)), f"a {two.tag} follows a {one.tag}: a level is missing")
    for heading in headings:
        if not text_of(heading):
            yield error("heading-empty", "the mail", f"a heading ({heading.tag}) has no words")

"""Finds the article on a parsed page. trafilatura looks first; what the page itself marks as its article is compared.

Where neither finds enough (pages without article markup), it is what stands between the menus.
"""

from typing import Any

import lxml.etree

from newsletter.sources.cleaning.chrome import without_chrome
from newsletter.sources.cleaning.clean import clean_html, clean_page
from newsletter.sources.cleaning.plain_text import one_line, text_of_clean
from newsletter.sources.errors import NotUnderstood

_LEAST_ARTICLE = 120  # characters; less is a teaser that extraction took for the article
_MOST_ELEMENTS = 30_000  # extraction of more takes minutes; a long article has some thousands
_MOST_TABLES = 200
_LAYOUT = (  # paragraphs in a cell, or lines as long as some
    "boolean(.//table or .//h1 or .//td[count(p) > 1] or .//td[count(.//br) > 1 and string-length() > 250])"
)
_BOXES = (
    "div", "center", "p", "td", "table", "ul", "ol", "dl", "blockquote", "pre", "section", "article", "main", "header",
    "footer", "nav", "aside", "form", "fieldset", "figure", "h1", "h2", "h3", "h4", "h5", "h6",
)  # fmt: skip
_MOST_BOXES = 5_000
_MENU = 0.95  # of a table's text in links
_MARKED = (
    "//*[@itemprop='articleBody']",
    "//article",
)
_ENOUGH = 0.75  # of the marked article's text; extraction that found less has lost some of it
_MOST_LINKED = 0.3  # of a text in links; more is a list of other pages


def article_of(page: Any, *, url: str) -> str:  # lxml has no types
    """Give the article as sanitised HTML without the page around it; empty if there is none.

    Tables that lay the page out are taken apart in the page itself.
    """
    _without_layout_tables(page)
    found = without_chrome(clean_html(_extracted(page, url), base=url))
    length = len(text_of_clean(found))
    marked = _marked(page, url, more_than=length)
    if length < _ENOUGH * len(text_of_clean(marked)):
        return marked
    if length >= _LEAST_ARTICLE:
        return found
    rest = without_chrome(clean_page(_markup(_with_paragraphs(page.find("body"))), base=url))
    return rest if len(text_of_clean(rest)) > length else found


def _without_layout_tables(page: Any) -> None:
    """Make boxes of tables that hold other tables, the page's heading, or paragraphs: they only place what they hold.

    A table of links and nothing else is a menu.
    """
    for table in list(page.iter("table"))[:_MOST_TABLES]:
        is_data = table.find(".//th") is not None or table.find("caption") is not None
        if is_data:
            continue
        if _linked_share(table) >= _MENU:
            table.drop_tree()
            continue
        if not table.xpath(_LAYOUT):
            continue
        for part in table.iter("table", "tbody", "tr", "td"):
            part.tag = "p" if part.tag == "td" and _is_leaf(part) else "div"


def _is_leaf(box: Any) -> bool:
    """Tell a box of text from one of boxes."""
    has_text = any(text and not text.isspace() for text in box.itertext())
    return has_text and all(node is box for node in box.iter(*_BOXES))


def _with_paragraphs(body: Any) -> Any:
    """Make paragraphs of boxes that hold text and no other box: sanitising leaves nothing else of them but the text."""
    for box in list(body.iter("div", "center"))[:_MOST_BOXES] if body is not None else ():
        if _is_leaf(box):
            box.tag = "p"
    return body


def _extracted(page: Any, url: str) -> str:
    if sum(1 for _ in page.iter()) > _MOST_ELEMENTS:
        return ""
    import trafilatura  # a second to load: only pages need it
    from trafilatura.htmlprocessing import build_html_output

    try:
        # Not `extract`: that hashes the text, too, which is a fifth of its time.
        found = trafilatura.bare_extraction(
            page, url=url, output_format="html", include_links=True, include_formatting=True, include_comments=False
        )
        return str(build_html_output(found)) if isinstance(found, trafilatura.settings.Document) else ""
    except Exception as error:  # lxml and its helpers raise anything on hostile pages
        raise NotUnderstood(f"the page cannot be read ({type(error).__name__})") from error


def _marked(page: Any, url: str, *, more_than: int) -> str:
    """Give the article that the page marks as such, if it marks one that may say so much more."""
    for path in _MARKED:
        nodes = page.xpath(path)
        if len(nodes) == 1 and _may_say(nodes[0], more_than) and _linked_share(nodes[0]) <= _MOST_LINKED:
            return without_chrome(clean_page(_markup(nodes[0]), base=url))
        if nodes:
            return ""
    return ""


def _may_say(node: Any, more_than: int) -> bool:
    return more_than < _ENOUGH * len(one_line(" ".join(node.itertext())))


def _linked_share(node: Any) -> float:
    whole = sum(len(text.strip()) for text in node.itertext())
    linked = sum(len(text.strip()) for link in node.iter("a") for text in link.itertext())
    return linked / whole if whole else 1.0


def _markup(node: Any | None) -> str:
    return "" if node is None else lxml.etree.tostring(node, encoding="unicode", method="html", with_tail=False)

"""Makes hostile markup harmless to parse: no raw markup reaches a parser but through here.

The sanitiser takes minutes for tags nested by the ten thousand, and the standard library's parser for comments that are
opened and never closed. libxml2 is quick with anything and ends a document at a depth of 256; but it knows HTML less
well, so it only reads what has too many tags to be harmless.
"""

import re
from typing import Any

import lxml.etree
import lxml.html

_MOST_TAGS = 3_000  # nested as deep as that, a document still costs less than 0.1 s
_TAG = re.compile(r"<[a-zA-Z]")


def tame(markup: str) -> str:
    """Give the markup as it is if it can do no harm, else as libxml2 understands it."""
    if len(_TAG.findall(markup)) <= _MOST_TAGS:
        return markup
    page = parse_document(markup)
    body = page.find("body") if page is not None else None
    return "" if body is None else lxml.etree.tostring(body, encoding="unicode", method="html", with_tail=False)


def parse_document(text: str) -> Any | None:  # lxml has no types
    """Parse a page; None if there is nothing in it. Whatever it holds, this takes time in proportion to its length."""
    # As bytes, because lxml refuses a text that names an encoding of its own.
    parser = lxml.html.HTMLParser(encoding="utf-8", huge_tree=False)
    try:
        return lxml.html.document_fromstring(text.encode(errors="replace"), parser=parser)
    except (lxml.etree.LxmlError, ValueError, AssertionError):
        return None

"""Turns what others wrote into text that is safe to store: no tags, no controls, no hidden changes of direction."""

import html
import re
import unicodedata
from functools import lru_cache

import nh3

from newsletter.sources.reading.tame import tame

LONGEST_TITLE = 300
_LONGEST_REMEMBERED = 20_000  # characters; an item's text is shorter, and a page is read once
# Overrides and isolates can turn a whole card around (CVE-2021-42574); marks (LRM, RLM) and joiners belong to words.
_HIDDEN = re.compile(
    "[\u202a-\u202e\u2066-\u2069\u200b\u2060\ufeff\u00ad\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")  # controls, lone surrogates
_TAG = re.compile(r"<(?:/?[a-zA-Z][^<>]*|!--.*?--|!\[CDATA\[.*?\]\])>", re.DOTALL)
_WRITTEN_TAG = re.compile(r"""</?([a-z][a-z0-9]*)[^>"]*(?:"[^"]*"[^>"]*)*>""")  # as the sanitiser writes them
_BLOCK_NAMES = """
address article aside blockquote br dd div dl dt figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav
ol p pre section table td th tr ul
"""
_BLOCKS = frozenset(_BLOCK_NAMES.split())
# What stands in these is no text of a page.
SILENT_TAGS = frozenset(
    {
        "script",
        "style",
        "template",
        "noscript",
        "iframe",
        "object",
        "svg",
        "math",
        "head",
        "title",
        "select",
        "textarea",
    }
)


def storable(text: str) -> str:
    """Take out what no database and no mail should get: control characters and lone surrogates."""
    return text if text.isprintable() else _UNSTORABLE.sub("", text)


def one_line(text: str) -> str:
    """Give text as one line without hidden characters."""
    if text.isascii() and text.isprintable():  # most text is: nothing is hidden in it, and nothing to be composed
        return " ".join(text.split())
    if text.isascii():
        return " ".join(storable(text).split())
    return " ".join(_HIDDEN.sub("", storable(unicodedata.normalize("NFC", text))).split())


def plain_title(title: str) -> str:
    """Give a title as plain text: tags out, entities decoded once, one line, not endless."""
    title = one_line(html.unescape(_TAG.sub(" ", title[: 10 * LONGEST_TITLE])))
    return title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1].rstrip()}…"


def text_blocks(markup: str) -> list[str]:
    """Give the text of each block of an HTML fragment, each as one line; empty ones are left out."""
    if "<" not in markup and "&" not in markup:
        line = one_line(markup)
        return [line] if line else []
    if len(markup) <= _LONGEST_REMEMBERED:
        return list(_remembered_blocks(markup))
    return _sanitised_blocks(markup)


@lru_cache(maxsize=64)  # the items of a feed are asked about for their keys, and again for their events
def _remembered_blocks(markup: str) -> tuple[str, ...]:
    return tuple(_sanitised_blocks(markup))


def _sanitised_blocks(markup: str) -> list[str]:
    return blocks_of_clean(
        nh3.clean(tame(storable(markup)), tags=_BLOCKS, attributes={}, clean_content_tags=SILENT_TAGS, link_rel=None)
    )


def blocks_of_clean(markup: str) -> list[str]:
    """Do the same for what the sanitiser has written: without reading it a second time.

    It writes each tag out and leaves no other "<" as it is.
    """
    if "<" not in markup:
        line = one_line(html.unescape(markup))
        return [line] if line else []
    pieces = _WRITTEN_TAG.split(markup)  # text, name of a tag, text ...
    blocks: list[str] = []
    block = pieces[:1]
    for name, text in zip(pieces[1::2], pieces[2::2], strict=True):
        if name in _BLOCKS:
            blocks.append("".join(block))
            block = []
        block.append(text)
    blocks.append("".join(block))
    return [line for text in blocks if (line := one_line(html.unescape(text)))]


def text_of_clean(markup: str) -> str:
    """Give the text of what the sanitiser has written, blocks separated by a space."""
    return " ".join(blocks_of_clean(markup))


def plain_text(markup: str) -> str:
    """Give the text of an HTML fragment, blocks separated by a space."""
    return " ".join(text_blocks(markup))

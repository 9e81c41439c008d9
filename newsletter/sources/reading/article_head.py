"""Leaves out of an article what stands above its text and is told apart from it: title, label, date and byline. Pure.

Only whole lines at the beginning go; where the text has begun, nothing is taken.
"""

import re
from datetime import timedelta

from newsletter.sources.cleaning.chrome import blocks_of
from newsletter.sources.cleaning.plain_text import one_line, text_of_clean
from newsletter.sources.reading.page_beside import day_line, is_day_label, written_by
from newsletter.sources.reading.page_head import PageHead
from newsletter.sources.reading.page_title import folded
from newsletter.sources.reading.release_labels import is_label, without_label

_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_OPEN = re.compile(r"^<([a-z][a-z0-9]*)[^<>]*>")
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)[^<>]*>")
_SIGNS = re.compile(r"\s*[|\u00b7\u2022]\s*")
_BY = re.compile(r"(?:by|von|par|di|por)\s+")
_EMPTY_TAGS = frozenset({"br", "hr"})
_MOST_BEFORE = 6  # short lines (a trail, the site's name) that may stand before the title
_SHORT = 60
_ZONES = timedelta(days=1)  # a day that is written and the instant that is declared may be of two zones


def without_head(body: str, head: PageHead) -> str:
    """Give sanitised HTML without the lines above its text that only repeat what is told of it."""
    blocks = _from_title(blocks_of(body), head)
    while blocks and _is_head(text_of_clean(blocks[0]), head):
        del blocks[0]
    if blocks:
        blocks[0] = _without_first_lines(blocks[0], head)
    return "\n".join(block for block in blocks if block)


def _from_title(blocks: list[str], head: PageHead) -> list[str]:
    """Leave out short lines before the title, where the title stands among the first blocks."""
    texts = [text_of_clean(block) for block in blocks[: _MOST_BEFORE + 1]]
    first_lines = [text_of_clean(_BREAK.split(block, maxsplit=1)[0]) for block in blocks[: _MOST_BEFORE + 1]]
    place = next((place for place, text in enumerate(first_lines) if _is_title(text, head)), 0)
    return blocks[place:] if all(len(text) <= _SHORT for text in texts[:place]) else blocks


def _without_first_lines(block: str, head: PageHead) -> str:
    """Leave out first lines of a block, up to the line breaks behind them; what is open there must close there."""
    opened = _OPEN.match(block)
    start = opened.end() if opened and opened[1] in {"p", "blockquote"} else 0
    while end := _BREAK.search(block, start):
        line = block[start : end.start()]
        if (text_of_clean(line) and not _is_head(text_of_clean(line), head)) or not _is_closed(line):
            break
        block = block[:start] + block[end.end() :].lstrip()
    return block


def _is_closed(markup: str) -> bool:
    is_open = 0
    for tag in _TAG.finditer(markup):
        is_open += 0 if tag[2] in _EMPTY_TAGS else -1 if tag[1] else 1
        if is_open < 0:
            return False
    return is_open == 0


def _is_head(text: str, head: PageHead) -> bool:
    if _is_title(text, head) or is_label(text) or (head.site and folded(text) == folded(head.site)):
        return True
    parts = [one_line(part) for part in _SIGNS.split(text)]
    return bool(text) and all(not part or _is_told_of(part, head) for part in parts)


def _is_title(text: str, head: PageHead) -> bool:
    return bool(head.title) and folded(head.title) in {folded(text), folded(without_label(text))} - {""}


def _is_told_of(part: str, head: PageHead) -> bool:
    """Tell whether a part of a line is the date, the byline, or the label of one of them."""
    if is_label(part) or _is_its_day(part, head) or (part.endswith(":") and is_day_label(part)):
        return True
    name = _BY.sub("", part.casefold(), count=1)
    return bool(written_by(part)) or (bool(head.byline) and name == head.byline.casefold())


def _is_its_day(part: str, head: PageHead) -> bool:
    """Tell whether a line is the day of publication; one after it, or on a page without one, tells of the matter."""
    day = day_line(part, language=head.language)
    return day is not None and head.published is not None and day <= head.published + _ZONES

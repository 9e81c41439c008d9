"""Why the compiler cannot read a document: it stops at the first tag that is not well formed and seldom says which.

Only asked after the compiler has refused a document: what it takes, is not looked at here.
"""

import re

from newsletter.rendering.places import place_in, without_places

_COMMENT = re.compile(r"<!--.*?-->|(<mj-style\b[^>]*>).*?(?=</mj-style>)", re.DOTALL)
_LESS = re.compile(r"<")
_TAG = re.compile(r"<(/?)([a-zA-Z][\w:-]*)((?:\s+[a-zA-Z][\w:-]*(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'))?)*)\s*(/?)>")
_EMPTY = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
)
_SHOWN = 60


def check_markup(source: str) -> list[str]:
    """Give the first thing that is not well formed, with its place; nothing in a document that is."""
    text = _COMMENT.sub(lambda found: (found[1] or "") + re.sub(r"[^\n]", " ", found[0][len(found[1] or "") :]), source)
    open_tags: list[tuple[str, int]] = []  # name, and where the tag ends
    for less in _LESS.finditer(text):
        tag = _TAG.match(text, less.start())
        if tag is None:
            words = f"{_shown(text[less.start() :])!r} begins no tag"
            end = text.find(">", less.start()) + 1 or len(text)
            return [f"{_place(text, end)}: {words}: write &lt; for the sign, and quote every attribute"]
        closing, name, alone = tag[1], tag[2].casefold(), tag[4]
        if closing:
            opened, end = open_tags.pop() if open_tags else ("", tag.end())
            if opened != name:
                what = f"<{opened}> is still open where </{name}> stands" if opened else f"</{name}> closes nothing"
                return [f"{_place(text, end)}: {what}"]
        elif not alone and name not in _EMPTY:
            open_tags.append((name, tag.end()))
    return [f"{_place(text, end)}: <{name}> is never closed" for name, end in open_tags[-1:]]


def _place(text: str, end: int) -> str:
    """Give the place of the tag that ends here, or of the last one before; the document's own line without any."""
    return place_in(text[:end]) or f"line {text.count(chr(10), 0, end) + 1}"


def _shown(text: str) -> str:
    line = without_places(text).partition("\n")[0]
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"

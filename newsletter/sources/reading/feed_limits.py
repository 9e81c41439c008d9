"""Refuses what would keep a feed's parser busy for minutes, before it begins: a count over bytes, in their own order.

feedparser takes some 30 microseconds a tag and a time that grows with the square of a tag's attributes; packed, a
million tags are 3 KB. What stands in CDATA sections is text to it and counts as such.
"""

import re
from collections.abc import Iterator

from newsletter.sources.errors import NotUnderstood

# Opened and closed ones: 30,000 items of three fields, or 500 long posts in XHTML.
_MOST_TAGS = 200_000
_MOST_ATTRIBUTES = 300
_MOST_DEEP = 200
_LONG_TAG = 1_000  # bytes; a shorter one has no harmful number of attributes
_CDATA, _COMMENT = b"<![CDATA[", b"<!--"
_PIECE = re.compile(rb"<!\[CDATA\[|<!--|<(/?)([A-Za-z_:][^\s<>/]*)([^<>]*)")
_TAG = re.compile(rb"<(/?)([A-Za-z_:][^\s<>/]*)([^<>]*)")
_CDATA_IN_TAG = re.compile(rb"<[A-Za-z_:/][^<>]*<!\[CDATA\[")
# feedparser looks for a mail address in these: in a word of a megabyte for minutes.
_ENDLESS_NAME = re.compile(
    rb"<(?:\w{1,20}:)?(?:author|creator|contributor|managingeditor|webmaster|publisher|owner|name|email)"
    rb"(?:\s[^<>]*)?>\s{0,20}(?:<!\[CDATA\[)?[^<]{5000}",
    re.IGNORECASE,
)
_QUOTED = re.compile(rb"""\"[^"]*"|'[^']*'""")
# HTML's elements without an end (HTML 13.1.2): careless feeds write them unescaped, and they nest nothing.
_ENDLESS = frozenset(b"area base br col embed hr img input link meta param source track wbr p li".split())


def refuse_bombs(content: bytes) -> None:
    """Raise NotUnderstood for a feed with more tags, deeper ones, or more attributes than any feed has."""
    if _ENDLESS_NAME.search(content):
        raise NotUnderstood("the feed names an author in more than 5,000 letters; that is refused, because nobody is")
    opened: list[bytes] = []
    for count, (is_end, name, rest) in enumerate(_tags(content), start=1):
        if count > _MOST_TAGS:
            raise NotUnderstood(f"the feed has more than {_MOST_TAGS:,} tags; that is refused, because it is no feed's")
        if len(rest) > _LONG_TAG and len(_QUOTED.sub(b"", rest).split()) > _MOST_ATTRIBUTES:
            raise NotUnderstood(f"a tag of the feed has more than {_MOST_ATTRIBUTES} attributes; that is refused")
        _follow(opened, is_end, name, rest)
        if len(opened) > _MOST_DEEP:
            raise NotUnderstood(f"the feed nests its tags deeper than {_MOST_DEEP}; that is refused")


def _tags(content: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Give each tag's slash, name and rest, in one pass. One in a comment counts: where it ends, parsers differ."""
    piece = _TAG if _CDATA_IN_TAG.search(content) else _PIECE  # with CDATA in a tag nobody can tell what is text
    place, ends = 0, {_CDATA: b"]]>", _COMMENT: b"-->"}
    while found := piece.search(content, place):
        place = found.end()
        if found[2] is not None:
            yield found[1], found[2], found[3]
            continue
        end = content.find(ends[found[0]], place) if found[0] in ends else -1
        if end < 0 and found[0] == _CDATA:
            return  # text up to the end
        if end < 0:
            ends.pop(_COMMENT, None)  # no other comment ends either: to look for each one's end would take for ever
            continue
        if found[0] == _COMMENT:
            yield from ((b"/", inner[2], b"") for inner in _TAG.finditer(content, place, end))
        place = end


def _follow(opened: list[bytes], is_end: bytes, name: bytes, rest: bytes) -> None:
    """Open a tag, or close it with all that was left open in it."""
    if not is_end:
        if not rest.endswith(b"/") and name.lower() not in _ENDLESS:
            opened.append(name)
    elif name in opened:
        while opened.pop() != name:
            pass

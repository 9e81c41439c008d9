"""Finds the picture in a fragment of HTML, and tells a description of a picture from a file name."""

import re
from html.parser import HTMLParser

import nh3

from newsletter.sources.cleaning.clean import web_address
from newsletter.sources.cleaning.plain_text import one_line, storable
from newsletter.sources.reading.tame import tame

_PICTURE_FILE = r"\S*\.(jpe?g|png|gif|webp|svg|bmp|tiff?|heic|avif)\b"
_CAMERA_NAME = r"(img|dsc|image|photo|screenshot|pict?)[\s_-]*\d*"
_FILE_NAME = re.compile(f"{_PICTURE_FILE}|{_CAMERA_NAME}", re.IGNORECASE)
_LONGEST_ALT = 300
_PICTURE_TAG = re.compile(r"<(?:img|image)", re.IGNORECASE)  # parsers read the second as the first
_LOOKED_AT = {"src", "alt", "width", "height"}


def first_picture(markup: str, base: str) -> tuple[str, str]:
    """Give the absolute address and the alt of the first picture that is meant to be seen; empty texts for none."""
    if not _PICTURE_TAG.search(markup):
        return "", ""
    finder = _Finder(base)
    # What nh3 has written is all that the standard library's parser can be trusted with.
    finder.feed(nh3.clean(tame(storable(markup)), tags={"img"}, attributes={"img": _LOOKED_AT}, link_rel=None))
    finder.close()
    return finder.found


def described(alt: str) -> str:
    """Give a picture's description; a missing one, or what a camera called the file, is an empty one."""
    alt = one_line(alt)[:_LONGEST_ALT]
    return "" if _FILE_NAME.fullmatch(alt) else alt


class _Finder(HTMLParser):
    def __init__(self, base: str) -> None:
        super().__init__()
        self.found = ("", "")
        self._base = base

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "img" or self.found[0]:
            return
        values = {name: value or "" for name, value in attrs}
        address = web_address(values.get("src", ""), base=self._base)
        if address and not (_is_tiny(values.get("width", "")) or _is_tiny(values.get("height", ""))):
            self.found = address, values.get("alt", "")


def _is_tiny(size: str) -> bool:
    """Counting pixels and emoji pictures say so."""
    return size.isascii() and size.isdigit() and len(size) < 6 and int(size) < 64

"""Finds the picture in a fragment of HTML, and tells a description of a picture from a file name."""

import html
import re

import nh3

from newsletter.sources.cleaning.clean import web_address
from newsletter.sources.cleaning.plain_text import one_line, storable
from newsletter.sources.reading.tame import tame

_PICTURE_FILE = r"\S*\.(jpe?g|png|gif|webp|svg|bmp|tiff?|heic|avif)\b"
_CAMERA_NAME = r"(img|dsc|image|photo|screenshot|pict?)[\s_-]*\d*"
_FILE_NAME = re.compile(f"{_PICTURE_FILE}|{_CAMERA_NAME}", re.IGNORECASE)
_LONGEST_ALT = 300
_PICTURE_TAG = re.compile(r"<(?:img|image)", re.IGNORECASE)  # parsers read the second as the first
# As the sanitiser writes them, which leaves no other "<" in a text.
_WRITTEN_PICTURE = re.compile(r"""<img((?: [a-z]+="[^"]*")*)>""")
_WRITTEN_ATTRIBUTE = re.compile(r"""([a-z]+)="([^"]*)\"""")
_LOOKED_AT = {"src", "alt", "width", "height"}


def first_picture(markup: str, base: str) -> tuple[str, str]:
    """Give the absolute address and the alt of the first picture that is meant to be seen; empty texts for none."""
    if not _PICTURE_TAG.search(markup):
        return "", ""
    for picture in _WRITTEN_PICTURE.finditer(
        nh3.clean(tame(storable(markup)), tags={"img"}, attributes={"img": _LOOKED_AT}, link_rel=None)
    ):
        values = {name: html.unescape(value) for name, value in _WRITTEN_ATTRIBUTE.findall(picture[1])}
        address = web_address(values.get("src", ""), base=base)
        if address and not (_is_tiny(values.get("width", "")) or _is_tiny(values.get("height", ""))):
            return address, values.get("alt", "")
    return "", ""


def described(alt: str) -> str:
    """Give a picture's description; a missing one, or what a camera called the file, is an empty one."""
    alt = one_line(alt)[:_LONGEST_ALT]
    return "" if _FILE_NAME.fullmatch(alt) else alt


def _is_tiny(size: str) -> bool:
    """Counting pixels and emoji pictures say so."""
    return size.isascii() and size.isdigit() and len(size) < 6 and int(size) < 64

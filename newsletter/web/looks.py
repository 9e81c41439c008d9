"""How the desk's frame shows a mail: light or dark, with our own pictures. Pure.

A frame cannot be told to be dark, so for the desk alone the mail's own style block is rewritten: its dark rules apply
always, or never. Nothing else of the mail changes.
"""

import re
from enum import StrEnum

_DARK_RULES = re.compile(r"@media\s*\(prefers-color-scheme:\s*dark\)")
_SCHEME = re.compile(r"(color-scheme:\s*)light dark")
_HEAD = re.compile(r"<head[^>]*>", re.IGNORECASE)


class Look(StrEnum):
    """What the editor looks at."""

    DESKTOP = "desktop"
    PHONE = "phone"
    DARK = "dark"
    TEXT = "text"


def read_look(text: str) -> Look:
    """Read a look; anything unknown is the desktop's."""
    return Look(text) if text in set(Look) else Look.DESKTOP


def dress(html: str, look: Look, public_url: str) -> str:
    """Give a mail's HTML for the frame: in light or dark, links opening outside, pictures from this machine."""
    dark = look is Look.DARK
    html = _DARK_RULES.sub("@media all" if dark else "@media not all", html)
    html = _SCHEME.sub(r"\1dark" if dark else r"\1light", html)
    html = html.replace(f"{public_url}/media/", "/media/")
    return _HEAD.sub(lambda head: f'{head[0]}<base target="_blank">', html, count=1)

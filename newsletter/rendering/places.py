"""Writes into each tag of a template where it stands, and reads that back from the filled document."""

import re
from urllib.parse import quote, unquote

PLACE = "at-line"  # the attribute; MJML and HTML have none of this name
# Inside of these a < is Jinja's or nobody's.
_NOT_MARKUP = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}|<!--.*?-->", re.DOTALL)
_TAG = re.compile(r"<[a-zA-Z][a-zA-Z0-9:-]*")
_WRITTEN = re.compile(rf'\s{PLACE}="([^":]*):(\d+)"')


def with_places(source: str, name: str) -> str:
    """Write file and line into each tag of a template; lines stay where they are."""
    blanked = _NOT_MARKUP.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), source)
    parts, end = [], 0
    for tag in _TAG.finditer(blanked):
        if source.startswith("{", tag.end()):
            continue  # Jinja prints the rest of its name
        line = blanked.count("\n", 0, tag.start()) + 1
        parts += [source[end : tag.end()], f' {PLACE}="{quote(name)}:{line}"']
        end = tag.end()
    return "".join([*parts, source[end:]])


def place_in(text: str) -> str:
    """Give the last place that is written in a text, "mail/partials/card.mjml.j2, line 3"; empty without one."""
    found = _WRITTEN.findall(text)
    return in_words(":".join(found[-1])) if found else ""


def in_words(place: str) -> str:
    """Say the value of the attribute as people read it; empty for none."""
    name, _, line = place.rpartition(":")
    return f"{unquote(name)}, line {line}" if name else ""


def without_places(text: str) -> str:
    """Give a text as it was before the places were written in."""
    return _WRITTEN.sub("", text)

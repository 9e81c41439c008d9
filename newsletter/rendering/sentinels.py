"""Sentinels: ASCII words that stand for values while Jinja and the MJML compiler work.

Values are put in, escaped, in one pass over the compiled text. So no value is ever read by Jinja or by the compiler
(whose attribute printer breaks combining marks and emoji), and a value that looks like a sentinel stays text: what was
put in is not looked at again.
"""

import re
from dataclasses import dataclass
from html import escape

_SENTINEL = re.compile(r"zS(\d{6})Sz")


@dataclass(frozen=True, slots=True)
class Hole:
    """A place that each delivery fills: TOKEN, or one of the names in HOLES."""

    name: str


TOKEN = Hole("token")
NAME = Hole("name")
PREHEADER = Hole("preheader")
REASON = Hole("reason")
MORE = Hole("more")
LIST_NAME = Hole("list_name")
NUMBER = Hole("number")  # of a link in the text part; no layout prints it
HOLES = {hole.name: hole for hole in (TOKEN, NAME, PREHEADER, REASON, MORE, LIST_NAME)}  # subject: a header's

Segment = str | Hole


class Sentinels:
    """Hands out sentinels and puts the values back in their places."""

    def __init__(self) -> None:
        self._values: list[Segment] = []
        self._known: dict[Segment, str] = {}  # equal values share a sentinel, so that templates can compare

    def text(self, value: str) -> str:
        """Stand for a text, in content or in a double-quoted attribute."""
        return self._stand_for(escape(value, quote=True))

    def html(self, value: str) -> str:
        """Stand for HTML that is sanitised already."""
        return self._stand_for(value)

    def hole(self, hole: Hole) -> str:
        """Stand for what each delivery fills."""
        return self._stand_for(hole)

    def fill(self, compiled: str) -> list[Segment]:
        """Give the text with all values in place, cut at the holes."""
        segments: list[Segment] = []
        pending: list[str] = []
        for at, part in enumerate(_SENTINEL.split(compiled)):
            value = self._values[int(part)] if at % 2 else part
            if isinstance(value, Hole):
                segments += ["".join(pending), value]
                pending = []
            else:
                pending.append(value)
        return [*segments, "".join(pending)]

    def _stand_for(self, value: Segment) -> str:
        if value not in self._known:
            self._known[value] = f"zS{len(self._values):06}Sz"
            self._values.append(value)
        return self._known[value]

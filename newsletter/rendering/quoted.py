"""The one encoder of bodies: quoted-printable (RFC 2045, section 6.7), made for splicing.

Every piece starts at column 0 and ends after a line break, soft or hard, so any pieces in any order make a body. The
token never breaks across lines. No line is longer than 76, none begins with a dot (RFC 5321, section 4.5.2: bytes need
no dot-stuffing), and a boundary of the form "=_..." cannot occur (RFC 2045, section 6.7, note).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.base.tokens import TOKEN_LENGTH
from newsletter.rendering.sentinels import NUMBER, TOKEN, Segment

_ROOM = 75  # 76 with the "=" of a soft break
_SOFT = "=\r\n"
_NUMBER_ROOM = 4  # digits
_QUOTED = [chr(byte) if 32 <= byte <= 126 and byte != ord("=") else f"={byte:02X}" for byte in range(256)]

Run = tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """Encoded text. Each run is cut at the token (`token.join(run)`); between two runs stands a value of `hole`."""

    runs: tuple[Run, ...]
    hole: str = ""
    size: int = 0  # octets of the decoded text, tokens included, values of holes not


def encode_value(text: str) -> bytes:
    """Encode one value of a hole: it starts at column 0 and leaves the next run at column 0."""
    if not text:
        return b""
    writer = _Writer()
    writer.write(text)
    writer.end_line()
    return writer.take()


def encode_piece(segments: Sequence[Segment]) -> Piece:
    """Encode a text with its holes. ValueError when two different holes are in one piece."""
    writer = _Writer()
    runs: list[Run] = []
    parts: list[bytes] = []
    hole = ""
    for segment in segments:
        if isinstance(segment, str):
            writer.write(segment)
        elif segment == TOKEN:
            writer.make_room(TOKEN_LENGTH)
            parts.append(writer.take())
        else:
            if hole and hole != segment.name:
                raise ValueError(f"{hole} and {segment.name} stand in one piece; each needs a piece of its own")
            hole = segment.name
            writer.end_line()
            runs.append((*parts, writer.take()))
            parts = []
    writer.end_line()
    runs.append((*parts, writer.take()))
    return Piece(tuple(runs), hole, sum(_size(segment) for segment in segments))


def encode_around_numbers(segments: Sequence[Segment]) -> Run:
    """Encode a text cut at its numbers: how long one is moves no line break."""
    writer = _Writer()
    parts: list[bytes] = []
    for segment in segments:
        if isinstance(segment, str):
            writer.write(segment)
        elif segment == NUMBER:
            writer.make_room(_NUMBER_ROOM)
            parts.append(writer.take())
        else:
            raise ValueError(f"{segment.name} stands in a text of numbers; it needs a piece of its own")
    writer.end_line()
    return (*parts, writer.take())


def _size(segment: Segment) -> int:
    if isinstance(segment, str):
        return len(segment.encode())
    return TOKEN_LENGTH if segment == TOKEN else 0


class _Writer:
    """Encoded text and the column it ends at."""

    def __init__(self) -> None:
        self._out: list[str] = []
        self._column = 0

    def write(self, text: str) -> None:
        first, *rest = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        self._write_line(first)
        for line in rest:
            self._guard_blank()
            self._out.append("\r\n")
            self._column = 0
            self._write_line(line)

    def make_room(self, width: int) -> None:
        """Break the line softly unless `width` more characters fit; count them as written."""
        if self._column + width > _ROOM:
            self.end_line()
        self._column += width

    def end_line(self) -> None:
        if self._column:
            self._out.append(_SOFT)
            self._column = 0

    def take(self) -> bytes:
        taken = "".join(self._out).encode("ascii")
        self._out.clear()
        return taken

    def _write_line(self, line: str) -> None:
        quoted = "".join([_QUOTED[byte] for byte in line.encode()])
        if "  " in quoted:  # DKIM's relaxed form has no two blanks together: so the body is hashed as it is
            quoted = quoted.replace("  ", " =20")
        at = 0
        while True:
            if self._column == 0 and quoted.startswith(".", at):
                self._put("=2E")
                at += 1
            room = _ROOM - self._column
            if len(quoted) - at <= room:
                self._put(quoted[at:])
                return
            cut = _before_escape(quoted, at, at + room)
            self._put(quoted[at:cut] + _SOFT)
            self._column = 0
            at = cut

    def _guard_blank(self) -> None:
        """Encode a blank before a hard break: it would be lost on the way (RFC 2045, section 6.7, rule 3)."""
        if self._column and self._out and self._out[-1].endswith(" "):
            self._out[-1] = self._out[-1][:-1]
            self._column -= 1
            self.make_room(3)
            self._out.append("=20")

    def _put(self, text: str) -> None:
        if text:
            self._out.append(text)
            self._column += len(text)


def _before_escape(quoted: str, start: int, cut: int) -> int:
    """Move a cut out of an "=XX"."""
    for back in (1, 2):
        if cut - back >= start and quoted[cut - back] == "=":
            return cut - back
    return cut

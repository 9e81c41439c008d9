"""Plain text lines: wrapped at 72 columns as they are shown, addresses and their numbers whole.

Every line stands in its text's direction: many programs guess it anew from each line's first letter (UAX 9, rule P2),
and turn a line of an Arabic text round that begins with a Latin name. A mark that nobody sees tells them.
"""

from collections.abc import Iterable, Iterator
from unicodedata import bidirectional, category, east_asian_width, name

WIDTH = 72
_HANGING = 76  # how far a number of a link may stand out, rather than take its word to a line of their own
# Where a mail's own number of a link will stand, up to 99 without a line that is too long. No value has a NUL in it.
NUMBER_PLACE = "\0\0"

_TIE = "\u00a0"  # holds a number to the word before it; printed as a blank
_NUMBER = f"{_TIE}[{NUMBER_PLACE}]"
_JOINER = "\u200d"  # makes one picture of several
_MARKS = {"ltr": "\u200e", "rtl": "\u200f"}
_STRONG = {"L": "ltr", "R": "rtl", "AL": "rtl"}
# A line of Chinese or Japanese may end anywhere, but not before a closing sign and not behind an opening one (UAX 14).
_NEVER_FIRST = {"Pe", "Pf", "Po", "Lm", "Sk"}  # the last: shades of a picture
_NEVER_LAST = {"Ps", "Pi", "Sc"}


def wrap(text: str, *, first: str = "", rest: str = "", direction: str = "") -> str:
    """Wrap a text; what has no place to break (an address) stays whole.

    `direction` is the text's, ltr or rtl; without it, that of its first letter.
    """
    lines = [first]
    column, start = width(first), True
    for word in text.split(" "):
        for at, part in enumerate(_parts(word)):
            gap = "" if at or start else " "
            size = width(part)
            most = _HANGING if _NUMBER in part else WIDTH
            if not start and column + len(gap) + size > most:
                lines.append(rest)
                column, gap = width(rest), ""
            lines[-1] += gap + part
            column += len(gap) + size
            start = False
    towards = direction or _direction(text)
    return "\n".join(_steady(line.rstrip(" "), towards) for line in lines).replace(_TIE + "[", " [")


def width(text: str) -> int:
    """Give the columns that a text takes: two for a wide character, none for a mark on another."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def underlined(text: str, line: str, *, direction: str = "") -> str:
    """Give a heading over a line of its own length."""
    wrapped = wrap(text, direction=direction)
    longest = max(map(width, wrapped.replace(NUMBER_PLACE, "0").split("\n")))
    return f"{wrapped}\n{line * min(longest, WIDTH)}"


def linked(words: str) -> str:
    """Give words with the place of their link's number."""
    return f"{words}{_NUMBER}"


def beside(parts: Iterable[str], direction: str) -> str:
    """Join what stands side by side on a line. What runs the other way does not pull its neighbour's figures along."""
    told = [part for part in parts if part]
    is_mixed = any(_STRONG.get(bidirectional(letter), direction) != direction for part in told for letter in part)
    return f"{_MARKS[direction] if is_mixed else ''} · ".join(told)


def _parts(word: str) -> Iterator[str]:
    """Cut a word where a line may break within it: beside wide characters. So an address, which has none, is whole."""
    if word.isascii() or not any(map(_is_breakable, word)):
        yield word
        return
    begin = 0
    for at in range(1, len(word)):
        if _may_break(word[at - 1], word[at]):
            yield word[begin:at]
            begin = at
    yield word[begin:]


def _may_break(before: str, after: str) -> bool:
    if _TIE in {before, after} or not _columns(after) or before == _JOINER or "LETTER SMALL" in name(after, ""):
        return False  # small kana belong to what stands before them
    if category(before) in _NEVER_LAST or category(after) in _NEVER_FIRST:
        return False
    return _is_breakable(before) or _is_breakable(after)


def _is_breakable(letter: str) -> bool:
    """Tell whether a line may end beside it. Korean is wide too, and breaks at blanks."""
    return east_asian_width(letter) in "WF" and not "\uac00" <= letter <= "\ud7a3"


def _columns(letter: str) -> int:
    if category(letter) in {"Mn", "Me", "Cf"}:
        return 1 if letter == "\ufe0f" else 0  # it makes a narrow sign a wide picture
    return 2 if east_asian_width(letter) in "WF" else 1


def _direction(text: str) -> str:
    return next((_STRONG[kind] for kind in map(bidirectional, text) if kind in _STRONG), "ltr")


def _steady(line: str, direction: str) -> str:
    if line.isascii() and direction == "ltr":
        return line
    own = next((_STRONG[kind] for kind in map(bidirectional, line) if kind in _STRONG), "")
    return line if own in {direction, ""} else _MARKS[direction] + line

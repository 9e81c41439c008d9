"""Keeps cells from being run: what a spreadsheet would take for a formula gets an apostrophe before it.

The two functions undo each other for every text: one that has apostrophes before its sign gets one more.
"""

import re

# What the spreadsheets take for the beginning of a formula, in full width too, and what they skip before it.
_SIGN = "'*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]"
_WOULD_RUN = re.compile(_SIGN)
# Where a list is cut at semicolons, as in half of Europe, what follows one stands at the head of a cell too.
_AFTER_A_CUT = re.compile(f"(?<=;)(?={_SIGN})")
_MADE_NEUTRAL = re.compile(f"(?<=;)'(?={_SIGN})")


def neutral(cell: str) -> str:
    """Give a cell that nothing runs."""
    cell = _AFTER_A_CUT.sub("'", cell)
    return f"'{cell}" if _WOULD_RUN.match(cell) else cell


def restored(cell: str) -> str:
    """Give the text of which `neutral` made this cell."""
    cell = cell[1:] if cell.startswith("'") and _WOULD_RUN.match(cell) else cell
    return _MADE_NEUTRAL.sub("", cell)

"""Plain text lines: wrapped at 72, addresses whole on their own line."""

import textwrap

WIDTH = 72


def wrap(text: str, *, first: str = "", rest: str = "") -> str:
    """Wrap a text; a long word (an address) stays whole."""
    lines = textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )
    return "\n".join(lines)


def underlined(text: str, line: str) -> str:
    """Give a heading over a line of its own length."""
    wrapped = wrap(text)
    return f"{wrapped}\n{line * min(max(map(len, wrapped.split(chr(10))), default=0), WIDTH)}"

"""The text part: a mail of its own, with the same way out."""

from collections.abc import Iterator

from newsletter.rendering.lint.finding import LintFinding, error, warning

_LINE = 998  # RFC 5322, section 2.1.1
_MARKS = dict.fromkeys((0x200E, 0x200F))


def check_text(text: str, *, leave_url: str, titles: list[str]) -> Iterator[LintFinding]:
    """Give what is wrong with the text part of a mail that shows these stories."""
    if not text.strip():
        yield error("text-missing", "text part", "there is none; some readers see nothing, and filters count it")
        return
    if leave_url not in text:
        yield error("text-leave", "text part", "there is no link to leave with")
    joined = _letters(text)
    for title in titles:
        if _letters(title) not in joined:
            yield error("text-story", title, "the story is in the HTML and not in the text part")
    if any(len(line) > _LINE for line in text.splitlines()):
        yield warning("text-line", "text part", f"a line is longer than {_LINE} characters")


def check_text_order(text: str, titles: list[str]) -> Iterator[LintFinding]:
    """Give the stories that stand at another place in the text part; `titles`: in the order of the HTML."""
    joined, at = _letters(text), 0
    for title in titles:
        words = _letters(title)
        found = joined.find(words, at)
        if found < 0 and words in joined:
            yield warning("text-order", title, "in the text part the story stands at another place than in the HTML")
        at = max(at, found)


def _letters(text: str) -> str:
    """Give a text without its blanks and direction marks: wrapping changes both, within a Chinese title too."""
    return "".join(text.translate(_MARKS).split())

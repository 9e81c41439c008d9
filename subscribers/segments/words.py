"""Cuts the text of a rule into words, each with its place, so that every fault can name where it stands."""

import unicodedata
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from subscribers.errors import InvalidRule

LONGEST_RULE = 2000  # characters
_SHOWN = 40  # of a word in a message
_MARKS = "(),"
# Word processors turn quotation marks: a rule that was pasted from a letter is read all the same.
_TURNED = "\u201c\u201d\u201e"


@dataclass(frozen=True, slots=True)
class Word:
    """A piece of a rule: a bare word, a value in quotes, a mark, or the end."""

    text: str
    at: int  # where it begins, from 0
    kind: Literal["bare", "quoted", "mark", "end"]

    def says(self, *words: str) -> bool:
        """Tell whether this is one of these words of the grammar, in any case; a quoted one never is."""
        return self.kind in {"bare", "mark"} and self.text.lower() in words

    @property
    def told(self) -> str:
        """What a message calls it."""
        return "the rule ends" if self.kind == "end" else f"there is {shortened(self.text)}"


def words_of(text: str) -> list[Word]:
    """Cut a rule; the last word is its end. Raises InvalidRule for a quotation mark that is not closed."""
    _refuse_odd(text)
    words, at = [], 0
    while at < len(text):
        one = text[at]
        if one.isspace():
            at += 1
        elif one in _MARKS:
            words.append(Word(one, at, "mark"))
            at += 1
        elif one == '"' or one in _TURNED:
            value, end = _quoted(text, at)
            words.append(Word(value, at, "quoted"))
            at = end
        else:
            end = _bare_end(text, at)
            words.append(Word(text[at:end], at, "bare"))
            at = end
    return [*words, Word("", len(text), "end")]


def nearest(word: str, known: tuple[str, ...]) -> str:
    """Give the known word that may have been meant; empty where none is near."""
    near = get_close_matches(word.lower(), known, n=1, cutoff=0.6)
    return near[0] if near else ""


def shortened(text: str) -> str:
    """Quote a word for a message."""
    return f'"{text if len(text) <= _SHOWN else text[:_SHOWN] + "..."}"'


def _refuse_odd(text: str) -> None:
    if len(text) > LONGEST_RULE:
        raise InvalidRule(f"the rule is longer than {LONGEST_RULE} characters: make two segments of it", LONGEST_RULE)
    for at, one in enumerate(text):
        if one not in "\t\r\n" and unicodedata.category(one) in {"Cc", "Cs"}:
            raise InvalidRule("there is a control character: remove it", at)


def _quoted(text: str, start: int) -> tuple[str, int]:
    """Give a value in quotes and where it ends; a backslash takes the next character as it is."""
    closing = '"' if text[start] == '"' else _TURNED
    value, at = "", start + 1
    while at < len(text):
        if text[at] in closing:
            return value, at + 1
        if text[at] == "\\" and at + 1 < len(text):
            at += 1
        value += text[at]
        at += 1
    raise InvalidRule("this quotation mark is not closed", start, expected=('"',))


def _bare_end(text: str, at: int) -> int:
    while at < len(text) and not (text[at].isspace() or text[at] in _MARKS or text[at] == '"' or text[at] in _TURNED):
        at += 1
    return at

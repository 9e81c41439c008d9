"""Reads style sheets as far as the checker needs: selectors, declarations, and the rules that begin with an @."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_COMMENT = re.compile(r"/\*.*?\*/|<!--|-->", re.DOTALL)
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'|url\([^)]*\)")
_NAME = re.compile(r"@(-?[a-z][a-z-]*)")
_NO_RULES_INSIDE = {"font-face", "page", "keyframes", "-webkit-keyframes"}


@dataclass(frozen=True, slots=True)
class Declaration:
    """A property and its value, in lower case, without what stands in quotation marks."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A selector with its declarations, or a rule that begins with an @ (`selector` then has all before its block)."""

    selector: str
    declarations: tuple[Declaration, ...] = field(default=())

    @property
    def at(self) -> str:
        """Give "media" of an @media; empty of a plain rule."""
        found = _NAME.match(self.selector)
        return found[1] if found else ""


def rules_of(css: str) -> Iterator[Rule]:
    """Give the rules of a style sheet, those inside of an @media too. Broken CSS gives what can be read of it."""
    yield from _rules(_QUOTED.sub("''", _COMMENT.sub(" ", css.casefold())))


def declarations_of(style: str) -> tuple[Declaration, ...]:
    """Give the declarations of a block or of a style attribute."""
    pairs = (part.partition(":") for part in _QUOTED.sub("''", style.casefold()).split(";"))
    return tuple(Declaration(name.strip(), value.strip()) for name, colon, value in pairs if colon)


def _rules(css: str) -> Iterator[Rule]:
    at = 0
    while found := re.compile(r"[{;]").search(css, at):
        before = " ".join(css[at : found.start()].split())
        if found[0] == ";":
            at = found.end()
            yield Rule(before)  # an @import
            continue
        end = _closing(css, found.end())
        inside, at = css[found.end() : end], end + 1
        rule = Rule(before)
        if rule.at and rule.at not in _NO_RULES_INSIDE:
            yield rule
            yield from _rules(inside)
        else:
            yield rule if rule.at else Rule(before, declarations_of(inside))


def _closing(css: str, start: int) -> int:
    depth = 1
    for found in re.compile(r"[{}]").finditer(css, start):
        depth += 1 if found[0] == "{" else -1
        if not depth:
            return found.start()
    return len(css)

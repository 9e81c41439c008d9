"""How findings read, in words and as JSON."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from newsletter.app.linting import Linted
    from newsletter.rendering.lint.finding import LintFinding

_MARKS = {"error": "BAD ", "warning": "look"}


def lint_lines(linted: "Linted") -> list[str]:
    """Give each finding as a line; one that only some languages have names them."""
    return [_line(language, one) for language, one in linted.findings]


def lint_json(linted: "Linted") -> dict[str, Any]:
    """Give the findings as `issue lint --json` promises them."""
    return {
        "languages": list(linted.languages),
        "largest": linted.largest,
        "findings": [
            {
                "severity": one.severity.value,
                "rule": one.rule,
                "where": one.where,
                "words": one.words,
                "languages": language.split(", ") if language else list(linted.languages),
            }
            for language, one in linted.findings
        ],
    }


def _line(language: str, one: "LintFinding") -> str:
    said_in = f" ({language})" if language else ""
    return f"{_MARKS[one.severity.value]}  {one.where}{said_in}: {one.words}"

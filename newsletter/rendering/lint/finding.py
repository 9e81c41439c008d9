"""A LintFinding: one thing that an editor should know before an issue leaves."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """Errors stop an approval; warnings are shown."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class LintFinding:
    """What is wrong, and where."""

    severity: Severity
    rule: str  # stays the same, for scripts: "link-local"
    where: str  # what an editor finds again: a title, a link's words
    words: str


def error(rule: str, where: str, words: str) -> LintFinding:
    """Make a finding that stops an approval."""
    return LintFinding(severity=Severity.ERROR, rule=rule, where=where, words=words)


def warning(rule: str, where: str, words: str) -> LintFinding:
    """Make a finding that is shown."""
    return LintFinding(severity=Severity.WARNING, rule=rule, where=where, words=words)

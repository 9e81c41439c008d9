"""What the checker finds in an issue, as the desk shows it: in the words of `newsletter issue lint`, errors first."""

from dataclasses import dataclass

from newsletter.app.app import App
from newsletter.app.linting import Linted, end_words, lint_issue
from newsletter.issues.issue import UNAPPROVED, Issue
from newsletter.rendering.lint.finding import LintFinding, Severity
from newsletter.web.languages import language_name


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingLine:
    """One thing that was found."""

    where: str
    languages: str  # in words; empty: in all of them
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What was found in an issue that may still be mended."""

    errors: list[FindingLine]  # each of them stops the approval
    warnings: list[FindingLine]
    end: str  # "1 error, 0 warnings; the largest mail has 61,204 bytes"
    languages: str


def findings_of(app: App, issue: Issue) -> Findings | None:
    """Look over an issue that waits for its approval; None once it is frozen: nothing can be changed any more."""
    if issue.state not in UNAPPROVED:
        return None
    linted = lint_issue(app, issue)
    return Findings(
        errors=_lines(linted, Severity.ERROR),
        warnings=_lines(linted, Severity.WARNING),
        end=end_words(linted),
        languages=_named(linted.languages),
    )


def _lines(linted: Linted, severity: Severity) -> list[FindingLine]:
    return [_line(language, one) for language, one in linted.findings if one.severity is severity]


def _line(language: str, one: LintFinding) -> FindingLine:
    spoken = tuple(language.split(", ")) if language else ()
    return FindingLine(where=one.where, languages=_named(spoken), words=one.words)


def _named(languages: tuple[str, ...]) -> str:
    return ", ".join(language_name(one) for one in languages)

"""What the checker finds in an issue, as the desk shows it: in the words of `newsletter issue lint`, errors first."""

import hashlib
from dataclasses import dataclass

from newsletter.app.app import App
from newsletter.app.linting import Linted, end_words, lint_issue
from newsletter.issues.frozen import FrozenIssue
from newsletter.issues.issue import UNAPPROVED, Issue
from newsletter.rendering.lint.finding import LintFinding, Severity
from newsletter.web.context import Web
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


def findings_of(web: Web, issue: Issue, frozen: FrozenIssue) -> Findings | None:
    """Look over an issue that waits for its approval; None once it is frozen: nothing can be changed any more.

    What was found is kept for as long as the issue holds the same, and a minute at most.
    """
    if issue.state not in UNAPPROVED:
        return None
    if not frozen.layout_hash:
        return _look_over(web.app, issue)  # templates that cannot be read: somebody is mending them
    holds = hashlib.sha256(repr(frozen).encode()).hexdigest()
    now = web.app.clock.now()
    return web.findings.take((issue.id, holds), Findings, lambda: _look_over(web.app, issue), now=now)


def _look_over(app: App, issue: Issue) -> Findings:
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

"""What a demo run did, as values: made by run.py, told by report.py, printed as JSON by the command."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceOutcome:
    """What one source brought."""

    source: str
    owner: str
    kind: str
    new: int
    updated: int
    unchanged: int
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleOutcome:
    """What the import of the readers did."""

    added: int
    updated: int
    unchanged: int
    suppressed: int
    unconfirmed: int
    refused: list[tuple[int, str]]  # line and reason


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueOutcome:
    """What the issue holds, and what became of its deliveries."""

    name: str
    posts: int
    stories: int
    languages: dict[str, int]  # posts by language
    sections: dict[str, int]  # stories by heading
    candidates: int
    accepted: int
    waiting: int  # planned or on their way
    failed: int
    suppressed: int
    in_doubt: int
    left_out: dict[str, int]  # the suppressed by reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Got:
    """One story that a reader got, and why."""

    title: str
    source: str
    language: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderOutcome:
    """What one reader got. Without stories, `why_nothing` says why, and `left_out` counts stories by reason."""

    address: str
    name: str
    language: str
    zone: str
    state: str
    subject: str
    stories: list[Got]
    why_nothing: str
    left_out: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOutcome:
    """A whole run. Without an issue there was nothing left to say."""

    home: Path
    is_first: bool
    sources: list[SourceOutcome]
    people: PeopleOutcome
    issue: IssueOutcome | None
    readers: list[ReaderOutcome]
    caught: int  # mails in this run
    mail: Path
    sample_mail: Path | None
    preview: Path | None
    seconds: float

"""An Issue: a newsletter's numbered instance for one slot; what editors arrange."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from newsletter.base.ids import IssueId, NewsletterId, PostId


class IssueState(StrEnum):
    """Where an issue is. `paused_at` stands beside the state: pausing is no state."""

    PLANNED = "planned"
    COLLECTING = "collecting"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    SENDING = "sending"
    SENT = "sent"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"
    FAILED = "failed"


# The only arrows there are; every move is `UPDATE ... WHERE id = :id AND state = :from`.
ARROWS: dict[IssueState, frozenset[IssueState]] = {
    IssueState.PLANNED: frozenset({IssueState.COLLECTING, IssueState.SKIPPED, IssueState.CANCELLED}),
    IssueState.COLLECTING: frozenset(
        {IssueState.IN_REVIEW, IssueState.APPROVED, IssueState.SKIPPED, IssueState.CANCELLED, IssueState.FAILED}
    ),
    IssueState.IN_REVIEW: frozenset({IssueState.APPROVED, IssueState.SKIPPED, IssueState.CANCELLED, IssueState.FAILED}),
    # Back to review goes what was approved and of which nothing has left yet.
    IssueState.APPROVED: frozenset(
        {
            IssueState.SENDING,
            IssueState.IN_REVIEW,
            IssueState.CANCELLED,
            IssueState.FAILED,
            IssueState.SKIPPED,
        }
    ),
    IssueState.SENDING: frozenset(
        {IssueState.SENT, IssueState.IN_REVIEW, IssueState.SKIPPED, IssueState.CANCELLED, IssueState.FAILED}
    ),
    IssueState.SENT: frozenset(),
    IssueState.SKIPPED: frozenset(),
    IssueState.CANCELLED: frozenset(),
    IssueState.FAILED: frozenset(),
}
UNAPPROVED = frozenset({IssueState.PLANNED, IssueState.COLLECTING, IssueState.IN_REVIEW})


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """What an editor wrote for this issue, by language; empty where the recipe's text stands."""

    subject: dict[str, str]
    preheader: dict[str, str]
    intro: dict[str, str]  # Markdown
    announcement: dict[str, str] = field(default_factory=dict)  # Markdown, in a box between sections
    announcement_after: str = ""  # the topic behind whose section it stands


@dataclass(frozen=True, slots=True, kw_only=True)
class PostEdit:
    """What an editor decided about one post for this issue."""

    post_id: PostId
    pick: int | None = None  # 1 to 3: on top for everybody; for a selection: its place
    dropped: bool = False
    value: int | None = None  # 0 to 3
    updated: bool = False  # there is news of it: it comes again to those who got it


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueChanges:
    """What an editor wants changed, all or nothing. An empty text gives way to the recipe's."""

    like_last: bool = False  # begin with the texts of the issue before
    subject: Mapping[str, str] = field(default_factory=dict)  # by language
    preheader: Mapping[str, str] = field(default_factory=dict)
    intro: Mapping[str, str] = field(default_factory=dict)  # Markdown
    announcement: Mapping[str, str] = field(default_factory=dict)  # Markdown
    announcement_after: str | None = None  # a topic; empty takes it back
    pick: tuple[PostId, ...] = ()  # on top, behind those that are there
    unpick: tuple[PostId, ...] = ()
    drop: tuple[PostId, ...] = ()
    restore: tuple[PostId, ...] = ()
    values: Mapping[PostId, int] = field(default_factory=dict)  # 0 to 3
    update: tuple[PostId, ...] = ()  # there is news of them
    no_update: tuple[PostId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """A newsletter's numbered instance for one slot."""

    id: IssueId
    newsletter_id: NewsletterId
    newsletter_slug: str
    number: int
    kind: str  # digest | selection | letter
    slot: str  # local wall time of the newsletter, "2026-10-25T02:30"
    slot_at: datetime
    state: IssueState
    state_reason: str
    paused_at: datetime | None
    paused_reason: str
    cutoff_at: datetime
    approve_by: datetime
    texts: Texts
    created_at: datetime
    approved_at: datetime | None
    approved_by: str
    go_at: datetime | None  # a person said: now, whatever the slot and the readers' hours
    planned_after: int
    planned_at: datetime | None
    finished_at: datetime | None
    scheduled: bool = True  # False: made by a person outside the schedule

    @property
    def name(self) -> str:
        """How people call it: weekly/12."""
        return f"{self.newsletter_slug}/{self.number}"

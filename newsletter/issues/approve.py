"""Approves an issue: what was previewed is frozen and becomes what is sent. The one way into the state approved."""

from datetime import datetime

from sqlalchemy import Engine

from newsletter.base.errors import NotAllowedNow, NothingToSay
from newsletter.db.audit import record
from newsletter.db.engine import writing
from newsletter.issues import store
from newsletter.issues.frozen import FrozenIssue
from newsletter.issues.issue import Issue, IssueState
from newsletter.issues.pool import has_intro

BY_RULE = "the newsletter's own rule"  # who approves where no person does
_APPROVABLE = frozenset({IssueState.COLLECTING, IssueState.IN_REVIEW})


def approve(engine: Engine, issue: Issue, frozen: FrozenIssue, *, by: str, now: datetime) -> Issue:
    """Keep the frozen issue and move to approved, in one transaction with its audit row.

    NotAllowedNow where the issue is in another state, was edited after `frozen` was made (the mail would be
    something else than the editor wants); NothingToSay where it is empty.
    """
    if frozen.issue_id != issue.id:
        raise ValueError(f"{frozen.name} was frozen, {issue.name} is to be approved")
    with writing(engine) as db:
        present = store.locked_issue(db, issue.id)
        if present.state not in _APPROVABLE:
            raise NotAllowedNow(f"{issue.name} is {present.state}: only an issue that waits for review can be approved")
        if present.texts != frozen.texts or set(store.edits_of(db, issue.id)) != set(frozen.edits):
            raise NotAllowedNow(f"{issue.name} was edited while you approved it; look at it again, then approve")
        _check_content(frozen)
        store.save_frozen(db, frozen, by=by, now=now)
        moved = store.move_issue(db, issue.id, _APPROVABLE, IssueState.APPROVED, now=now)
        details = f"{len(frozen.posts)} posts, layout {frozen.layout_hash[:12]}"
        record(db, at=now, who=by, act="issue.approve", subject=f"issue:{issue.id}", details=details)
        return moved


def _check_content(frozen: FrozenIssue) -> None:
    if frozen.kind == "letter" and not has_intro(frozen):
        raise NothingToSay(f"{frozen.name} is a letter without a text: issue edit {frozen.name} --intro FILE")
    if frozen.kind == "selection" and not frozen.posts:
        raise NothingToSay(f"{frozen.name} is a selection without a post: issue edit {frozen.name} --pin POST")
    if frozen.kind == "digest" and not frozen.posts:
        raise NothingToSay(f"{frozen.name} has no post that could be sent; there is nothing to approve")

"""Changes an issue as an editor asks: texts by language, picks, drops, values. Only while nobody has approved it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, Engine

from newsletter.base.errors import NotAllowedNow, UsageError
from newsletter.base.ids import IssueId, PostId
from newsletter.db.audit import record
from newsletter.db.engine import writing
from newsletter.issues import store
from newsletter.issues.issue import UNAPPROVED, Issue, IssueChanges, PostEdit, Texts
from newsletter.issues.recipe import checked_language, checked_line

MOST_PICKS = 3  # of a digest: more on top for everybody, and it is no digest of one's own


def edit_issue(engine: Engine, issue_id: IssueId, changes: IssueChanges, *, by: str, now: datetime) -> Issue:
    """Carry out all the changes or none, and write down who made them.

    NotAllowedNow once the issue is approved; UsageError where a change makes no sense. Whether the posts exist is for
    the caller to know: this room sees only their ids.
    """
    with writing(engine) as db:
        issue = store.locked_issue(db, issue_id)
        if issue.state not in UNAPPROVED:
            raise NotAllowedNow(f"{issue.name} is {issue.state}: it can be edited only until it is approved")
        texts = _new_texts(db, issue, changes)
        if texts != issue.texts:
            store.save_texts(db, issue.id, texts)
        before = {edit.post_id: edit for edit in store.edits_of(db, issue.id)}
        for edit in _new_edits(issue, before, changes):
            store.save_edit(db, issue.id, edit)
        record(db, at=now, who=by, act="issue.edit", subject=f"issue:{issue.id}", details=_in_words(changes))
        return store.issue_by_id(db, issue.id)


def _new_texts(db: Connection, issue: Issue, changes: IssueChanges) -> Texts:
    texts = issue.texts
    if changes.like_last:
        last = store.previous_issue(db, issue)
        if last is None:
            raise NotAllowedNow(f"{issue.name} is the first of its kind: there is no issue before it to be like")
        texts = last.texts
    after = changes.announcement_after
    return Texts(
        subject=_laid_over(texts.subject, _lines(changes.subject)),
        preheader=_laid_over(texts.preheader, _lines(changes.preheader)),
        intro=_laid_over(texts.intro, changes.intro),
        announcement=_laid_over(texts.announcement, changes.announcement),
        announcement_after=texts.announcement_after if after is None else after,
    )


def _laid_over(texts: Mapping[str, str], changes: Mapping[str, str]) -> dict[str, str]:
    try:
        changed = {checked_language(language): text for language, text in changes.items()}
    except ValueError as error:
        raise UsageError(str(error)) from error
    return {language: text for language, text in {**texts, **changed}.items() if text.strip()}


def _lines(texts: Mapping[str, str]) -> dict[str, str]:
    try:
        return {language: checked_line(text) for language, text in texts.items()}
    except ValueError as error:
        raise UsageError(f"subject and preheader: {error}") from error


def _new_edits(issue: Issue, before: Mapping[PostId, PostEdit], changes: IssueChanges) -> list[PostEdit]:
    """Give the decisions that differ from before. A pick restores its post, a drop takes a pick back."""
    _check_values(changes.values)
    both = set(changes.pick) & set(changes.drop)
    if both:
        raise UsageError(f"post {min(both)} cannot be both picked and dropped")
    picks = _new_picks(issue, before, changes)
    after = {post_id: replace(edit, pick=None) for post_id, edit in before.items()}
    for post_id in (*changes.drop, *changes.restore, *changes.values, *changes.update, *changes.no_update, *picks):
        after.setdefault(post_id, PostEdit(post_id=post_id))
    for post_id in (*changes.restore, *changes.pick):
        after[post_id] = replace(after[post_id], dropped=False)
    for post_id in changes.drop:
        after[post_id] = replace(after[post_id], dropped=True)
    for post_id, value in changes.values.items():
        after[post_id] = replace(after[post_id], value=value)
    for post_id in (*changes.update, *changes.no_update):
        after[post_id] = replace(after[post_id], updated=post_id in changes.update)
    for place, post_id in enumerate(picks, 1):
        after[post_id] = replace(after[post_id], pick=place)
    return [edit for post_id, edit in after.items() if edit != before.get(post_id)]


def _new_picks(issue: Issue, before: Mapping[PostId, PostEdit], changes: IssueChanges) -> list[PostId]:
    present = sorted((edit.pick, post_id) for post_id, edit in before.items() if edit.pick is not None)
    gone = {*changes.unpick, *changes.drop}
    picks = list(dict.fromkeys([*(post_id for _, post_id in present if post_id not in gone), *changes.pick]))
    if issue.kind == "digest" and len(picks) > MOST_PICKS:
        raise UsageError(
            f"a digest has at most {MOST_PICKS} picks, and these would be {len(picks)}: "
            f"posts {', '.join(map(str, picks))}; take one back first"
        )
    return picks


def _check_values(values: Mapping[PostId, int]) -> None:
    wrong = [post_id for post_id, value in values.items() if not 0 <= value <= 3]
    if wrong:
        raise UsageError(f"a value is 0, 1, 2 or 3; that of post {min(wrong)} is {values[min(wrong)]}")


def _in_words(changes: IssueChanges) -> str:
    """Say what was changed, without the texts themselves."""
    words = ["like last"] if changes.like_last else []
    words += [f"{name} in {_listed(texts)}" for name, texts in _texts_of(changes) if texts]
    acts = {"pick": changes.pick, "unpick": changes.unpick, "drop": changes.drop, "restore": changes.restore}
    acts |= {"update": changes.update, "no update": changes.no_update}
    words += [f"{act} {_listed(posts)}" for act, posts in acts.items() if posts]
    words += [f"value of {post_id} is {value}" for post_id, value in changes.values.items()]
    after = changes.announcement_after
    words += [] if after is None else [f"announcement after {after or 'the first section'}"]
    return "; ".join(words)


def _texts_of(changes: IssueChanges) -> list[tuple[str, Mapping[str, str]]]:
    return [
        ("subject", changes.subject),
        ("preheader", changes.preheader),
        ("intro", changes.intro),
        ("announcement", changes.announcement),
    ]


def _listed(things: Iterable[object]) -> str:
    return ", ".join(map(str, things))

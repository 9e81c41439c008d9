"""Issues are made once for each slot, whoever tries, and lead their life along the clock and people's acts."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from newsletter.base.clock import FixedClock
from newsletter.base.errors import NotAllowedNow, UsageError
from newsletter.base.ids import PostId
from newsletter.db.engine import reading, writing
from newsletter.db.tables import audit_log
from newsletter.issues import life, store
from newsletter.issues.approve import approve
from newsletter.issues.assemble import assemble, make_due_issues, new_issue
from newsletter.issues.digest import LeftOut
from newsletter.issues.edit import edit_issue
from newsletter.issues.freeze import freeze
from newsletter.issues.issue import Issue, IssueChanges, IssueState, PostEdit
from newsletter.issues.recipe import Newsletter
from newsletter.sources.post import Post
from tests.unit.issues.makers import TOPICS, make_post, make_recipe

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def put(engine: Engine, at: datetime, **fields: Any) -> Newsletter:
    with writing(engine) as db:
        return store.put_newsletter(db, make_recipe(**fields), now=at)


def issues_of(engine: Engine) -> list[Issue]:
    with reading(engine) as db:
        return sorted(store.list_issues(db), key=lambda issue: issue.number)


def acts(engine: Engine) -> list[tuple[str, str]]:
    with reading(engine) as db:
        return [(row.who, row.act) for row in db.execute(select(audit_log).order_by(audit_log.c.id))]


def approved(engine: Engine, issue: Issue, posts: list[Post], now: datetime) -> Issue:
    with reading(engine) as db:
        present, edits = store.issue_by_id(db, issue.id), store.edits_of(db, issue.id)
        recipe = store.newsletter_by_id(db, issue.newsletter_id).recipe
    frozen = freeze(present, recipe, TOPICS, posts, edits, layout_hash="abc")
    return approve(engine, present, frozen, by="anna", now=now)


def test_a_due_slot_becomes_one_issue_whoever_tries(engine: Engine, now: datetime) -> None:
    """Four nodes tick at the same moment: one issue; later ticks change nothing."""
    put(engine, now - DAY)
    with ThreadPoolExecutor(4) as threads:
        counts = list(threads.map(lambda _: make_due_issues(engine, FixedClock(now)), range(4)))
    assert sum(counts) == 1
    (issue,) = issues_of(engine)
    assert (issue.name, issue.slot, issue.slot_at, issue.scheduled) == ("weekly/1", "2026-11-23T08:00", now, True)
    assert make_due_issues(engine, FixedClock(now + DAY)) == 0
    assert acts(engine) == [("schedule", "issue.make")]


@pytest.mark.parametrize(("day", "at"), [("2026-03-29", "01:30"), ("2026-10-25", "00:30")])
def test_a_change_of_clocks_costs_no_issue_and_makes_none_twice(engine: Engine, day: str, at: str) -> None:
    """A daily 02:30 in Berlin, with a tick each hour for three days around the change."""
    begin = datetime.fromisoformat(day).replace(tzinfo=UTC) - 30 * HOUR
    put(engine, begin, schedule="30 2 * * *")
    for hours in range(72):
        make_due_issues(engine, FixedClock(begin + hours * HOUR))
    made = issues_of(engine)
    middle = datetime.fromisoformat(day).date()
    assert [issue.slot for issue in made] == [f"{middle + n * DAY}T02:30" for n in (-1, 0, 1)]
    assert made[1].slot_at == datetime.fromisoformat(f"{day}T{at}").replace(tzinfo=UTC)


def test_an_issue_that_is_caught_up_collects_what_there_is_now(sqlite_engine: Engine, now: datetime) -> None:
    """While nothing ran nothing came in: with the slot's own cutoff the late issue would always be empty."""
    put(sqlite_engine, now - DAY, cutoff="2h")
    make_due_issues(sqlite_engine, FixedClock(now + 9 * HOUR))
    (issue,) = issues_of(sqlite_engine)
    assert (issue.slot_at, issue.cutoff_at, issue.state) == (now, now + 9 * HOUR, IssueState.IN_REVIEW)


def test_missed_slots_are_made_in_portions_and_in_order(sqlite_engine: Engine, now: datetime) -> None:
    """Catching up on all, a portion is bounded; the next one goes on; numbers follow the slots."""
    put(sqlite_engine, now - 30 * DAY, schedule="0 8 * * *", catch_up="all")
    assert [make_due_issues(sqlite_engine, FixedClock(now), limit=20) for _ in range(3)] == [20, 10, 0]
    made = issues_of(sqlite_engine)
    assert [issue.number for issue in made] == list(range(1, 31))
    assert [issue.slot_at for issue in made] == sorted(issue.slot_at for issue in made)


def test_assemble_takes_the_due_slot_else_makes_one_for_now(engine: Engine, now: datetime) -> None:
    """Called again while nobody approved it, it gives the same issue; the schedule goes on beside it."""
    newsletter = put(engine, now - DAY)
    by_hand = assemble(engine, newsletter, now=now - HOUR)
    assert (by_hand.slot, by_hand.scheduled) == ("2026-11-23T07:00", False)
    assert assemble(engine, newsletter, now=now - MINUTE) == by_hand
    due = assemble(engine, newsletter, now=now + MINUTE, by="anna")
    assert (due.slot, due.scheduled, due.number) == ("2026-11-23T08:00", True, 2)
    assert assemble(engine, newsletter, now=now + 2 * MINUTE) == due
    assert make_due_issues(engine, FixedClock(now + 2 * MINUTE)) == 0
    approved(engine, due, [make_post(1)], now + HOUR)
    approved(engine, by_hand, [make_post(1)], now + HOUR)
    assert assemble(engine, newsletter, now=now + 2 * HOUR).number == 3


def test_two_who_assemble_at_once_work_on_the_same_issue(engine: Engine, now: datetime) -> None:
    """For a due slot and outside the schedule alike."""

    def assemble_four_times(newsletter: Newsletter, moment: datetime) -> int:
        with ThreadPoolExecutor(4) as threads:
            made = threads.map(lambda _: assemble(engine, newsletter, now=moment), range(4))
            return len({issue.id for issue in made})

    assert assemble_four_times(put(engine, now - DAY), now) == 1
    assert assemble_four_times(put(engine, now - DAY, slug="other"), now - HOUR) == 1


def test_assemble_at_a_time_takes_the_slot_of_that_time(engine: Engine, now: datetime) -> None:
    """Ahead of time or long past: a slot that a person names is theirs to make; those between stay due."""
    newsletter = put(engine, now - HOUR)
    ahead = assemble(engine, newsletter, now=now - HOUR, at=now + 7 * DAY + HOUR)
    assert (ahead.slot, ahead.state) == ("2026-11-30T08:00", IssueState.COLLECTING)
    past = assemble(engine, newsletter, now=now - HOUR, at=now - 7 * DAY)
    assert (past.slot, past.scheduled, past.state) == ("2026-11-16T08:00", True, IssueState.IN_REVIEW)
    assert assemble(engine, newsletter, now=now - HOUR, at=now - 7 * DAY) == past
    assert make_due_issues(engine, FixedClock(now)) == 1
    assert [issue.slot[:10] for issue in issues_of(engine)] == ["2026-11-30", "2026-11-16", "2026-11-23"]


def test_a_letter_never_takes_the_time_of_a_scheduled_issue(engine: Engine, now: datetime) -> None:
    """Letters made in the minute of the slot, even before the tick, leave the digest its slot."""
    newsletter = put(engine, now - DAY)
    letters = [new_issue(engine, newsletter, "letter", now=now, by="anna") for _ in range(3)]
    assert [letter.number for letter in letters] == [1, 2, 3]
    assert make_due_issues(engine, FixedClock(now + MINUTE)) == 1
    assert issues_of(engine)[-1].slot == "2026-11-23T08:00"
    with pytest.raises(UsageError, match="issue assemble weekly"):
        new_issue(engine, newsletter, "digest", now=now, by="anna")


def test_the_clock_leads_an_issue_to_review_and_to_its_own_approval(engine: Engine, now: datetime) -> None:
    """Open, collecting until the cutoff, then for review; with `auto` approved at the slot and not before."""
    put(engine, now - 5 * DAY, review_days=1, cutoff="2h", approval="auto")
    make_due_issues(engine, FixedClock(now - DAY))
    (issue,) = issues_of(engine)
    assert issue.state == IssueState.COLLECTING
    assert life.advance_issues(engine, FixedClock(now - 2 * HOUR - MINUTE)) == 0
    assert life.advance_issues(engine, FixedClock(now - 2 * HOUR + MINUTE)) == 1
    assert issues_of(engine)[0].cutoff_at == now - 2 * HOUR + MINUTE  # the last fetch came after the planned cutoff
    assert life.advance_issues(engine, FixedClock(now - HOUR)) == 0
    assert issues_of(engine)[0].state == IssueState.IN_REVIEW
    assert life.awaiting_approval(engine, now=now - MINUTE) == []
    (waiting,) = life.awaiting_approval(engine, now=now)
    assert approved(engine, waiting, [make_post(1)], now).state == IssueState.APPROVED
    assert life.awaiting_approval(engine, now=now) == []


def test_approval_freezes_what_was_seen(engine: Engine, now: datetime) -> None:
    """An edit in between, a second approval, and an issue with nothing to say are refused in words."""
    newsletter = put(engine, now - DAY)
    issue = assemble(engine, newsletter, now=now)
    stale = freeze(issue, newsletter.recipe, TOPICS, [make_post(1)], [], layout_hash="abc")
    edit_issue(engine, issue.id, IssueChanges(pick=(PostId(1),)), by="ben", now=now)
    with pytest.raises(NotAllowedNow, match="edited while you approved"):
        approve(engine, issue, stale, by="anna", now=now)
    with pytest.raises(NotAllowedNow, match="no post that could be sent"):
        approved(engine, issue, [], now)
    done = approved(engine, issue, [make_post(1)], now + HOUR)
    assert (done.state, done.approved_at, done.approved_by) == (IssueState.APPROVED, now + HOUR, "anna")
    with reading(engine) as db:
        assert store.frozen_of(db, issue.id).picks == (PostId(1),)
    with pytest.raises(NotAllowedNow, match="weekly/1 is approved"):
        approved(engine, issue, [make_post(1)], now)
    assert acts(engine) == [("person", "issue.make"), ("ben", "issue.edit"), ("anna", "issue.approve")]


def test_an_empty_letter_or_selection_cannot_be_approved(sqlite_engine: Engine, now: datetime) -> None:
    """The words say which command fills it."""
    newsletter = put(sqlite_engine, now - DAY)
    for kind, remedy in (("letter", "--intro FILE"), ("selection", "--pin POST")):
        with pytest.raises(NotAllowedNow, match=remedy):
            approved(sqlite_engine, new_issue(sqlite_engine, newsletter, kind, now=now, by="anna"), [], now)


def test_an_editor_changes_texts_picks_and_values(engine: Engine, now: datetime) -> None:
    """Texts lie over each other by language; a pick restores, a drop takes a pick back, places close up."""
    issue = assemble(engine, put(engine, now - DAY), now=now)

    def edit(**changes: Any) -> Issue:
        return edit_issue(engine, issue.id, IssueChanges(**changes), by="anna", now=now)

    edit(subject={"de": "Hallo", "en": "Hello"}, pick=(PostId(1), PostId(2), PostId(3)), values={PostId(9): 3})
    edited = edit(subject={"en": ""}, intro={"de": "*Gruß*"}, drop=(PostId(1),), values={PostId(9): 0})
    assert (edited.texts.subject, edited.texts.intro) == ({"de": "Hallo"}, {"de": "*Gruß*"})
    edit(announcement={"en": "Closed.", "de": "Zu."}, announcement_after="funding")
    edited = edit(announcement={"de": ""})
    assert (edited.texts.announcement, edited.texts.announcement_after) == ({"en": "Closed."}, "funding")
    assert edit(announcement_after="").texts.announcement_after == ""
    edit(pick=(PostId(4), PostId(2)))
    with reading(engine) as db:
        assert store.edits_of(db, issue.id) == [
            PostEdit(post_id=PostId(2), pick=1),
            PostEdit(post_id=PostId(3), pick=2),
            PostEdit(post_id=PostId(4), pick=3),
            PostEdit(post_id=PostId(1), dropped=True),
            PostEdit(post_id=PostId(9), value=0),
        ]
    edit(unpick=(PostId(2),), pick=(PostId(1),))
    with reading(engine) as db:
        assert [(e.post_id, e.pick, e.dropped) for e in store.edits_of(db, issue.id)][:3] == [
            (3, 1, False),
            (4, 2, False),
            (1, 3, False),
        ]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"pick": (PostId(1), PostId(2), PostId(3), PostId(4))}, "at most 3 picks"),
        ({"values": {PostId(1): 4}}, "0, 1, 2 or 3"),
        ({"subject": {"en": "a\nBcc: b@example.org"}}, "one line"),
        ({"intro": {"english!": "x"}}, "no language"),
        ({"announcement": {"english!": "x"}}, "no language"),
        ({"pick": (PostId(1),), "drop": (PostId(1),)}, "both picked and dropped"),
    ],
)
def test_what_makes_no_sense_changes_nothing(
    sqlite_engine: Engine, now: datetime, changes: dict[str, Any], words: str
) -> None:
    """All the changes or none: a refused edit leaves no trace."""
    issue = assemble(sqlite_engine, put(sqlite_engine, now - DAY), now=now)
    with pytest.raises(UsageError, match=words):
        edit_issue(sqlite_engine, issue.id, IssueChanges(preheader={"en": "x"}, **changes), by="anna", now=now)
    with reading(sqlite_engine) as db:
        assert (store.edits_of(db, issue.id), store.issue_by_id(db, issue.id)) == ([], issue)
    assert acts(sqlite_engine) == [("person", "issue.make")]


def test_an_issue_begins_like_the_last_and_is_closed_once_approved(sqlite_engine: Engine, now: datetime) -> None:
    """`like last` copies the texts of the issue before; after approval no edit is taken."""
    newsletter = put(sqlite_engine, now - DAY)
    first = assemble(sqlite_engine, newsletter, now=now)
    with pytest.raises(NotAllowedNow, match="first of its kind"):
        edit_issue(sqlite_engine, first.id, IssueChanges(like_last=True), by="anna", now=now)
    texts = IssueChanges(subject={"en": "News"}, intro={"en": "Hello"})
    edit_issue(sqlite_engine, first.id, texts, by="anna", now=now)
    approved(sqlite_engine, first, [make_post(1)], now)
    with pytest.raises(NotAllowedNow, match="weekly/1 is approved"):
        edit_issue(sqlite_engine, first.id, texts, by="anna", now=now)
    second = assemble(sqlite_engine, newsletter, now=now + DAY)
    changed = edit_issue(
        sqlite_engine, second.id, IssueChanges(like_last=True, subject={"en": "More"}), by="anna", now=now
    )
    assert (changed.texts.subject, changed.texts.intro) == ({"en": "More"}, {"en": "Hello"})


def test_people_pause_resume_cancel_and_skip_with_a_reason(engine: Engine, now: datetime) -> None:
    """A paused issue waits even for the clock; what has ended stays ended; each act is written down."""
    newsletter = put(engine, now - DAY, approval="auto")
    issue = assemble(engine, newsletter, now=now, by="anna")
    paused = life.pause(engine, issue.id, reason="wrong logo", by="anna", now=now)
    assert (paused.paused_at, paused.paused_reason, paused.state) == (now, "wrong logo", issue.state)
    assert life.awaiting_approval(engine, now=now + DAY) == []
    with pytest.raises(NotAllowedNow, match="paused already"):
        life.pause(engine, issue.id, reason="again", by="anna", now=now)
    assert life.resume(engine, issue.id, by="anna", now=now) == issue
    with pytest.raises(NotAllowedNow, match="not paused"):
        life.resume(engine, issue.id, by="anna", now=now)
    counts = {LeftOut.SHOWN_BEFORE: 4, LeftOut.NOT_ALIVE: 7, LeftOut.MUTED: 0}
    skipped = life.skip_empty(engine, issue.id, counts, now=now)
    assert skipped.state == IssueState.SKIPPED
    assert skipped.state_reason == "nothing new: 7 withdrawn, past or not yet to be shown, 4 shown before"
    for end in (life.cancel, life.skip):
        with pytest.raises(NotAllowedNow, match="weekly/1 is skipped: it cannot be"):
            end(engine, issue.id, reason="x", by="anna", now=now)
    with pytest.raises(NotAllowedNow, match="nothing to pause"):
        life.pause(engine, issue.id, reason="x", by="anna", now=now)
    assert [act for _, act in acts(engine)] == ["issue.make", "issue.pause", "issue.resume", "issue.skipped"]


def test_an_end_needs_a_reason_and_an_empty_count_has_words(sqlite_engine: Engine, now: datetime) -> None:
    """Nobody has to guess why an issue was not sent."""
    newsletter = put(sqlite_engine, now - DAY)
    issue = assemble(sqlite_engine, newsletter, now=now)
    with pytest.raises(ValueError, match="without a reason"):
        life.cancel(sqlite_engine, issue.id, reason=" ", by="anna", now=now)
    assert life.fail(sqlite_engine, issue.id, reason="the layout is gone", now=now).state == IssueState.FAILED
    assert life.why_empty({}) == "nothing new: no posts came in"


def test_a_paused_newsletter_makes_nothing_until_it_is_resumed(engine: Engine, now: datetime) -> None:
    """Its missed slots are not made up for; a person may still assemble."""
    newsletter = put(engine, now - DAY)
    life.pause_newsletter(engine, newsletter.id, by="anna", now=now - HOUR)
    assert make_due_issues(engine, FixedClock(now)) == 0
    with reading(engine) as db:
        paused = store.newsletter_by_id(db, newsletter.id)
    assert assemble(engine, paused, now=now + HOUR).scheduled is False
    life.resume_newsletter(engine, newsletter.id, by="anna", now=now + 2 * HOUR)
    assert make_due_issues(engine, FixedClock(now + 3 * HOUR)) == 0
    assert make_due_issues(engine, FixedClock(now + 7 * DAY)) == 1


def test_approving_another_issues_content_is_a_mistake(sqlite_engine: Engine, now: datetime) -> None:
    """The frozen content must be of the issue that is approved."""
    newsletter = put(sqlite_engine, now - DAY)
    issue = assemble(sqlite_engine, newsletter, now=now)
    frozen = freeze(issue, newsletter.recipe, TOPICS, [make_post(1)], [], layout_hash="abc")
    other = replace(frozen, issue_id=type(issue.id)(issue.id + 1))
    with pytest.raises(ValueError, match="is to be approved"):
        approve(sqlite_engine, issue, other, by="anna", now=now)

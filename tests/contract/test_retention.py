"""What is kept for a time only is forgotten then, on both databases, and nobody is mailed again for it."""

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine

from newsletter.db.engine import reading, writing
from newsletter.feedback import store as feedback_store
from newsletter.feedback.event import FeedbackEvent, FeedbackKind
from newsletter.feedback.store import insert_event
from newsletter.issues.issue import Issue
from newsletter.outbox import forget_store, report_store
from newsletter.outbox.delivery import Counts
from subscribers.consent.consent import Act
from subscribers.consent.fresh_link import Purpose, find_link, make_link
from subscribers.consent.join import ask, confirm
from subscribers.consent.leave import leave_list, opt_out
from subscribers.errors import TooOldToUndo
from subscribers.importing.import_undo_store import replaced_of
from subscribers.importing.undo import UNDO_LIFE, forget_replaced, start_undo, undo_some
from subscribers.people.find import find_by_address
from subscribers.people.forget import forget_links, forget_network_addresses, forget_unconfirmed
from subscribers.people.show import show
from tests.fakes.outbox_home import OutboxHome
from tests.unit.subscribers.people import BY_READER, NOW, SHOWN, WEEKLY, import_text, make_list, make_member

DAY = timedelta(days=1)
ANNA = "anna@example.org"


def begin_of(engine: Engine):  # type: ignore[no-untyped-def]
    def begin() -> AbstractContextManager[Connection]:
        return writing(engine)

    return begin


def asked(db: Connection, address: str = ANNA, slug: str = "members") -> int:
    make_list(db, slug)
    return ask(db, address, slug, shown=SHOWN, now=NOW).subscriber_id


def forget(engine: Engine, days: int) -> int:
    return forget_unconfirmed(begin_of(engine), before=NOW + days * DAY, now=NOW + days * DAY)


def test_who_never_confirmed_is_forgotten(engine: Engine) -> None:
    """Row and address go, not a moment early; that they were asked stays by hash, and no suppression keeps them out."""
    with engine.begin() as db:
        asked(db)
    assert forget(engine, 0) == 0
    assert (forget(engine, 1), forget(engine, 1)) == (1, 0)
    with engine.begin() as db:
        known = show(db, ANNA)
        assert known.subscriber is None
        assert [one.act for one in known.consents] == [Act.ASKED, Act.FORGOTTEN]
        assert known.suppressions == ()
        asked(db)


def test_who_said_yes_or_no_elsewhere_is_not_forgotten(engine: Engine) -> None:
    """Active on another list, departed from one, or opted out of a newsletter: only the unconfirmed question goes."""
    with engine.begin() as db:
        make_member(db, "active@example.org", slug="press")
        departed = make_member(db, "departed@example.org", slug="press")
        leave_list(db, departed, "press", **BY_READER)
        opted = asked(db, "opted@example.org")
        opt_out(db, opted, WEEKLY, **BY_READER)
        for name in ("active", "departed"):
            asked(db, f"{name}@example.org")
    assert forget(engine, 1) == 3
    with engine.begin() as db:
        for name in ("active", "departed", "opted"):
            known = show(db, f"{name}@example.org")
            assert known.subscriber is not None
            assert "members" not in [one.list_slug for one in known.subscriptions]


def test_who_confirmed_stays(engine: Engine) -> None:
    """Confirming in time ends the waiting for good."""
    with engine.begin() as db:
        confirm(db, asked(db), "members", shown=SHOWN, now=NOW)
    assert forget(engine, 400) == 0


def test_network_addresses_go_and_the_record_stays(engine: Engine) -> None:
    """All else of a consent stays as it was."""
    with engine.begin() as db:
        asked(db)
        (before,) = show(db, ANNA).consents
    begin = begin_of(engine)
    assert forget_network_addresses(begin, before=NOW) == 0
    assert forget_network_addresses(begin, before=NOW + DAY) == 1
    assert forget_network_addresses(begin, before=NOW + DAY) == 0
    with engine.begin() as db:
        (after,) = show(db, ANNA).consents
    assert after.network_address == ""
    assert (after.act, after.evidence, after.text_hash, after.recorded_at) == (
        before.act,
        before.evidence,
        before.text_hash,
        before.recorded_at,
    )


def test_links_go_some_time_after_their_end(engine: Engine) -> None:
    """Their content may be an address."""
    with engine.begin() as db:
        link = make_link(db, make_member(db), Purpose.ACCOUNT, {}, life=DAY, now=NOW)
    assert forget_links(begin_of(engine), before=NOW + DAY) == 0
    assert forget_links(begin_of(engine), before=NOW + 2 * DAY) == 1
    with engine.begin() as db:
        assert find_link(db, link.id, Purpose.ACCOUNT) is None


@pytest.fixture
def home(engine: Engine, tmp_path: Path) -> Iterator[OutboxHome]:
    home = OutboxHome(engine, tmp_path)
    yield home
    home.close()


def sent_issue(home: OutboxHome) -> Issue:
    home.join("anna@example.org", "bob@example.org", "carl@example.org")
    with writing(home.engine) as db:
        opt_out(db, home.people["carl@example.org"], WEEKLY, **BY_READER)
    issue = home.approved([1])
    home.plan()
    home.send()
    home.finish()
    return issue


def test_an_issues_figures_stay_true_when_its_deliveries_are_forgotten(home: OutboxHome) -> None:
    """Rows and the server's words go; counts and reasons add up as before, also when they go in several portions."""
    issue = sent_issue(home)
    with reading(home.engine) as db:
        before = report_store.counts_of(db, issue.id), report_store.reasons_of(db, issue.id)
    for _ in range(2):
        with writing(home.engine) as db:
            forget_store.forget(db, forget_store.ended_before(db, NOW + DAY, 1))
    with reading(home.engine) as db:
        assert len(report_store.deliveries_of(db, issue.id)) == before[0].candidates - 2
        assert (report_store.counts_of(db, issue.id), report_store.reasons_of(db, issue.id)) == before


def test_what_is_not_ended_is_not_forgotten(home: OutboxHome) -> None:
    """A delivery that waits, or whose end is unclear, stays however old it is."""
    home.join("anna@example.org")
    issue = home.approved([1])
    home.plan()
    with writing(home.engine) as db:
        ids = forget_store.ended_before(db, NOW + 900 * DAY, 9)
        forget_store.forget(db, [home.delivery(issue, "anna@example.org").id])
    assert ids == []
    assert home.counts(issue) == Counts(planned=1)


def test_what_an_import_replaced_is_forgotten_and_said(engine: Engine, tmp_path: Path) -> None:
    """After ninety days its old values are gone, not a day before; taking it back is refused then, in words."""
    import_text(engine, tmp_path, "email,role\nanna@example.org,nurse\n", consent="x")
    import_text(engine, tmp_path, "email,role\nanna@example.org,funder\n", consent="x")
    with engine.begin() as db:
        anna = find_by_address(db, ANNA).id
        assert [json.loads(before)["role"] for _, before in replaced_of(db, anna)] == [["nurse", "funder"]]
        start_undo(db, 2, now=NOW + UNDO_LIFE)
    while undo_some(begin_of(engine), now=NOW):
        pass
    assert forget_replaced(begin_of(engine), now=NOW + UNDO_LIFE) == 0
    assert forget_replaced(begin_of(engine), now=NOW + UNDO_LIFE + DAY) == 1
    with engine.begin() as db, pytest.raises(TooOldToUndo, match="90 days"):
        start_undo(db, 1, now=NOW + UNDO_LIFE + DAY)


def test_feedback_is_forgotten_with_its_time(engine: Engine) -> None:
    """What was told before then goes, what came later stays."""
    with engine.begin() as db:
        for number, days in enumerate((0, 10)):
            told = FeedbackEvent(
                origin="page",
                origin_event_id=str(number),
                kind=FeedbackKind.UNSUBSCRIBE,
                delivery_id=None,
                subscriber_id=1,
                issue_id=None,
                details="",
                happened_at=None,
            )
            insert_event(db, told, now=NOW + days * DAY)
        assert feedback_store.forget_before(db, NOW + DAY, 100) == 1
        assert len(feedback_store.events_of(db, 1)) == 1
        feedback_store.forget_reader(db, 1)
        assert feedback_store.events_of(db, 1) == []

"""Whatever happens while time passes: a no holds until its person says yes themselves, and every yes is on record.

Beside joins, imports and departures this takes imports back, lets the unconfirmed be forgotten, and erases.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import Connection, create_engine

from subscribers.consent.consent import Act, SuppressionKind
from subscribers.consent.join import ask, confirm
from subscribers.consent.leave import leave_everything, leave_list, opt_out
from subscribers.errors import TooOldToUndo
from subscribers.importing.run import all_imports, import_some, start_import
from subscribers.importing.undo import UNDO_LIFE, start_undo, undo_some
from subscribers.people.erase import erase
from subscribers.people.forget import forget_network_addresses, forget_unconfirmed
from subscribers.people.show import show
from subscribers.suppression.suppress import suppress_address
from subscribers.tables import metadata
from tests.unit.subscribers.people import NOW, SHOWN, WEEKLY, mailable, make_list

ANNA, BOB = "anna@example.org", "bob@example.org"
# Mostly one person, proofs and yeses: a law breaks where several things happen to the same one.
PEOPLE = st.sampled_from([ANNA, ANNA, ANNA, BOB])
SELDOM = st.sampled_from([BOB, BOB, BOB, BOB, ANNA])  # for what nothing leads back from
PROOF = st.sampled_from([True, True, True, False])
WAYS = st.sampled_from(["list", "list", "newsletter", "everything"])
ROWS = st.lists(
    st.tuples(PEOPLE, st.sampled_from(["active", "active", "active", "pending", "unsubscribed"])),
    min_size=1,
    max_size=2,
)


class Time(RuleBasedStateMachine):
    """Anna and Bob, one list, one newsletter, and a clock that goes on with each step."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.engine = create_engine("sqlite://")
        metadata.create_all(self.engine)
        self.now: datetime = NOW
        self.said_no: set[str] = set()  # since their own last yes
        self.proven: set[str] = set()  # somebody showed a proof of their yes, once
        with self.engine.begin() as db:
            make_list(db)

    def teardown(self) -> None:
        self.engine.dispose()
        self.folder.cleanup()

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        with self.engine.begin() as db:
            yield db

    def later(self, span: timedelta = timedelta(minutes=1)) -> datetime:
        self.now += span
        return self.now

    def id_of(self, address: str) -> int | None:
        with self.begin() as db:
            found = show(db, address).subscriber
        return found.id if found else None

    @rule(rows=ROWS, proof=PROOF)
    def bring_in(self, rows: list[tuple[str, str]], proof: bool) -> None:
        path = Path(self.folder.name) / f"{self.now:%H%M%S%j}.csv"
        path.write_text("email,status\n" + "".join(f"{one},{status}\n" for one, status in rows), encoding="utf-8")
        now = self.later()
        with self.begin() as db:
            start_import(db, path, path.name, "members", consent="form" * proof, by="test", now=now)
        while import_some(self.begin, now=now):
            pass
        self.said_no |= {one for one, status in rows if status == "unsubscribed"}
        self.proven |= {one for one, status in rows if status == "active" and proof and one in self.mailable()}

    @rule(which=st.sampled_from([0, 0, 1, 2]))
    def take_an_import_back(self, which: int) -> None:
        with self.begin() as db:
            imports = all_imports(db)
        if which >= len(imports):
            return
        one, now = imports[which], self.later()
        if one.finished_at is not None and one.finished_at + UNDO_LIFE < now:
            with self.begin() as db, pytest.raises(TooOldToUndo):
                start_undo(db, one.id, now=now)
            return
        with self.begin() as db:
            start_undo(db, one.id, now=now)
        while undo_some(self.begin, now=now):
            pass

    @rule(address=PEOPLE)
    def ask_to_join(self, address: str) -> None:
        with self.begin() as db:
            ask(db, address, "members", shown=SHOWN, now=self.later(), opt_out=WEEKLY)

    @rule(address=PEOPLE)
    def confirm_joining(self, address: str) -> None:
        subscriber_id = self.id_of(address)
        if subscriber_id is not None:
            with self.begin() as db:
                confirm(db, subscriber_id, "members", shown=SHOWN, now=self.later(), opt_out=WEEKLY)
            with self.begin() as db:
                grave = {one.kind for one in show(db, address).suppressions if one.ended_at is None}
            if not grave:
                self.said_no.discard(address)
            self.proven.add(address)

    @rule(address=PEOPLE, way=WAYS)
    def leave(self, address: str, way: str) -> None:
        subscriber_id = self.id_of(address)
        if subscriber_id is None:
            return
        now = self.later()
        with self.begin() as db:
            match way:
                case "list":
                    leave_list(db, subscriber_id, "members", by="reader", evidence="page", network_address="", now=now)
                case "newsletter":
                    opt_out(db, subscriber_id, WEEKLY, by="reader", evidence="page", network_address="", now=now)
                case _:
                    leave_everything(db, subscriber_id, by="reader", evidence="page", network_address="", now=now)
        self.said_no.add(address)

    @rule(address=SELDOM)
    def complain(self, address: str) -> None:
        with self.begin() as db:
            suppress_address(db, address, SuppressionKind.COMPLAINED, reason="x", by="test", now=self.later())
        self.said_no.add(address)

    @rule(address=SELDOM)
    def be_erased(self, address: str) -> None:
        subscriber_id = self.id_of(address)
        if subscriber_id is not None:
            with self.begin() as db:
                erase(db, subscriber_id, by="reader", now=self.later())
            self.said_no.add(address)

    @rule()
    def forget(self) -> None:
        now = self.later(timedelta(days=20))
        while forget_unconfirmed(self.begin, before=now - timedelta(days=14), now=now):
            pass
        while forget_network_addresses(self.begin, before=now - timedelta(days=14)):
            pass

    def mailable(self) -> set[str]:
        with self.begin() as db:
            ids = set(mailable(db))
        return {one for one in (ANNA, BOB) if self.id_of(one) in ids}

    @invariant()
    def nobody_who_said_no_is_mailed(self) -> None:
        assert not self.mailable() & self.said_no

    @invariant()
    def every_yes_is_on_record(self) -> None:
        with self.begin() as db:
            for address in self.proven | self.mailable():
                acts = {one.act for one in show(db, address).consents}
                assert acts & {Act.IMPORTED, Act.CONFIRMED, Act.ADDED}, address


Time.TestCase.settings = settings(
    max_examples=15, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestTime = Time.TestCase


def test_leaving_outlives_an_import_that_is_taken_back() -> None:
    """One way that chance seldom finds: imported, left, the import taken back, imported again."""
    machine = Time()
    machine.bring_in(rows=[(ANNA, "active")], proof=True)
    machine.leave(address=ANNA, way="list")
    machine.take_an_import_back(which=0)
    machine.bring_in(rows=[(ANNA, "active")], proof=True)
    machine.nobody_who_said_no_is_mailed()
    machine.teardown()


def test_an_opt_out_outlives_being_forgotten() -> None:
    """Another: asked, opted out before confirming, forgotten, imported."""
    machine = Time()
    machine.ask_to_join(address=ANNA)
    machine.leave(address=ANNA, way="newsletter")
    machine.forget()
    machine.bring_in(rows=[(ANNA, "active")], proof=True)
    machine.nobody_who_said_no_is_mailed()
    machine.teardown()

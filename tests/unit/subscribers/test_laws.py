"""Whatever people and operators do in whatever order: nobody who said no is mailed, and no record is lost.

A model of a few lines says who may be mailed; the doors must agree with it after every step.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import create_engine, func, select

from subscribers.address import parse_address
from subscribers.consent.consent import SuppressionKind
from subscribers.consent.join import ask, confirm
from subscribers.consent.leave import leave_everything, leave_list, opt_out, undo_opt_out
from subscribers.doors import still_mailable
from subscribers.errors import SaidNo
from subscribers.people.add import add_subscriber
from subscribers.people.change_address import change_address
from subscribers.people.erase import erase
from subscribers.people.person_store import find_by_key
from subscribers.subscriber import Recipient
from subscribers.suppression.suppress import release, release_domain, suppress_address, suppress_domain
from subscribers.tables import consents, metadata, subscribers
from tests.unit.subscribers.append_only import guard_consents
from tests.unit.subscribers.people import BY_READER, NOW, SHOWN, WEEKLY, import_text, mailable, make_list

PEOPLE = st.sampled_from(["anna@example.org", "Bob@example.org"])
LISTS = st.sampled_from(["members", "press"])
STATUSES = st.sampled_from(["active", "pending", "unsubscribed", "spam"])


class Consent(RuleBasedStateMachine):
    """What each person closed only they open; what others closed, a release opens. The record only grows."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.engine = create_engine("sqlite://")
        metadata.create_all(self.engine)
        self.left: set[tuple[str, str]] = set()
        self.opted_out: set[str] = set()
        self.suppressed: dict[str, set[str]] = {}
        self.domain_closed = False  # that of everybody here
        self.yes: set[tuple[str, str]] = set()  # proof of consent was shown, for this list
        self.former: dict[str, set[str]] = {}  # the addresses that a person of this one had before
        self.records = 0
        with self.engine.begin() as db:
            guard_consents(db)
            make_list(db, "members")
            make_list(db, "press")

    def teardown(self) -> None:
        self.engine.dispose()
        self.folder.cleanup()

    def id_of(self, address: str) -> int:
        with self.engine.begin() as db:
            found = find_by_key(db, parse_address(address).key)
        return found.id if found else 999

    @rule(address=PEOPLE, slug=LISTS, proof=st.booleans())
    def add(self, address: str, slug: str, proof: bool) -> None:
        with self.engine.begin() as db:
            try:
                add_subscriber(db, address, slug, consent="form" if proof else "", by="test", now=NOW)
            except SaidNo:
                assert self.closed(address)
                return
        if proof:
            self.yes.add((address, slug))

    @rule(address=PEOPLE, slug=LISTS, status=STATUSES, proof=st.booleans())
    def bring_in(self, address: str, slug: str, status: str, proof: bool) -> None:
        before = self.closed_by_them(address)
        text = f"email,status\n{address.upper()},{status}\n"
        report = import_text(self.engine, Path(self.folder.name), text, consent="yes" * proof, slug=slug)
        assert report.rows == 1
        if status == "unsubscribed":
            self.suppressed.setdefault(address, set()).add("left")
            self.left |= {(address, "members"), (address, "press")} if self.id_of(address) != 999 else set()
        elif status == "spam":
            self.suppressed.setdefault(address, set()).add("complained")
        elif status == "active" and proof and not before and not report.suppressed:
            self.yes.add((address, slug))
        if before:
            assert report.added + report.unconfirmed == 0

    @rule(address=PEOPLE, slug=LISTS)
    def ask_to_join(self, address: str, slug: str) -> None:
        with self.engine.begin() as db:
            ask(db, address, slug, shown=SHOWN, now=NOW)

    @rule(address=PEOPLE, slug=LISTS)
    def confirm_joining(self, address: str, slug: str) -> None:
        subscriber_id = self.id_of(address)
        if subscriber_id == 999:
            return
        with self.engine.begin() as db:
            confirm(db, subscriber_id, slug, shown=SHOWN, now=NOW)
        self.yes.add((address, slug))
        self.left.discard((address, slug))
        self.suppressed.get(address, set()).difference_update({"left", "bounced"})

    @rule(address=PEOPLE, slug=LISTS)
    def leave_one_list(self, address: str, slug: str) -> None:
        with self.engine.begin() as db:
            if leave_list(db, self.id_of(address), slug, **BY_READER):
                self.left.add((address, slug))

    @rule(address=PEOPLE)
    def leave_all(self, address: str) -> None:
        if self.id_of(address) == 999:
            return
        with self.engine.begin() as db:
            leave_everything(db, self.id_of(address), **BY_READER)
        self.suppressed.setdefault(address, set()).add("left")
        self.left |= {(address, "members"), (address, "press")}

    @rule(address=PEOPLE)
    def opt(self, address: str) -> None:
        with self.engine.begin() as db:
            if opt_out(db, self.id_of(address), WEEKLY, **BY_READER):
                self.opted_out.add(address)

    @rule(address=PEOPLE)
    def undo(self, address: str) -> None:
        with self.engine.begin() as db:
            undo_opt_out(db, self.id_of(address), WEEKLY, **BY_READER)
        self.opted_out.discard(address)

    @rule(address=PEOPLE, kind=st.sampled_from(SuppressionKind))
    def suppress(self, address: str, kind: SuppressionKind) -> None:
        with self.engine.begin() as db:
            suppress_address(db, address, kind, reason="x", by="test", now=NOW)
        self.suppressed.setdefault(address, set()).add(kind.value)

    @rule(address=PEOPLE)
    def release(self, address: str) -> None:
        kinds = self.suppressed.setdefault(address, set())
        with self.engine.begin() as db:
            try:
                assert set(release(db, address, reason="x", by="test", now=NOW)) == kinds - {"left"}
            except SaidNo:
                assert kinds == {"left"}
        kinds &= {"left"}

    @rule(kind=st.sampled_from([SuppressionKind.FORBIDDEN, SuppressionKind.BOUNCED]))
    def close_the_domain(self, kind: SuppressionKind) -> None:
        with self.engine.begin() as db:
            suppress_domain(db, "example.org", kind, reason="x", now=NOW)
        self.domain_closed = True

    @rule()
    def open_the_domain(self) -> None:
        with self.engine.begin() as db:
            release_domain(db, "example.org", reason="x", now=NOW)
        self.domain_closed = False

    @rule(address=PEOPLE)
    def erase(self, address: str) -> None:
        if self.id_of(address) == 999:
            return
        with self.engine.begin() as db:
            erase(db, self.id_of(address), by="test", now=NOW)
        self.suppressed.setdefault(address, set()).add("left")
        for before in self.had_before(address):
            if self.id_of(before) == 999:
                self.suppressed.setdefault(before, set()).add("left")
        self.left = {one for one in self.left if one[0] != address}
        self.yes = {one for one in self.yes if one[0] != address}
        self.opted_out.discard(address)

    @rule(old=PEOPLE, new=PEOPLE)
    def move(self, old: str, new: str) -> None:
        """One person reads both mailboxes from now on: every no of the two holds, and so does every yes it leaves."""
        subscriber_id = self.id_of(old)
        if subscriber_id == 999 or old == new:
            return
        taken = self.id_of(new) != 999
        graver = {"complained", "forbidden"}
        refused = (
            self.domain_closed
            or self.suppressed.get(old, set()) & graver
            or self.suppressed.get(new, set()) & (graver | {"bounced"})
        )
        with self.engine.begin() as db:
            try:
                change_address(db, subscriber_id, new, **BY_READER)
            except SaidNo:
                assert refused
                return
        assert not refused
        nos = {one for one in self.left if one[0] in {old, new} and (one[0] == old or taken)}
        self.left = {one for one in self.left if one[0] not in {old, new}} | {(new, slug) for _, slug in nos}
        self.yes = {one for one in self.yes if one[0] not in {old, new}} | {
            (new, slug) for address, slug in self.yes if address in {old, new}
        }
        if old in self.opted_out:
            self.opted_out.add(new)
        self.opted_out.discard(old)
        if "left" in self.suppressed.get(old, set()):
            self.suppressed.setdefault(new, set()).add("left")
        if nos or new in self.opted_out:
            self.suppressed.setdefault(old, set()).add("left")
        self.former.setdefault(new, set()).add(old)

    def had_before(self, address: str) -> set[str]:
        found: set[str] = set()
        waiting = [address]
        while waiting:
            more = self.former.get(waiting.pop(), set()) - found - {address}
            found |= more
            waiting += more
        return found

    def closed_by_them(self, address: str) -> bool:
        """Whether this person said no to anything."""
        left = any(one == address for one, _ in self.left)
        return bool(left or address in self.opted_out or self.suppressed.get(address))

    def closed(self, address: str) -> bool:
        """Whether no operator's hand may bring them in."""
        return self.closed_by_them(address) or self.domain_closed

    def may_be_mailed(self, address: str, slug: str) -> bool:
        said_no = (address, slug) in self.left or address in self.opted_out or self.suppressed.get(address)
        return (address, slug) in self.yes and not said_no and not self.domain_closed

    @invariant()
    def the_doors_yield_nobody_who_said_no(self) -> None:
        with self.engine.begin() as db:
            ids = {row.address_key: row.id for row in db.execute(select(subscribers.c.address_key, subscribers.c.id))}
            for slug in ("members", "press"):
                inside = mailable(db, (slug,))
                answers = still_mailable(db, list(ids.values()), [slug], opt_out=WEEKLY)
                for address in ("anna@example.org", "Bob@example.org"):
                    subscriber_id = ids.get(address.lower(), 0)
                    open_doors = (subscriber_id in inside, isinstance(answers.get(subscriber_id), Recipient))
                    allowed = self.may_be_mailed(address, slug)
                    assert open_doors == (allowed, allowed), (address, slug)

    @invariant()
    def no_record_is_lost(self) -> None:
        with self.engine.begin() as db:
            records = db.execute(select(func.count()).select_from(consents)).scalar_one()
        assert records >= self.records
        self.records = records


Consent.TestCase.settings = settings(
    max_examples=10, stateful_step_count=15, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestConsent = Consent.TestCase

"""Whatever happens, the counts add up, nothing is lost and nothing is doubled: random outcomes and random acts."""

import random
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import Engine, select

from newsletter.base.errors import NotAllowedNow
from newsletter.db.engine import open_engine, reading, writing
from newsletter.issues import life
from newsletter.issues.issue import Issue
from newsletter.outbox import lane_store, store
from newsletter.outbox.delivery import DeliveryState
from newsletter.outbox.owner import Owner, recover
from newsletter.outbox.tables import attempts, deliveries
from tests.conftest import NOW
from tests.fakes.database import ALL_METADATA
from tests.fakes.outbox_home import OutboxHome

READERS = 23
_WEIGHTS = st.fixed_dictionaries(
    {
        "accepted": st.integers(1, 6),
        "refused": st.integers(0, 2),
        "temporary": st.integers(0, 3),
        "lane": st.integers(0, 1),
        "provider": st.integers(0, 1),
        "our_fault": st.integers(0, 1),
        "uncertain": st.integers(0, 2),
    }
)


class Outcomes(RuleBasedStateMachine):
    """A home that is sent from, killed, paused, settled and waited for, in any order."""

    @initialize()
    def begin(self) -> None:
        self.folder = TemporaryDirectory()
        self.engine: Engine = open_engine("sqlite:///newsletter.db", Path(self.folder.name))
        for metadata in ALL_METADATA:
            metadata.create_all(self.engine)
        self.home = OutboxHome(self.engine, Path(self.folder.name))
        self.home.crowd(READERS)
        self.issue: Issue = self.home.approved([1, 2], stale_after="12h")
        self.home.plan()
        self.resent: set[str] = set()

    @rule(weights=_WEIGHTS, seed=st.integers(0, 1000))
    def send(self, weights: dict[str, int], seed: int) -> None:
        self.home.provider.at_random(random.Random(seed), weights)
        self.home.send(seconds=2)

    @rule(minutes=st.sampled_from([1, 10, 60, 300]))
    def wait(self, minutes: int) -> None:
        self.home.clock.advance(timedelta(minutes=minutes))

    @rule(count=st.integers(1, 9), intended=st.integers(0, 9))
    def die(self, count: int, intended: int) -> None:
        """A sender claims, intends some, and is gone."""
        owner: Owner = self.home.owner()
        now = self.home.clock.now()
        with writing(self.engine) as db:
            planned = deliveries.c.state == "planned"
            rows = db.execute(select(deliveries.c.id, deliveries.c.key).where(planned).limit(count)).all()
            packed = b"\x01\x00\x00"
            store.claim(
                db, [{"row": row.id, "packed": packed} for row in rows], epoch=owner.epoch, lease_until=now, now=now
            )
            keys = [row.key for row in rows[:intended]]
            store.intend(db, keys, epoch=owner.epoch, provider="box", masked=str, now=now)
        self.home.let_die(owner)
        recover(self.engine, self.home.folder, self.home.clock)

    @rule()
    def resume(self) -> None:
        try:
            life.resume(self.engine, self.issue.id, by="test", now=NOW)
        except NotAllowedNow:
            return
        with writing(self.engine) as db:
            lane_store.free_all(db)

    @rule(to=st.sampled_from([DeliveryState.ACCEPTED, DeliveryState.PLANNED]))
    def settle(self, to: DeliveryState) -> None:
        with writing(self.engine) as db:
            if to is DeliveryState.PLANNED:
                unclear = select(deliveries.c.key).where(deliveries.c.state == "in_doubt")
                self.resent.update(db.execute(unclear).scalars())
            now = self.home.clock.now()
            store.settle_in_doubt(db, self.issue.id, to, reason="settled", now=now, limit=100)

    @rule()
    def finish(self) -> None:
        self.home.finish()

    @invariant()
    def all_are_counted(self) -> None:
        """Every candidate is in exactly one state, and between the acts nothing is in flight."""
        counts = self.home.counts(self.issue)
        assert counts.candidates == READERS
        assert counts.in_flight == 0

    @invariant()
    def nothing_comes_twice(self) -> None:
        """Only what a person sent again may arrive twice."""
        assert set(self.home.provider.doubles) <= self.resent

    @invariant()
    def nothing_is_invented(self) -> None:
        """What is accepted has arrived, but for what a person settled so."""
        with reading(self.engine) as db:
            accepted = set(
                db.execute(
                    select(deliveries.c.key).where(deliveries.c.state == "accepted", deliveries.c.reason == "")
                ).scalars()
            )
            closed = db.execute(select(attempts.c.outcome).where(attempts.c.closed_at.is_not(None))).scalars()
            assert "" not in set(closed)
        assert accepted <= self.home.provider.keys

    def teardown(self) -> None:
        if hasattr(self, "engine"):
            self.home.close()
            self.engine.dispose()
            self.folder.cleanup()


TestOutcomes = Outcomes.TestCase
TestOutcomes.settings = settings(
    max_examples=8, stateful_step_count=8, deadline=None, suppress_health_check=list(HealthCheck)
)

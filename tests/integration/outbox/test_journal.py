"""The journal: nothing leaves that is not committed, outcomes ride along, and no thread ever hangs on it."""

import random
import threading
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError

from newsletter.base.ids import Epoch
from newsletter.db.engine import writing
from newsletter.issues.issue import Issue
from newsletter.outbox import journal as journal_module
from newsletter.outbox import store
from newsletter.outbox.delivery import issue_key
from newsletter.outbox.journal import Journal
from newsletter.outbox.record import Recorder
from newsletter.providers.provider import Accepted, Key, Outcome, Refused
from tests.conftest import NOW
from tests.fakes.outbox_home import OutboxHome

EPOCH = Epoch(7)


class Book:
    """What a carry would know."""

    provider = "box"

    def __init__(self) -> None:
        self.told: list[Key] = []

    def masked(self, key: Key) -> str:
        return "a...a@example.org"

    def settled(self, keys: Sequence[Key]) -> None:
        self.told += keys


@pytest.fixture
def home(sqlite_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OutboxHome]:
    monkeypatch.setattr(journal_module, "_PAUSES", (0.0, 0.0))
    home = OutboxHome(sqlite_engine, tmp_path)
    yield home
    home.close()


@pytest.fixture
def issue(home: OutboxHome) -> Issue:
    """Eight deliveries, the first six of them claimed by the owner."""
    home.crowd(8)
    issue = home.approved([1])
    home.plan()
    with writing(home.engine) as db:
        rows = [{"row": home.delivery(issue, f"p{n}@example.org").id, "packed": b"\x01\x00\x00"} for n in range(6)]
        store.claim(db, rows, epoch=EPOCH, lease_until=NOW, now=NOW)
    return issue


def keys(home: OutboxHome, issue: Issue, *numbers: int) -> list[Key]:
    return [issue_key(issue.id, home.people[f"p{number}@example.org"]) for number in numbers]


def make(home: OutboxHome, epoch: Epoch = EPOCH, recorder: Recorder | None = None) -> tuple[Journal, Book]:
    book = Book()
    recorder = recorder or Recorder("box/other", epoch, book.masked, random.Random(1))
    return Journal(home.engine, home.clock, epoch, recorder, book), book


def test_only_own_claimed_rows_are_granted(home: OutboxHome, issue: Issue) -> None:
    """Planned rows, another owner's rows and unknown keys stay; what is granted is handing over when it returns."""
    journal, _ = make(home)
    with journal:
        granted = journal.intend([*keys(home, issue, 0, 1, 6), "issue:9:9"])
        assert sorted(granted) == sorted(keys(home, issue, 0, 1))
        assert home.state(issue, "p0@example.org")[0] == "handing_over"
        assert not journal.intend(keys(home, issue, 0))
    other, _ = make(home, Epoch(8))
    with other:
        assert not other.intend(keys(home, issue, 2))
    assert home.state(issue, "p2@example.org")[0] == "claimed"


def test_outcomes_are_written_when_it_is_left(home: OutboxHome, issue: Issue) -> None:
    """Nothing that was reported is lost at the end, and the book is told of each."""
    journal, book = make(home)
    with journal:
        journal.intend(keys(home, issue, 0, 1))
        first, second = keys(home, issue, 0, 1)
        journal.report(first, Accepted("250"))
        journal.report(second, Refused("550"))
    assert sorted(book.told) == sorted(keys(home, issue, 0, 1))
    assert home.state(issue, "p0@example.org") == ("accepted", "")
    assert home.state(issue, "p1@example.org") == ("failed", "550")


def test_outcomes_ride_in_the_next_group(home: OutboxHome, issue: Issue) -> None:
    """What was reported before an intend is durable when that returns: one commit for both."""
    commits: list[Connection] = []
    event.listen(home.engine, "commit", commits.append)
    journal, _ = make(home)
    with journal:
        journal.intend(keys(home, issue, 0))
        commits.clear()
        journal.report(keys(home, issue, 0)[0], Accepted("250"))
        journal.intend(keys(home, issue, 1))
        assert home.state(issue, "p0@example.org")[0] == "accepted"
    assert len(commits) <= 2  # the last may be of leaving


def test_many_who_wait_share_a_commit(home: OutboxHome, issue: Issue) -> None:
    """Six connections at once cost fewer than six commits, and each gets its own keys."""
    commits: list[Connection] = []
    event.listen(home.engine, "commit", commits.append)
    journal, _ = make(home)
    granted: dict[int, frozenset[Key]] = {}
    start = threading.Barrier(6)

    def ask(number: int) -> None:
        start.wait()
        granted[number] = frozenset(journal.intend(keys(home, issue, number)))

    with journal:
        threads = [threading.Thread(target=ask, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert granted == {number: frozenset(keys(home, issue, number)) for number in range(6)}
    assert len(commits) < 6


def _break(engine: Engine, times: int) -> list[int]:
    """Let the next commits fail, as a full disk or a locked database does; gives how many are left, to be changed."""
    left = [times]

    def fail(_: Connection) -> None:
        if left[0] > 0:
            left[0] -= 1
            raise OperationalError("COMMIT", {}, Exception("database or disk is full"))

    event.listen(engine, "commit", fail)
    return left


def test_a_broken_database_never_lets_a_message_out(home: OutboxHome, issue: Issue) -> None:
    """When nothing can be committed, whoever waits gets the error, and so does everybody after; leaving raises it."""
    left = _break(home.engine, 100)
    journal, _ = make(home)
    journal.__enter__()
    for _ in range(2):
        with pytest.raises(OperationalError):
            journal.intend(keys(home, issue, 0))
    with pytest.raises(OperationalError):
        journal.__exit__()
    left[0] = 0
    assert home.state(issue, "p0@example.org")[0] == "claimed"


def test_a_passing_trouble_is_waited_out(home: OutboxHome, issue: Issue) -> None:
    """A database that fails once is asked again: the grant comes, and the outcome is kept."""
    _break(home.engine, 1)
    journal, _ = make(home)
    with journal:
        assert journal.intend(keys(home, issue, 0))
        journal.report(keys(home, issue, 0)[0], Accepted("250"))
    assert home.state(issue, "p0@example.org")[0] == "accepted"


class Bomb(Recorder):
    """A recorder with the worst of faults: one that is no Exception."""

    def record(self, db: Connection, outcomes: Sequence[tuple[Key, Outcome]], *, now: datetime) -> None:
        raise SystemExit


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_nobody_waits_for_a_thread_that_is_gone(home: OutboxHome, issue: Issue) -> None:
    """However the journal's thread ends, those who wait are told, at once."""
    journal, _ = make(home, recorder=Bomb("box/other", EPOCH, str, random.Random(1)))
    with pytest.raises(RuntimeError, match="journal"), journal:
        journal.intend(keys(home, issue, 0))
    assert home.state(issue, "p0@example.org")[0] == "claimed"


def test_a_journal_that_is_left_grants_nothing(home: OutboxHome, issue: Issue) -> None:
    """After its end a straggler is refused instead of waiting for ever."""
    journal, _ = make(home)
    with journal:
        pass
    with pytest.raises(RuntimeError, match="ended"):
        journal.intend(keys(home, issue, 0))

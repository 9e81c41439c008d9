"""What is remembered of servers, and turns at them: the same in memory, in SQLite and in PostgreSQL."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, select

from newsletter.db.engine import open_engine
from newsletter.sources.fetching.host_turns import AdvisoryTurns, HostBusy, HostTurns, ThreadTurns, host_turns
from newsletter.sources.fetching.hosts import Host, HostMemory, HostsInMemory
from newsletter.sources.host_memory import StoredHosts
from tests.fakes.postgres import PostgresServer

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
ORIGIN = "https://www.example.org"

# Holds a turn, says so, and goes on until it is killed.
_HOLDER = """
import sys, time
from pathlib import Path
from newsletter.db.engine import open_engine
from newsletter.sources.fetching.host_turns import host_turns
engine = open_engine(sys.argv[1], Path(sys.argv[2]))
with host_turns(engine, Path(sys.argv[2]) / "locks").turn("www.example.org", timeout=5):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture(params=["memory", "tables"])
def memory(request: pytest.FixtureRequest, engine: Engine) -> HostMemory:
    return HostsInMemory() if request.param == "memory" else StoredHosts(engine)


@pytest.fixture
def turns(engine: Engine, tmp_path: Path) -> Iterator[HostTurns]:
    turns = host_turns(engine, tmp_path / "locks")
    yield turns
    turns.close()


def test_what_is_learned_of_a_server_is_known(memory: HostMemory) -> None:
    """robots.txt and the wish for rest are kept beside each other; a later word replaces the earlier."""
    assert memory.load(ORIGIN) == Host(origin=ORIGIN)
    memory.rest_until(ORIGIN, NOW)
    memory.keep_robots(ORIGIN, "User-agent: *", at=NOW)
    memory.rest_until(ORIGIN, NOW + timedelta(hours=1))
    known = Host(origin=ORIGIN, robots="User-agent: *", robots_at=NOW, not_before=NOW + timedelta(hours=1))
    assert memory.load(ORIGIN) == known
    assert memory.load("http://www.example.org") == Host(origin="http://www.example.org")


def test_the_next_page_is_reserved_once(memory: HostMemory) -> None:
    """Each is given a moment of its own, a pause after the one before; another host, and the host's rest, are apart."""
    pause = timedelta(seconds=10)
    given = [memory.reserve_page("www.example.org", pause, now=NOW) for _ in range(3)]
    assert given == [NOW, NOW + pause, NOW + 2 * pause]
    assert memory.reserve_page("other.example", pause, now=NOW) == NOW
    assert memory.reserve_page("www.example.org", pause, now=NOW + timedelta(minutes=2)) == NOW + timedelta(minutes=2)
    assert memory.load("www.example.org").not_before is None


def test_a_clock_that_went_wrong_holds_nobody_up(memory: HostMemory) -> None:
    """A next page kept for tomorrow is none: no pause, and no queue, is that long."""
    pause = timedelta(seconds=10)
    memory.reserve_page("www.example.org", pause, now=NOW + timedelta(days=1))
    assert memory.reserve_page("www.example.org", pause, now=NOW) == NOW


def test_processes_share_the_next_page(engine: Engine) -> None:
    """Of many at once, each with a memory of its own over one home, no two are given the same moment."""
    pause = timedelta(seconds=1)

    def reserve(_: int) -> datetime:
        return StoredHosts(engine).reserve_page("www.example.org", pause, now=NOW)

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(reserve, range(8))) == [NOW + number * pause for number in range(8)]


def test_robots_may_hold_anything(engine: Engine) -> None:
    """A NUL in a robots.txt breaks no database."""
    StoredHosts(engine).keep_robots(ORIGIN, "a\x00b", at=NOW)
    assert StoredHosts(engine).load(ORIGIN).robots == "ab"


def _most_at_once(turns: HostTurns, hosts: list[str]) -> int:
    inside, most, counting = 0, 0, threading.Lock()

    def visit(host: str) -> None:
        nonlocal inside, most
        with turns.turn(host, timeout=10):
            with counting:
                inside += 1
                most = max(most, inside)
            time.sleep(0.03)
            with counting:
                inside -= 1

    with ThreadPoolExecutor(len(hosts)) as pool:
        list(pool.map(visit, hosts))
    return most


def test_threads_take_turns_at_a_server(turns: HostTurns) -> None:
    """At one server one at a time, at two servers both."""
    assert _most_at_once(turns, ["a.example"] * 4) == 1
    assert _most_at_once(turns, ["a.example", "b.example"]) == 2
    assert _most_at_once(ThreadTurns(), ["a.example"] * 4) == 1


@pytest.mark.parametrize("make", [lambda turns: turns, lambda _: ThreadTurns()])
def test_waiting_for_a_turn_ends(turns: HostTurns, make: Callable[[HostTurns], HostTurns]) -> None:
    """Who waits in vain hears of it in time, and the turn is free again after its holder's fault."""
    turns = make(turns)

    def fail_while_another_waits() -> None:
        with turns.turn("a.example", timeout=1):
            started = time.monotonic()
            with pytest.raises(HostBusy), turns.turn("a.example", timeout=0.1):
                pass
            assert 0.1 <= time.monotonic() - started < 2
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_while_another_waits()
    with turns.turn("a.example", timeout=0.1):
        pass


def test_turns_leave_the_database_to_those_who_work(engine: Engine, tmp_path: Path) -> None:
    """Though the pool has but one connection, one may read while another waits for a server in its turn."""
    narrow = create_engine(engine.url, pool_size=1, max_overflow=0, pool_timeout=0.5)
    turns = host_turns(narrow, tmp_path / "locks")
    try:
        with turns.turn("a.example", timeout=1), turns.turn("b.example", timeout=1), narrow.connect() as db:
            assert db.execute(select(1)).scalar_one() == 1
    finally:
        turns.close()
        narrow.dispose()


def test_more_turns_than_connections_are_waited_for(postgres_server: PostgresServer, tmp_path: Path) -> None:
    """Who finds no connection to ask for a turn waits, and hears in time that none came, as if it were taken."""
    engine = open_engine(postgres_server.make_database(), tmp_path)
    turns = AdvisoryTurns(engine, at_once=1)
    try:
        with turns.turn("a.example", timeout=1):
            with (
                turns.turn("b.example", timeout=1),
                pytest.raises(HostBusy),
                turns.turn("c.example", timeout=0.1),
            ):
                pass
            with turns.turn("c.example", timeout=1):
                pass
    finally:
        turns.close()
        engine.dispose()


def test_processes_take_turns_and_the_dead_hold_none(engine: Engine, turns: HostTurns, tmp_path: Path) -> None:
    """A turn held by another process is not ours; when that process is killed, it is."""
    url = engine.url.render_as_string(hide_password=False).replace("postgresql+psycopg", "postgresql")
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            _HOLDER,
            url if engine.dialect.name != "sqlite" else "sqlite:///newsletter.db",
            tmp_path,
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(HostBusy), turns.turn("www.example.org", timeout=0.2):
            pass
    finally:
        holder.kill()
        holder.wait()
        if holder.stdout is not None:
            holder.stdout.close()
    with turns.turn("www.example.org", timeout=5):
        pass

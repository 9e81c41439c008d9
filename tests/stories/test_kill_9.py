"""The power goes while an issue is on its way, again and again. Nobody gets two mails, and nobody is forgotten.

What a killed sender had handed over and not heard back of is in doubt, at most one mail a connection and kill. It is
listed, never guessed. A sender that is asked to end (SIGTERM) ends what is in flight and leaves nothing in doubt.
"""

import random
import sqlite3
import time
from pathlib import Path

import pytest

from newsletter.app.app import open_app
from newsletter.db.engine import reading
from subscribers.people.find import find_by_address
from tests.stories.stage import (
    Home,
    Relay,
    approve_weekly,
    check_adds_up,
    relay_in,
    set_up_weekly,
    wait_until,
    write_post,
)

pytestmark = pytest.mark.story

CONNECTIONS = 8  # to a relay on this machine


@pytest.mark.parametrize("seed", [1])
def test_two_kills(tmp_path: Path, seed: int) -> None:
    """After two kills each of 500 readers has one mail or is listed as in doubt."""
    tell(tmp_path, seed=seed, kills=2)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2, 6))
def test_ten_kills(tmp_path: Path, seed: int) -> None:
    """After ten kills each of 500 readers has one mail or is listed as in doubt."""
    tell(tmp_path, seed=seed, kills=10)


def test_killed_while_planning(tmp_path: Path) -> None:
    """A sender that dies between two portions of planning has mailed nobody, and the next one forgets nobody."""
    write_post(tmp_path / "posts", "one", "A call for the few", topics="funding")
    with relay_in(tmp_path) as relay:
        home = Home(tmp_path / "home").settle_in(relay.port)
        set_up_weekly(home, tmp_path / "posts", readers=3000, topics="genomics")  # of whom nobody wants it
        few = [f"few{number}@example.org" for number in range(20)]
        home.import_csv(["address,topics", *(f"{address},funding" for address in few)], "members")
        issue = approve_weekly(home)
        sender = home.begin("issue", "send", issue, "--wait")
        wait_until(lambda: deliveries_in(home) > 0, "the first portion is planned")
        sender.kill_9()
        sender.wait()
        assert relay.count == 0
        assert 0 < home.status(str(issue))["candidates"] < 3020
        status = home.json("issue", "send", issue, "--wait")
        assert (status["state"], status["candidates"], status["accepted"]) == ("sent", 3020, len(few))
        check_adds_up(status)
        assert sorted(relay.recipients) == sorted(few)


@pytest.mark.parametrize("command", ["tick", "send"])
def test_asked_to_end(tmp_path: Path, command: str) -> None:
    """SIGTERM ends a sender with exit 0 after what is in flight; nothing is in doubt, and the next goes on."""
    write_post(tmp_path / "posts", "one", "A call for everybody")
    with relay_in(tmp_path, delay=0.1) as relay:
        home = Home(tmp_path / "home").settle_in(relay.port)
        people = set_up_weekly(home, tmp_path / "posts", readers=300)
        issue = approve_weekly(home)
        if command == "tick":
            home.run("issue", "send", issue)
        sender = home.begin(*(("tick",) if command == "tick" else ("issue", "send", issue, "--wait")))
        wait_until(lambda: relay.count > 30, "some mails went out")
        sender.ask_to_end()
        said = sender.wait()
        status = home.status(str(issue))
        assert said.code == (0 if command == "tick" else 1), said  # `send --wait` says that not all is handed over
        assert status["in_doubt"] == status["in_flight"] == 0
        assert status["accepted"] == relay.count
        assert status["planned"] == len(people) - relay.count > 0
        home.run("tick")
        assert sorted(relay.recipients) == people


def tell(folder: Path, *, seed: int, kills: int) -> None:
    """Send to 500 readers through so many kills, then hold the books against what the relay took."""
    chance = random.Random(seed)
    write_post(folder / "posts", "one", "A call for everybody")
    with relay_in(folder, delay=0.1) as relay:
        home = Home(folder / "home").settle_in(relay.port)
        people = set_up_weekly(home, folder / "posts", readers=500)
        issue = approve_weekly(home)
        for _ in range(kills):
            kill_one(home, relay, issue, chance, most=500 // (kills + 1))
        home.run("issue", "send", issue, "--wait", code=1 if doubtful(home, issue) else 0)
        check_books(home, relay, issue, people, most_in_doubt=CONNECTIONS * kills)


def kill_one(home: Home, relay: Relay, issue: int, chance: random.Random, *, most: int) -> None:
    """Start a sender, kill it at a random moment, and let the relay take what it had received by then."""
    until = relay.count + chance.randint(1, most)
    home.run("issue", "send", issue)
    sender = home.begin(*chance.choice([("tick",), ("issue", "send", issue, "--wait")]))
    wait_until(lambda: relay.count >= until or not sender.is_alive, "mails go out")
    time.sleep(chance.uniform(0, 0.1))
    sender.kill_9()
    assert sender.wait().code == -9
    time.sleep(0.2)


def check_books(home: Home, relay: Relay, issue: int, people: list[str], *, most_in_doubt: int) -> None:
    """Who got a mail, who is in doubt, and the counts must agree with what the relay took."""
    took, unclear = relay.recipients, doubtful(home, issue)
    assert len(took) == len(set(took))  # nobody got two
    assert len(unclear) <= most_in_doubt
    assert set(took) | unclear == set(people)  # nobody is forgotten
    status = home.status(str(issue))
    check_adds_up(status)
    assert (status["accepted"], status["in_doubt"]) == (len(people) - len(unclear), len(unclear))
    assert status["accepted"] + len(unclear & set(took)) == len(took)  # the doubtful settled from the relay's record
    assert status["state"] == ("sending" if unclear else "sent")
    settled = home.json("reconcile", issue, "--as", "accepted") if unclear else status
    assert (settled["state"], settled["accepted"], settled["in_doubt"]) == ("sent", len(people), 0)


def doubtful(home: Home, issue: int) -> set[str]:
    """The addresses that `reconcile` lists."""
    unclear = home.json("reconcile", issue)["unclear"]
    subscribers = {int(one["key"].rpartition(":")[2]) for one in unclear}
    return {address for address, id_ in ids_of(home).items() if id_ in subscribers}


def ids_of(home: Home) -> dict[str, int]:
    app = open_app(home.folder)
    try:
        with reading(app.engine) as db:
            people = [f"reader{number:04}@example.org" for number in range(500)]
            return {address: find_by_address(db, address).id for address in people}
    finally:
        app.close()


def deliveries_in(home: Home) -> int:
    """How many rows the outbox has; read beside the program, to know when to kill it."""
    with sqlite3.connect(f"file:{home.folder}/newsletter.db?mode=ro", uri=True) as db:
        return int(db.execute("SELECT count(*) FROM deliveries").fetchone()[0])

"""A backup is made while an issue goes out; the machine is lost afterwards, and the home comes back in a new folder.

The restored home mails nobody twice, and nobody who left after the backup was made: their leave stands in leaves.log.
"""

import re
import shutil
import sqlite3
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest

from tests.stories.stage import (
    Home,
    approve_weekly,
    check_adds_up,
    relay_in,
    served,
    set_up_weekly,
    wait_until,
    web_settings,
    write_post,
)

pytestmark = pytest.mark.story

READERS = 200


def test_lost_after_the_backup(tmp_path: Path) -> None:
    """Sending is held until somebody says so; what fell due since is in doubt; who left meanwhile is never mailed."""
    posts, archive = tmp_path / "posts", tmp_path / "backup.tar.gz"
    write_post(posts, "one", "A call for everybody")
    with relay_in(tmp_path, delay=0.05) as relay:
        lost = Home(tmp_path / "lost").settle_in(relay.port, more=web_settings())
        people = set_up_weekly(lost, posts, readers=READERS)
        issue = approve_weekly(lost)
        sender = lost.begin("issue", "send", issue, "--wait")
        wait_until(lambda: relay.count > 20, "some mails went out")
        lost.json("backup", archive)
        assert relay.count < READERS  # the backup did not wait for the end
        assert sender.wait().code == 0
        assert sorted(relay.recipients) == people
        leaver = relay.mails[-1]
        leave(lost, leaver.data)

        home = Home(tmp_path / "found")
        home.folder.mkdir()
        shutil.copy(lost.folder / "leaves.log", home.folder)
        report = home.json("restore", archive)
        assert report["doubtful"] > 0
        assert report["leaves"] == 1
        told = home.run("tick", code=1)
        assert "newsletter resume --here" in told.err
        home.run("tick")
        assert "paused (the home was restored" in home.run("issue", "send", issue, "--wait", code=1).err
        assert relay.count == READERS

        home.json("resume", "--here")
        assert "Traceback" not in home.begin("tick").wait().err  # it may say that somebody must settle what is in doubt
        assert relay.count == READERS  # nobody is mailed twice
        status = home.status(str(issue))
        check_adds_up(status)
        assert (status["accepted"] + status["in_doubt"], status["planned"]) == (READERS, 0)

        write_post(posts, "two", "A second call, after the loss")
        following = approve_weekly(home)
        assert home.json("issue", "send", following, "--wait")["accepted"] == READERS - 1
        assert sorted(relay.recipients[READERS:]) == sorted(set(people) - {leaver.recipient})
        assert b"A call for everybody" not in b"".join(mail.data for mail in relay.mails[READERS:])


def test_an_issue_that_the_backup_does_not_hold(tmp_path: Path) -> None:
    """What was approved and sent after the backup stands in no row of it: it is not made and sent once more."""
    posts, archive = tmp_path / "posts", tmp_path / "backup.tar.gz"
    write_post(posts, "one", "A call for everybody")
    with relay_in(tmp_path) as relay:
        lost = Home(tmp_path / "lost").settle_in(relay.port)
        set_up_weekly(lost, posts, readers=3)
        lost.json("ingest")
        by_hand = lost.json("issue", "assemble", "weekly")["issue"]  # waits for a person while the backup is made
        lost.json("backup", archive)
        lost.run("issue", "approve", by_hand)
        lost.run("issue", "send", by_hand, "--wait")
        assert relay.count == 3

        home = Home(tmp_path / "found")
        home.json("restore", archive)
        assert home.json("issue", "status", by_hand)["paused"]
        assert due_since(home) > due_since(lost)  # a slot between backup and restore makes no issue here
        home.json("resume", "--here")
        home.run("issue", "approve", by_hand)
        assert "paused" in home.run("issue", "send", by_hand, "--wait", code=1).err
        assert relay.count == 3  # nobody is mailed twice


def due_since(home: Home) -> str:
    with closing(sqlite3.connect(home.folder / "newsletter.db")) as db:
        return str(db.execute("SELECT due_since FROM newsletters").fetchone()[0])


def test_not_over_a_home(tmp_path: Path) -> None:
    """A backup is not restored over a home, and something that is no backup is refused; both change nothing."""
    home = Home(tmp_path / "home")
    home.run("init")
    archive = tmp_path / "backup.tar.gz"
    home.run("backup", archive)
    assert "holds a home already" in home.run("restore", archive, code=2).err
    archive.write_bytes(archive.read_bytes()[:200])
    other = Home(tmp_path / "other")
    other.run("restore", archive, code=2)
    assert not (other.folder / "newsletter.toml").exists()


def leave(home: Home, mail: bytes) -> None:
    """Press a mailbox's unsubscribe button (RFC 8058)."""
    token = re.search(rb"/u/([A-Za-z0-9]{24})", mail)
    assert token
    with served(home) as address:
        request = urllib.request.Request(f"{address}/u/{token[1].decode()}", b"List-Unsubscribe=One-Click")
        with urllib.request.urlopen(request) as answer:
            assert answer.status == 200

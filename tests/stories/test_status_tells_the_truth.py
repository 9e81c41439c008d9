"""What the status says is what happened (row 36): nothing is "sent" before the relay took it; ends have reasons."""

import re
from pathlib import Path

import pytest

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


def begin(folder: Path, relay: Relay, *, readers: int, topics: str = "") -> tuple[Home, list[str], int]:
    """An approved issue of one post."""
    write_post(folder / "posts", "one", "A call for everybody", topics="funding")
    home = Home(folder / "home").settle_in(relay.port)
    people = set_up_weekly(home, folder / "posts", readers=readers, topics=topics)
    return home, people, approve_weekly(home)


def test_not_sent_before_it_was_taken(tmp_path: Path) -> None:
    """Approved, planned and tried in vain are not sent, in no word of the status."""
    with relay_in(tmp_path) as relay:
        home, _, issue = begin(tmp_path, relay, readers=10)
        relay.stop()
        says_nothing_of_sent(home, issue)
        home.run("issue", "send", issue)
        says_nothing_of_sent(home, issue)
        home.run("issue", "send", issue, "--wait", code=1)
        says_nothing_of_sent(home, issue)


def test_nobody_is_concerned(tmp_path: Path) -> None:
    """An issue that concerns nobody is not sent, and its reason tells of all whom it passed by."""
    with relay_in(tmp_path) as relay:
        home, _, issue = begin(tmp_path, relay, readers=10, topics="genomics")
        status = home.json("issue", "send", issue, "--wait")
        assert (status["state"], status["accepted"], relay.count) == ("skipped", 0, 0)
        assert "nothing new for them" in status["reason"]
        says_nothing_of_sent(home, issue)


def test_all_are_refused(tmp_path: Path) -> None:
    """An issue of which every mail was refused has failed; each refusal keeps the relay's words."""
    with relay_in(tmp_path, replies={"RCPT": "550 5.1.1 no such user here"}) as relay:
        home, people, issue = begin(tmp_path, relay, readers=10)
        status = home.json("issue", "send", issue, "--wait", code=1)
        assert (status["state"], status["failed"], status["accepted"]) == ("failed", 10, 0)
        assert "no such user here" in home.json("explain", people[0], issue)["attempts"][0]["answer"]
        says_nothing_of_sent(home, issue)


def test_cancelled_in_the_middle(tmp_path: Path) -> None:
    """Cancelled on its way: who was not served is left out as cancelled, and nothing leaves afterwards."""
    with relay_in(tmp_path, delay=0.1) as relay:
        home, people, issue = begin(tmp_path, relay, readers=300)
        sender = home.begin("issue", "send", issue, "--wait")
        wait_until(lambda: relay.count > 20, "some mails went out")
        home.run("issue", "cancel", issue)
        sender.wait()
        home.run("tick")
        status, taken = home.status(str(issue)), relay.count
        check_adds_up(status)
        assert (status["state"], status["accepted"], status["in_doubt"]) == ("cancelled", taken, 0)
        assert status["suppressed"] == len(people) - taken > 0
        assert {one["reason"] for one in status["reasons"] if one["state"] == "suppressed"} == {"cancelled"}
        assert len(set(relay.recipients)) == taken


def test_paused_and_resumed(tmp_path: Path) -> None:
    """Paused on its way: nothing leaves until it is resumed; then the rest goes, and nobody is served twice."""
    with relay_in(tmp_path, delay=0.1) as relay:
        home, people, issue = begin(tmp_path, relay, readers=300)
        sender = home.begin("issue", "send", issue, "--wait")
        wait_until(lambda: relay.count > 20, "some mails went out")
        home.run("issue", "pause", issue)
        assert sender.wait().code == 1
        home.run("tick")
        status, taken = home.status(str(issue)), relay.count
        check_adds_up(status)
        assert (status["accepted"], status["planned"]) == (taken, len(people) - taken)
        assert status["paused"]
        assert taken < len(people)
        home.run("issue", "resume", issue)
        home.run("tick")
        assert sorted(relay.recipients) == people
        assert home.status(str(issue))["state"] == "sent"


def says_nothing_of_sent(home: Home, issue: int) -> None:
    """Neither the status in words nor the list calls the issue sent (but "not sent" may stand there)."""
    for words in (home.run("issue", "status", issue).out, home.run("issue", "list").out):
        assert not re.search(r"(?<!not )\bsent\b", words), words
    assert home.status(str(issue))["state"] != "sent"

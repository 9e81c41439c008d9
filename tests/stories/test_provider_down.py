"""The relay is down, or refuses us. No reader is blamed, people are told once, and mending it is all that is needed."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.stories.stage import Home, approve_weekly, check_adds_up, relay_in, set_up_weekly, write_post

pytestmark = pytest.mark.story


def test_closed_port(tmp_path: Path) -> None:
    """With nobody listening all deliveries stay; it is told once; when the relay is back, a later tick sends all."""
    write_post(tmp_path / "posts", "one", "A call for everybody")
    with relay_in(tmp_path) as relay:
        relay.stop()
        home = Home(tmp_path / "home").settle_in(relay.port)
        people = set_up_weekly(home, tmp_path / "posts", readers=50)
        issue = approve_weekly(home)

        status = home.json("issue", "send", issue, "--wait", code=1)
        assert (status["state"], status["planned"], status["failed"]) == ("sending", 50, 0)
        check_adds_up(status)
        explained = home.json("explain", people[0], issue)
        assert (explained["state"], explained["attempts"]) == (
            "planned",
            [],
        )  # nobody was tried, so nobody was tried in vain

        first, second = home.run("tick", code=1), home.run("tick")
        assert len(first.err.splitlines()) == 1
        assert "relay" in first.err
        assert (second.out, second.err) == ("", "")  # told once
        findings = home.json("doctor", code=1)
        assert [one["verdict"] for one in findings if one["what"] == "provider relay"] == ["bad"]
        assert [one for one in findings if one["what"] == "waiting for somebody" and "relay" in one["words"]]

        relay.start()
        later = datetime.now(UTC) + timedelta(hours=1)
        home.run("tick", "--at", later.isoformat())
        assert sorted(relay.recipients) == people
        assert home.status(str(issue))["state"] == "sent"
        assert not [
            one for one in home.json("doctor") if one["verdict"] == "bad" or one["what"] == "waiting for somebody"
        ]


def test_login_refused(tmp_path: Path) -> None:
    """A wrong password pauses the issue and fails nobody; with the right one `issue resume` and `send` go on."""
    write_post(tmp_path / "posts", "one", "A call for everybody")
    with relay_in(tmp_path, login="us:right") as relay:
        login = 'username = "us"\nsecret_file = "secret"'
        home = Home(tmp_path / "home").settle_in(relay.port, provider=login)
        (home.folder / "secret").write_text("wrong")
        people = set_up_weekly(home, tmp_path / "posts", readers=20)
        issue = approve_weekly(home)
        check_paused(home, issue)
        (home.folder / "secret").write_text("right")
        check_goes_on(home, issue, 20)
        assert sorted(relay.recipients) == people


def test_sender_refused(tmp_path: Path) -> None:
    """A relay that refuses our sender pauses the issue and fails nobody; when it takes us, the issue goes on."""
    write_post(tmp_path / "posts", "one", "A call for everybody")
    with relay_in(tmp_path, replies={"MAIL": "550 5.7.1 sender rejected"}) as relay:
        home = Home(tmp_path / "home").settle_in(relay.port)
        people = set_up_weekly(home, tmp_path / "posts", readers=20)
        issue = approve_weekly(home)
        check_paused(home, issue)
        relay.stop()
        relay.start()
        check_goes_on(home, issue, 20)
        assert sorted(relay.recipients) == people


def check_paused(home: Home, issue: int) -> None:
    """Sending pauses the issue with the relay's words and tells somebody; no reader is failed."""
    status = home.json("issue", "send", issue, "--wait", code=1)
    assert (status["failed"], status["accepted"], status["planned"]) == (0, 0, status["candidates"])
    assert "relay" in status["paused"]
    said = home.run("tick", code=1)
    assert "newsletter issue resume weekly/1" in said.err
    refused = home.run("issue", "send", issue, "--wait", code=1)
    assert "is paused" in refused.err


def check_goes_on(home: Home, issue: int, readers: int) -> None:
    home.json("issue", "resume", issue)
    status = home.json("issue", "send", issue, "--wait")
    assert (status["state"], status["accepted"], status["failed"]) == ("sent", readers, 0)

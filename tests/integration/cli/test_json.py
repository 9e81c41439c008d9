"""The shapes that scripts rely on (the contract of docs/commands.md), and that stdout is JSON and nothing else."""

import json
from pathlib import Path

import pytest

from tests.integration.cli.conftest import Run

ISSUE = {"issue", "newsletter", "slot", "state"}
COUNTS = ("planned", "in_flight", "accepted", "failed", "suppressed", "in_doubt")


def test_posts_are_a_list_with_their_keys(week: Run) -> None:
    """`post list --json` is a list of objects with the promised keys; `post show` and the moves have them too."""
    keys = {"post", "source", "title", "url", "language", "topics", "published_at", "kind", "state"}
    posts = week("post", "list", "--json").json
    assert [keys <= one.keys() for one in posts] == [True, True]
    number = str(posts[0]["post"])
    assert keys <= week("post", "show", number, "--json").json.keys()
    states = [week("post", act, number, "--json").json["state"] for act in ("hold", "release", "withdraw")]
    assert states == ["held", "candidate", "withdrawn"]
    assert len(week("post", "list", "--state", "withdrawn", "--json").json) == 1


def test_an_issue_has_its_keys(week: Run) -> None:
    """`issue assemble` gives issue, newsletter, slot, state, posts, twice the same; each act tells how it stands."""
    made = week("issue", "assemble", "weekly", "--json").json
    assert made.keys() >= ISSUE | {"posts"}
    assert week("issue", "assemble", "weekly", "--json").json == made
    assert week("issue", "list", "--json").json[0].keys() >= ISSUE
    for act in ("approve", "send", "pause", "resume", "cancel"):
        ran = week("issue", act, "weekly", "--json")
        assert ran.code == 0
        assert ran.json.keys() >= ISSUE
    assert ran.json["state"] == "cancelled"


def test_a_relay_that_is_down_loses_nobody(week: Run, tmp_path: Path) -> None:
    """Nobody answers: the mails wait, counted, and `issue send --wait` is 1; `cancel` leaves them out. All adds up."""
    settings = tmp_path / "home" / "newsletter.toml"
    settings.write_text(settings.read_text().replace("maildir:caught", "smtp://127.0.0.1:1"))
    week("issue", "assemble", "weekly")
    week("issue", "approve", "weekly")
    sent = week("issue", "send", "weekly", "--wait", "--json")
    assert (sent.code, _adds_up(sent.json), sent.json["planned"]) == (1, 2, 2)
    assert "2 readers: 2 waiting" in week("issue", "status", "weekly").out
    cancelled = week("issue", "cancel", "weekly", "--json").json
    assert (_adds_up(cancelled), cancelled["suppressed"]) == (2, 2)
    assert "2 left out: the issue was cancelled" in week("issue", "status", "weekly").out


def _adds_up(status: dict[str, int]) -> int:
    assert sum(status[name] for name in COUNTS) == status["candidates"]
    return status["candidates"]


@pytest.mark.parametrize(
    "arguments",
    [
        "show",
        "doctor",
        "source list",
        "source check",
        "ingest",
        "post list",
        "plan",
        "segment list",
        "tick",
        "issue list",
        "subscriber show ada@example.org",
        "subscriber import people.csv --list members",
        "subscriber add eve@example.org --list members",
        "issue new letter",
        "backup out.tar.gz",
        "upgrade",
        "resume --here",
        "init",
        "apply setup.toml --dry-run",
    ],
)
def test_json_is_all_that_stdout_holds(week: Run, arguments: str) -> None:
    """Every command takes --json, and then stdout is one JSON document."""
    ran = week(*arguments.split(), "--json")
    assert ran.code == 0
    assert isinstance(json.loads(ran.out), (dict, list))


def test_an_import_is_strict_only_when_asked(week: Run) -> None:
    """Refused rows are told with line and reason: exit 0, and 1 with --strict. What it would do is told before."""
    ran = week("subscriber", "import", "people.csv", "--list", "members")
    assert (ran.code, "may be mailed" in ran.err) == (0, True)
    assert "line 4: " in ran.out
    assert week("subscriber", "import", "people.csv", "--list", "members", "--strict").code == 1


def test_tick_is_silent_with_nothing_to_say(week: Run) -> None:
    """cron mails whatever is printed: a tick with nothing to tell prints nothing at all."""
    week("tick")
    ran = week("tick")
    assert (ran.code, ran.out, ran.err) == (0, "", "")


def test_a_preview_says_why_there_is_no_mail(week: Run, tmp_path: Path) -> None:
    """A reader whom nothing reaches: exit 1, why.json with the reason, and no digest of an earlier preview."""
    week("issue", "assemble", "weekly")
    week("issue", "preview", "weekly", "--as", "bob@example.net", "--out", "seen")
    number = str(next(one["post"] for one in week("post", "list", "--json").json if one["topics"] == ["policy"]))
    week("issue", "edit", "weekly", "--drop", number)
    ran = week("issue", "preview", "weekly", "--as", "bob@example.net", "--out", "seen")
    assert (ran.code, ran.out.splitlines()[0]) == (1, "no mail for bob@example.net: nothing new for them")
    assert json.loads((tmp_path / "seen" / "why.json").read_text())["why_nothing"] == "nothing_new"
    assert not (tmp_path / "seen" / "digest.html").exists()


def test_what_show_writes_applies_and_changes_nothing(week: Run, tmp_path: Path) -> None:
    """`show --toml` gives a file that `apply` accepts, and that says what stands already."""
    (tmp_path / "again.toml").write_text(week("show", "--toml").out)
    assert week("apply", "again.toml", "--json").json == []


def test_a_backup_comes_back_held(week: Run) -> None:
    """`restore` makes a home that mails nobody before `resume --here`."""
    week("backup", "out.tar.gz")
    assert week("restore", "out.tar.gz", home="other").code == 0
    held = week("tick", home="other")
    assert held.code == 1
    assert "newsletter resume --here" in held.err
    assert week("resume", home="other").code == 2
    assert week("resume", "--here", "--json", home="other").json == {"was_held": True}
    assert week("tick", home="other").code == 0

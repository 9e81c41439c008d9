"""An editor's week on the command line, from an empty folder to the last reader, as it would be scripted."""

from email import message_from_bytes, policy
from pathlib import Path

from tests.integration.cli.conftest import PROVIDER, SETUP, Run, write_week

COUNTS = ("planned", "in_flight", "accepted", "failed", "suppressed", "in_doubt")


def test_the_editors_week(run: Run, tmp_path: Path) -> None:
    """Init, apply, ingest, import, assemble, edit, preview, test, approve, send, explain: each leads to the next."""
    write_week(tmp_path)

    assert run("init").code == 0
    with (tmp_path / "home" / "newsletter.toml").open("a") as settings:
        settings.write(PROVIDER)
    applied = run("apply", "setup.toml", "--json").json
    assert [(one["act"], one["kind"]) for one in applied][-1] == ("create", "newsletter")
    assert run("apply", "setup.toml", "--json").json == []
    assert run("doctor").code == 0

    assert run("ingest", "--json").json[0]["new"] == 2
    posts = {one["topics"][0]: one["post"] for one in run("post", "list", "--json").json}
    people = run("subscriber", "import", "people.csv", "--list", "members", "--json").json
    assert (people["added"], people["suppressed"], people["unconfirmed"]) == (2, 1, 1)
    assert [one["line"] for one in people["refused"]] == [4]

    issue = run("issue", "assemble", "weekly", "--json").json
    assert (issue["newsletter"], issue["state"], issue["posts"]) == ("weekly", "in_review", 2)
    assert [one["zone"] for one in run("issue", "list", "--json").json] == ["UTC"]  # although it was made at 8:00:04
    (tmp_path / "intro.md").write_text("Dear *readers*")
    assert run("issue", "edit", "weekly", "--subject", "This week", "--intro", "@intro.md").code == 0
    preview = run("issue", "preview", "weekly", "--as", "ada@example.org", "--out", "seen", "--json").json
    assert (preview["subject"], [one["post"] for one in preview["chosen"]]) == ("This week", [posts["funding"]])
    assert "<em>readers</em>" in (tmp_path / "seen" / "digest.html").read_text()
    assert run("issue", "test", "weekly", "--to", "me@example.org", "--as", "ada@example.org").code == 0

    refused = run("issue", "send", "weekly")
    assert (refused.code, refused.out) == (1, "")
    assert "newsletter issue approve" in refused.err
    assert run("issue", "approve", "weekly").code == 0
    assert run("issue", "send", "weekly", "--wait").out.splitlines()[1] == "  2 readers: 2 handed over"

    status = run("issue", "status", "weekly", "--json").json
    assert status["state"] == "sent"
    assert sum(status[name] for name in COUNTS) == status["candidates"] == 2
    explained = run("explain", "ada@example.org", "weekly", "--json").json
    assert [one["post"] for one in explained["chosen"]] == [posts["funding"]]
    assert _recipients(tmp_path / "home" / "caught") == ["ada@example.org", "bob@example.net", "me@example.org"]

    again = run("issue", "assemble", "weekly", "--json").json
    assert again["issue"] != issue["issue"]
    run("issue", "approve", "weekly")
    nothing = run("issue", "send", "weekly", "--wait")
    assert "2 left out: nothing new for them" in nothing.out
    assert len(_recipients(tmp_path / "home" / "caught")) == 3


def _recipients(maildir: Path) -> list[str]:
    files = [path for path in maildir.rglob("*") if path.parent.name in {"new", "cur"}]
    mails = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in files]
    return sorted(str(mail["To"].addresses[0].addr_spec) for mail in mails)


def test_a_newsletter_for_people_who_never_heard_of_it_is_told_of(week: Run, tmp_path: Path) -> None:
    """Apply and doctor warn, say what to do, and are quiet once why their yes covers it is kept."""

    def told() -> list[str]:
        return [one["words"] for one in week("doctor", "--json").json if "--covered" in one["remedy"]]

    another = SETUP + SETUP[SETUP.index("[[newsletter]]") :].replace("weekly", "second")
    (tmp_path / "more.toml").write_text(another, encoding="utf-8")
    applied = week("apply", "more.toml")
    assert "warn newsletter second: 2 people joined the list members" in applied.out
    assert "--covered" in applied.err
    assert [words.partition(" joined")[0] for words in told()] == ["2 people"]
    week("apply", "more.toml", "--covered", "told of all")
    assert told() == []


def test_an_approval_is_taken_back(week: Run) -> None:
    """After `issue undo` the issue waits for review and can be changed; once its mails have left it is too late."""
    week("issue", "assemble", "weekly")
    week("issue", "approve", "weekly")
    undone = week("issue", "undo", "weekly", "--json")
    assert (undone.code, undone.json["state"]) == (0, "in_review")
    assert week("issue", "edit", "weekly", "--subject", "Another").code == 0
    week("issue", "approve", "weekly")
    assert week("issue", "send", "weekly", "--wait").code == 0
    late = week("issue", "undo", "weekly")
    assert (late.code, "there is no approval to take back" in late.err) == (1, True)


def test_an_announcement_is_set_shown_and_taken_back(week: Run, tmp_path: Path) -> None:
    """A text of a file stands in both parts; the newsletter's own comes back when the issue's is taken back."""
    standing = SETUP + 'announcement.en = "Always."\nannouncement_after = "funding"\n'
    (tmp_path / "announced.toml").write_text(standing, encoding="utf-8")
    assert week("apply", "announced.toml").code == 0
    assert 'announcement_after = "funding"' in week("show", "--toml").out
    week("ingest")
    week("issue", "assemble", "weekly")

    def seen(*changes: str) -> tuple[str, str]:
        assert week("issue", "edit", "weekly", *changes).code == 0
        week("issue", "preview", "weekly", "--as", "ada@example.org", "--out", "seen")
        html, text = ((tmp_path / "seen" / f"digest.{ending}").read_text() for ending in ("html", "txt"))
        return html, text

    (tmp_path / "closed.md").write_text("We are [closed](https://example.org/closed) on Friday.")
    html, text = seen("--announcement", "@closed.md", "--announcement-after", "policy")
    assert ">closed</a> on Friday." in html
    assert "We are closed [1] on Friday.\n\n[1] https://example.org/closed\n" in text
    assert "Always." not in html + text
    html, text = seen("--announcement", "", "--announcement-after", "")
    assert "<p" in html[html.index("Always.") - 60 : html.index("Always.")]
    assert "\nAlways.\n" in text
    unknown = week("issue", "edit", "weekly", "--announcement-after", "nope")
    assert (unknown.code, "there is no topic 'nope'; there are: funding, policy" in unknown.err) == (1, True)


def test_a_value_that_is_none_is_refused_where_it_is_written(week: Run) -> None:
    """A subject with braces around nothing we know stops the edit, not the approval days later; nothing is changed."""
    week("issue", "assemble", "weekly")
    ran = week("issue", "edit", "weekly", "--subject", "{nonsense}: {first_title}")
    assert (ran.code, "{nonsense} is no value that is put in" in ran.err) == (2, True)
    assert week("issue", "edit", "weekly", "--subject", "{number}: {first_title}").code == 0


def test_somebody_who_is_suppressed_is_not_called_unknown(week: Run) -> None:
    """Carol left before the import and has no row: what is known of her is that she is never mailed."""
    week("issue", "assemble", "weekly")
    told = week("explain", "carol@example.com", "weekly").err
    assert "suppressed (left)" in told
    assert "slip" not in told
    assert "slip of the pen" in week("explain", "karl@example.com", "weekly").err

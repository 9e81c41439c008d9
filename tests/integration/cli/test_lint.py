"""`issue lint` and what it stops: an issue that readers would suffer from goes out neither by hand nor by itself."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.fakes.web_server import WebSite
from tests.integration.cli.conftest import SETUP, Run


@pytest.fixture
def issue(week: Run) -> Run:
    week("issue", "assemble", "weekly")
    return week


def test_a_good_issue_is_good(issue: Run) -> None:
    """Nothing wrong is exit 0, and the languages that readers have are named."""
    told = issue("issue", "lint", "weekly", "--json")
    assert (told.code, told.json["languages"], told.json["findings"]) == (0, ["en"], [])
    assert 5_000 < told.json["largest"] < 96_000
    assert f"the largest mail has {told.json['largest']:,} bytes" in issue("issue", "lint", "weekly").out


def test_an_error_stops_the_approval(issue: Run) -> None:
    """A subject with what was to be replaced is exit 1; approving says the same and approves nothing."""
    issue("issue", "edit", "weekly", "--subject", "News on *|TOPIC|*")
    told = issue("issue", "lint", "weekly")
    assert told.code == 1
    assert "*|TOPIC|* was meant to be replaced" in told.out
    refused = issue("issue", "approve", "weekly")
    assert (refused.code, "*|TOPIC|* was meant to be replaced" in refused.err) == (1, True)
    assert issue("issue", "list", "--json").json[0]["state"] == "in_review"
    issue("issue", "edit", "weekly", "--subject", "News")
    assert issue("issue", "approve", "weekly").code == 0


def test_a_warning_is_shown_and_stops_nothing(issue: Run) -> None:
    """Approving shows what `issue lint` warns of, and approves."""
    issue("issue", "edit", "weekly", "--subject", "LAST CHANCE TO APPLY")
    approved = issue("issue", "approve", "weekly")
    assert approved.code == 0
    assert "all capitals" in approved.err


def test_what_goes_out_by_itself_is_held_and_told(week: Run, tmp_path: Path) -> None:
    """A newsletter without an editor's approval holds an issue with errors, and people are told how to go on."""
    (tmp_path / "setup.toml").write_text(
        SETUP + 'approval = "auto"\nsubject = "News on {topic}"\nschedule = "* * * * *"\n'
    )
    week("apply", "setup.toml")
    soon = (datetime.now(UTC) + timedelta(minutes=2)).isoformat()
    week("tick", "--at", soon)
    assert {one["state"] for one in week("issue", "list", "--json").json} == {"in_review"}
    assert "newsletter issue lint weekly/1" in week("doctor").out
    assert list((tmp_path / "home").glob("caught/new/*")) == []


def test_dead_links_are_found_online(open_week: Run, site: WebSite, tmp_path: Path) -> None:
    """With --online each linked page is asked: one that is gone is a warning, one that is there is none."""
    site.page("/here", "<p>here</p>")
    for name in ("here", "gone"):
        post = f"---\ntitle: {name} it is\nurl: {site.url(f'/{name}')}\n---\nText on {name}.\n"
        (tmp_path / f"{name}.md").write_text(post)
        assert open_week("post", "add", str(tmp_path / f"{name}.md")).code == 0
    open_week("issue", "assemble", "weekly")
    found = open_week("issue", "lint", "weekly", "--online", "--json").json["findings"]
    dead = [one["words"] for one in found if one["rule"] == "link-dead"]
    assert len(dead) == 1
    assert site.url("/gone") in dead[0]


def own_title(folder: Path) -> Path:
    """Let a home have a template of its own, still to be written."""
    settings = folder / "home/newsletter.toml"
    text = settings.read_text(encoding="utf-8")
    assert 'templates_dir = ""' in text
    settings.write_text(text.replace('templates_dir = ""', 'templates_dir = "looks"'), encoding="utf-8")
    title = folder / "home/looks/mail/partials/title.mjml.j2"
    title.parent.mkdir(parents=True)
    return title


def test_doctor_looks_at_layouts_before_there_is_an_issue(week: Run, tmp_path: Path) -> None:
    """A template that is wrong is told with file and line as soon as a newsletter uses it, and a layout that is not."""
    title = own_title(tmp_path)
    title.write_text("<h3>{{ card.title }}</h3>\n<mj-text>x</mj-text>\n", encoding="utf-8")
    told = week("doctor")
    assert "title.mjml.j2, line 2: <mj-text> cannot stand in <mj-raw>" in told.out
    assert "docs/layouts.md" in told.out
    title.unlink()
    assert "layouts.md" not in week("doctor").out
    (tmp_path / "setup.toml").write_text(SETUP + 'layout = "nowhere"\n', encoding="utf-8")
    week("apply", "setup.toml")
    assert "mail/nowhere.mjml.j2 is missing" in week("doctor").out


def test_what_goes_out_by_itself_is_held_by_a_broken_template(week: Run, tmp_path: Path) -> None:
    """A tick goes on, the issue waits, and people are told the file and line."""
    own_title(tmp_path).write_text("<h3>{{ card.titel }}</h3>\n", encoding="utf-8")
    (tmp_path / "setup.toml").write_text(SETUP + 'approval = "auto"\nschedule = "* * * * *"\n', encoding="utf-8")
    week("apply", "setup.toml")
    ticked = week("tick", "--at", (datetime.now(UTC) + timedelta(minutes=2)).isoformat())
    assert "title.mjml.j2, line 1" in ticked.err + ticked.out + week("doctor").out
    assert {one["state"] for one in week("issue", "list", "--json").json} == {"in_review"}


def test_an_operators_broken_template_is_told_with_file_and_line(issue: Run, tmp_path: Path) -> None:
    """Each fault is a finding with its place; approving says the same, and nothing is a traceback."""
    title = own_title(tmp_path)
    title.write_text("<h3>{{ card.title }}</h3>\n<mj-text>x</mj-text>\n", encoding="utf-8")
    told = issue("issue", "lint", "weekly", "--json")
    assert told.code == 1
    (finding,) = told.json["findings"]
    assert finding["rule"] == "template"
    assert finding["where"].endswith("looks/mail/partials/title.mjml.j2, line 2")
    assert finding["words"] == "<mj-text> cannot stand in <mj-raw>"
    refused = issue("issue", "approve", "weekly")
    assert (refused.code, "title.mjml.j2, line 2: <mj-text> cannot" in refused.err) == (1, True)
    title.write_text("<h3>{{ card.tittle }}</h3>\n", encoding="utf-8")
    told = issue("issue", "lint", "weekly")
    assert told.code == 1
    assert "title.mjml.j2, line 1: " in told.out
    assert "Traceback" not in told.out + told.err
    title.write_text("\n{% if %}", encoding="utf-8")
    told = issue("issue", "lint", "weekly")
    assert (told.code, "title.mjml.j2, line 2: Expected" in told.out) == (1, True)


def test_what_programs_lack_is_told_with_the_templates_line(issue: Run, tmp_path: Path) -> None:
    """An operator's own use of a feature is a warning with file and line; [lint] clients says whom it is about."""
    own_title(tmp_path).write_text('{# ours #}\n<h3 style="display:flex">{{ card.title }}</h3>\n', encoding="utf-8")
    (finding,) = issue("issue", "lint", "weekly", "--json").json["findings"]
    assert finding["where"].endswith("looks/mail/partials/title.mjml.j2, line 2 (<h3>)")
    assert (finding["severity"], finding["rule"]) == ("warning", "client-support")
    assert finding["words"] == "display:flex: 1 of 15 mail programs lack it: Outlook (Windows)"
    settings = tmp_path / "home/newsletter.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(re.sub(r"(?m)^clients = .*$", 'clients = ["gmail"]', text), encoding="utf-8")
    assert issue("issue", "lint", "weekly", "--json").json["findings"] == []
    settings.write_text(re.sub(r"(?m)^clients = .*$", 'clients = ["gnail"]', text), encoding="utf-8")
    refused = issue("issue", "lint", "weekly")
    assert (refused.code, "lint.clients[0]: nothing is known of 'gnail'" in refused.err) == (2, True)

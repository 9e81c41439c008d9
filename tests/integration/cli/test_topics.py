"""Topics by hand, and why a post has each: what an editor says stays."""

import json
from pathlib import Path

import pytest

from tests.integration.cli.conftest import Run


def number_of(week: Run, topic: str) -> str:
    posts = week("post", "list", "--json").json
    return str(next(one["post"] for one in posts if topic in one["title"]))


def move_here(week: Run) -> None:
    """Read the posts of this test's own folder: the copied home still names the one that all tests share."""
    week("apply", "setup.toml")
    week("ingest")


def test_an_editors_word_stays_through_a_revision(week: Run, tmp_path: Path) -> None:
    """Added and taken off topics stay when the source changes the post, and the record names who did it."""
    move_here(week)
    number = number_of(week, "funding")
    changed = week("post", "topics", number, "+policy", "-funding", "--json")
    assert (changed.code, changed.json["topics"]) == (0, ["policy"])
    file = tmp_path / "posts" / "funding.md"
    file.write_text(file.read_text().replace("The text", "Another text"))
    assert week("ingest", "--json").json[0]["updated"] == 1
    shown = week("post", "show", number, "--json").json
    assert (shown["topics"], shown["revision"]) == (["policy"], 3)
    assert shown["why"] == {"policy": "editor", "funding": "removed"}
    assert week("ingest", "--json").json[0]["updated"] == 0


def test_a_whole_set_is_left_alone(week: Run, tmp_path: Path) -> None:
    """--set gives exactly these, and an empty one none, whatever the source says later."""
    move_here(week)
    number = number_of(week, "funding")
    assert week("post", "topics", number, "--set", "", "--json").json["topics"] == []
    file = tmp_path / "posts" / "funding.md"
    file.write_text(file.read_text().replace("The text", "Another text"))
    assert week("ingest", "--json").json[0]["updated"] == 1
    assert week("post", "show", number, "--json").json["topics"] == []


def test_a_list_says_why(week: Run) -> None:
    """`post list --why` names the source, category, keyword or person behind each topic, in words and as codes."""
    posts = week("post", "list", "--why", "--json").json
    assert {json.dumps(one["why"]) for one in posts} == {
        '{"funding": "post"}',
        '{"policy": "post"}',
    }
    assert {one["submitted_by"] for one in posts} == {""}
    assert "funding: the post itself says so" in week("post", "list", "--why").out
    assert "funding: the post itself says so" in week("post", "topics", number_of(week, "funding")).out


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["funding"], 2, "+funding"),
        (["+health"], 1, "there is no topic health"),
        (["-health"], 1, "there is no topic health"),
        (["+policy", "-policy"], 2, "both"),
        (["+policy", "--set", "policy"], 2, "--set"),
    ],
)
def test_what_cannot_be_meant_is_said(week: Run, arguments: list[str], code: int, words: str) -> None:
    """An unknown topic, a change without a sign and a contradiction change nothing and say what to write."""
    number = number_of(week, "funding")
    ran = week("post", "topics", number, *arguments)
    assert ran.code == code
    assert words in ran.err
    assert week("post", "show", number, "--json").json["revision"] == 1


def test_a_form_has_a_link(week: Run) -> None:
    """`source form` shows the same link until it is renewed or closed; there is none for an unknown source."""
    first = week("source", "form", "secretariat").out.strip()
    assert first.startswith("http://127.0.0.1:8000/s/")
    assert week("source", "form", "secretariat", "--json").json == {"source": "secretariat", "form": first}
    assert week("source", "form", "secretariat", "--renew").out.strip() != first
    assert week("source", "form", "secretariat", "--close", "--json").json["form"] == ""
    assert week("source", "form", "nobody").code == 1


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('language = "cz"', "is it 'cs'?"),
        ('categories = {"X" = "nothing"}', "no topic 'nothing'"),
        ('language = "qq"', "ISO 639"),
    ],
)
def test_a_set_up_that_cannot_be_right_is_refused(week: Run, tmp_path: Path, line: str, words: str) -> None:
    """An unknown language is refused with the one that was meant, a category with the topic that is not there."""
    (tmp_path / "more.toml").write_text(f'[[source]]\nname = "partner"\nurl = "posts"\n{line}\n')
    ran = week("apply", "more.toml")
    assert ran.code == 2
    assert words in ran.err


def test_categories_are_applied_and_shown(week: Run, tmp_path: Path) -> None:
    """A mapped category is kept, shown by `show`, and changes nothing when applied again."""
    (tmp_path / "more.toml").write_text('[[source]]\nname = "secretariat"\ncategories = {"Geld: neu" = "funding"}\n')
    assert week("apply", "more.toml", "--json").json[0]["details"] == ["categories"]
    assert week("apply", "more.toml", "--json").json == []
    shown = week("show").out
    assert 'categories = { "Geld: neu" = "funding" }' in shown
    (tmp_path / "shown.toml").write_text(shown)
    assert week("apply", "shown.toml", "--json").json == []

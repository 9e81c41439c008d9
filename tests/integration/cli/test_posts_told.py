"""How posts are told on the command line: source and owner apart, reasons in words, no wider than the terminal."""

import sys
from pathlib import Path

import pytest
from rich.cells import cell_len

from newsletter.cli.output import table
from newsletter.cli.post_words import why_words
from newsletter.cli.words import answer_words, field_lines
from newsletter.sources.cleaning import topics
from tests.integration.cli.conftest import Run

_NARROWEST_LIST = 80  # below, the columns that say what a post is would have to go
OWNED = """
[[source]]
name = "press"
url = "press"
owner = "Ministry of Health"
[[source]]
name = "calls"
url = "calls"
owner = "Research Council"
[[source]]
name = "papers"
url = "papers"
owner = "Research Council"
"""


@pytest.fixture
def owned(week: Run, tmp_path: Path) -> Run:
    """Give a home with three sources more: one owner has one of them, another two; each has a post without a date."""
    (tmp_path / "more.toml").write_text(OWNED)
    for name in ("press", "calls", "papers"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "one.md").write_text(f"# What {name} have to say today\n\nThe text of the {name}.\n")
    week("apply", "more.toml")
    assert week("ingest", "press", "calls", "papers").code == 0
    return week


def test_source_and_owner_are_told_apart(owned: Run) -> None:
    """What a list calls the source is what --source takes; who publishes it stands beside."""
    (post,) = owned("post", "list", "--source", "press", "--json").json
    assert (post["source"], post["owner"]) == ("press", "Ministry of Health")
    shown = owned("post", "show", str(post["post"]))
    assert ["source:", "press"] in [line.split() for line in shown.out.splitlines()]
    assert "Ministry of Health" in shown.out
    assert {one["owner"] for one in owned("post", "list", "--source", "secretariat", "--json").json} == {""}


def test_an_owner_of_one_source_names_it(owned: Run) -> None:
    """An owner is understood where it has one source; of several the error names them, as those near a slip."""
    (post,) = owned("post", "list", "--source", "ministry of health", "--json").json
    assert post["source"] == "press"
    several = owned("post", "list", "--source", "Research Council")
    assert (several.code, "calls, papers" in several.err) == (2, True)
    slip = owned("post", "list", "--source", "pres")
    assert (slip.code, "perhaps press" in slip.err) == (1, True)


def test_an_undated_post_of_a_folder_is_offered(owned: Run) -> None:
    """First seen stands in place of the date: the post is a candidate of the issue, and is given no date."""
    (post,) = owned("post", "list", "--source", "press", "--json").json
    assert (post["state"], post["published_at"]) == ("candidate", None)
    number = str(post["post"])
    shown = owned("post", "show", number, "--json").json
    assert shown["visible_from"] == shown["first_seen_at"]
    assert owned("issue", "assemble", "weekly", "--json").json["posts"] == 5


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (topics.SOURCE, "all posts of its source are on it"),
        (topics.POST, "the post itself says so"),
        (f"{topics.CATEGORY}:Call: open", "its publisher's category 'Call: open'"),
        (f"{topics.KEYWORD}:grant*", "the keyword 'grant*' in its text"),
        (topics.SENDER, "its sender said so"),
        (topics.EDITOR, "an editor said so"),
        (topics.REMOVED, "taken off by an editor"),
        ("", "not known"),
    ],
)
def test_every_kind_of_evidence_has_its_words(code: str, words: str) -> None:
    """Why a post has a topic is told in words, whatever named it."""
    assert why_words(code) == words


def test_a_topic_given_when_adding_is_an_editors(week: Run, tmp_path: Path) -> None:
    """`post add --topic` is an editor's word; what the front matter says is the post's own."""
    (tmp_path / "note.md").write_text("---\ntitle: A note for all of us\ntopics: [policy]\n---\nShort and clear.\n")
    number = str(week("post", "add", "note.md", "--topic", "funding", "--json").json["post"])
    assert week("post", "show", number, "--json").json["why"] == {"funding": "editor", "policy": "post"}
    told = week("post", "list", "--why").out
    assert "funding: an editor said so" in told
    assert "policy: the post itself says so" in told


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_a_list_fits_the_terminal(owned: Run, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    """On a terminal no line is wider than it; where nobody looks, nothing is cut."""
    whole = owned("post", "list").out
    assert "What press have to say today" in whole
    assert "…" not in whole
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    fitted = owned("post", "list").out.splitlines()
    assert max(map(len, fitted)) <= max(columns, _NARROWEST_LIST)
    assert len(fitted) == len(whole.splitlines())


def test_a_table_shrinks_only_what_may_shrink() -> None:
    """The widest elastic column gives way first, wide signs count as two, and numbers are never cut."""
    rows = [
        (12, "個別化医療の新しい公募が始まりました", "Ministry"),
        (3, "A short one", "Research Council of the North"),
    ]
    told = table(rows, ("post", "title", "owner"), may_shrink=("title", "owner"), width=40).splitlines()
    assert max(map(cell_len, told)) <= 40
    assert [line.split()[0] for line in told] == ["post", "12", "3"]
    assert table(rows, ("post", "title", "owner")).count("…") == 0


def test_fields_are_wrapped_beside_their_names() -> None:
    """A long text stands in its column on a terminal, and on one line where nobody looks."""
    fields = {"title": "short", "excerpt": "word " * 40}
    wrapped = field_lines(fields, width=50).splitlines()
    assert max(map(len, wrapped)) <= 50
    assert {line[:9] for line in wrapped[2:]} == {" " * 9}
    assert len(field_lines(fields).splitlines()) == 2


def test_our_own_key_is_no_answer() -> None:
    """A file named after the delivery's key is a file; a server's words stay as they came."""
    assert answer_words("issue%3A1%3A2", "issue:1:2") == "as a file"
    assert answer_words("250 2.0.0 queued as 4F1", "issue:1:2") == "250 2.0.0 queued as 4F1"


def test_one_story_and_posts_without_a_topic_are_told(owned: Run) -> None:
    """Below the list stand joined posts, and the candidates that nobody gets who follows topics, with what to do."""
    press, calls = (owned("post", "list", "--source", one, "--json").json[0]["post"] for one in ("press", "calls"))
    told = owned("post", "list").out
    assert "without a topic: who follows topics gets none of it\n  newsletter post topics" in told
    assert "one story" not in told
    owned("post", "join", str(press), str(calls))
    lines = owned("post", "list").out.splitlines()
    assert f"{min(press, calls)} and {max(press, calls)} are one story: a reader gets one of them" in lines
    assert "a topic" not in owned("post", "list", "--source", "press").out  # there every post is like that

"""Markdown files with front matter."""

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.base.errors import SourceError
from newsletter.sources.errors import NotUnderstood
from newsletter.sources.post import CallDetails, EventDetails, PostKind
from newsletter.sources.reading.parse_markdown import is_draft, parse_markdown
from newsletter.sources.reading.read_source import read_folder

FULL = """---
title: "First conference: medicine in action"
url: https://news.example.org/conference
date: 2026-11-20
language: en
topics: [events, Policy and ethics]
kind: event
picture: pictures/hall.jpg
picture_alt: The hall
byline: Secretariat
story: conference-2026
event:
  start: 2026-12-01 09:30
  end: 2026-12-02
  zone: Europe/Berlin
  place: Berlin
  livestream: https://live.example.org/
  register_by: 2026-11-28
call: {deadline: 2027-01-31, countries: [de, NO, FR]}
---
About **400 experts** meet. <script>alert(1)</script>
"""


def head(*lines: str) -> bytes:
    return "\n".join(["---", 'title: "A"', *lines, "---", "Text."]).encode()


def test_front_matter_is_read() -> None:
    """Every documented key arrives as what it means; HTML in the text stays text."""
    post = parse_markdown(FULL.encode(), name="a.md")
    berlin = ZoneInfo("Europe/Berlin")
    assert (post.title, post.url, post.guid) == (
        "First conference: medicine in action",
        "https://news.example.org/conference",
        "",
    )
    assert (post.published, post.language, post.byline) == (datetime(2026, 11, 20, tzinfo=UTC), "en", "Secretariat")
    assert (post.own_topics, post.kind, post.story_key) == (
        ("events", "Policy and ethics"),
        PostKind.EVENT,
        "conference-2026",
    )
    assert (post.picture_url, post.picture_alt) == ("pictures/hall.jpg", "The hall")
    assert post.event == EventDetails(
        starts_at=datetime(2026, 12, 1, 9, 30, tzinfo=berlin),
        ends_at=datetime(2026, 12, 2, tzinfo=berlin),
        zone="Europe/Berlin",
        place="Berlin",
        livestream_url="https://live.example.org/",
        register_by=datetime(2026, 11, 28, 23, 59, 59, tzinfo=berlin),
    )
    assert post.call == CallDetails(
        deadline=datetime(2027, 1, 31, 23, 59, 59, tzinfo=UTC), all_day=True, countries=("DE", "NO", "FR")
    )
    assert "<strong>400 experts</strong>" in post.html
    assert "<script>" not in post.html


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-11-20", datetime(2026, 11, 20, tzinfo=UTC)),
        ('"2026-11-20"', datetime(2026, 11, 20, tzinfo=UTC)),
        ("2026-11-20 10:00", datetime(2026, 11, 20, 10, tzinfo=UTC)),
        ("2026-11-20T10:00:00+01:00", datetime(2026, 11, 20, 9, tzinfo=UTC)),
        ("2026-11-20 10:00:00", datetime(2026, 11, 20, 10, tzinfo=UTC)),
        ("", None),
    ],
)
def test_dates_may_be_days_or_moments(written: str, meant: datetime | None) -> None:
    """A day is its midnight, a moment without a zone is in UTC, and none is none."""
    assert parse_markdown(head(f"date: {written}"), name="a.md").published == meant


def test_a_day_without_an_hour_is_all_day() -> None:
    """An event that starts on a day has no hour; no zone means UTC."""
    event = parse_markdown(head("event: {start: 2026-12-01}"), name="a.md").event
    assert event == EventDetails(starts_at=datetime(2026, 12, 1, tzinfo=UTC), all_day=True)


def test_norway_is_a_country() -> None:
    """YAML reads NO as "false"; it is a country all the same."""
    call = parse_markdown(head("call:", "  countries: [NO, SE]"), name="a.md").call
    assert call == CallDetails(countries=("NO", "SE"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"---\ndate: 2026-11-20\n---\nText", "no title"),
        (b"Text without anything", "no title"),
        (b"---\ntitle: A\nText", "never ends"),
        (b"---\ntitle: [A\n---\nText", "cannot be read"),
        (b"---\n- a\n- b\n---\nText", "key: value"),
        (b"\xff\xfe---", "UTF-8"),
        (head("date: soon"), "date is 'soon'"),
        (head("date: 2026-13-45"), "date is|cannot be read"),
        (head("date: [1]"), "date is"),
        (head("url: example.org/a"), "whole address"),
        (head("url: 'javascript:alert(1)'"), "whole address"),
        (head("kind: story"), "known are news, paper, event, call, video"),
        (head("event: {place: Berlin}"), "no start"),
        (head("event: Berlin"), "lines of its own"),
        (head("event: {start: 2026-12-02, end: 2026-12-01}"), "ends before"),
        (head("event: {start: 2026-12-02, zone: Mars/Base}"), "zone 'Mars/Base'"),
        (head("event: {start: 2026-12-02, zone: ../../etc/passwd}"), "zone"),
        (head("call: {countries: [Germany]}"), "two letters"),
        (head("x: " + "[" * 15_000), "cannot be read"),
        (head("x: " + "y" * 30_000), "longer than"),
        (head("x: &a [1]", "y: *b"), "cannot be read"),
    ],
)
def test_a_fault_is_named(content: bytes, words: str) -> None:
    """A file that cannot be used says what is wrong with it."""
    with pytest.raises(NotUnderstood, match=words):
        parse_markdown(content, name="a.md")


def test_a_heading_can_be_the_title() -> None:
    """Without front matter the first heading is the title, and does not stand in the text again."""
    post = parse_markdown(b"# A vision\n\nText.", name="2026/a.md")
    assert (post.title, post.html.strip(), post.guid) == ("A vision", "<p>Text.</p>", "2026/a.md")


HEAD_LINES = st.lists(
    st.sampled_from(["title", "date", "url", "event", "call", "topics", "story", "picture", "zone"]).flatmap(
        lambda key: st.sampled_from(
            [f"{key}: x", f"{key}:", f"{key}: [1, {{a: b}}]", f"{key}: 2026-11-20", f"{key}: !!binary x", f"{key}: *x"]
        )
    )
    | st.text(max_size=20),
    max_size=6,
)


@given(HEAD_LINES, st.text(max_size=60))
@settings(max_examples=100)
def test_no_file_crashes_the_parser(lines: list[str], text: str) -> None:
    """Any front matter and any text give a post or a SourceError."""
    with suppress(SourceError):
        assert parse_markdown("\n".join(["---", *lines, "---", text]).encode(errors="ignore"), name="a.md").title


def test_a_folder_is_read_file_by_file(tmp_path: Path) -> None:
    """Files with faults are told, drafts, hidden and other files are left alone, and the rest is read."""
    (tmp_path / "2026").mkdir()
    (tmp_path / ".hidden").mkdir()
    (tmp_path / "2026" / "good.md").write_bytes(head("picture: ../p.jpg"))
    (tmp_path / "bad.md").write_bytes(head("kind: x"))
    (tmp_path / "draft.md").write_bytes(head("draft: true"))
    (tmp_path / "notes.txt").write_text("title: no")
    (tmp_path / ".hidden" / "x.md").write_bytes(head())
    reading = read_folder(tmp_path, max_bytes=10_000)
    assert [(post.guid, post.picture_url) for post in reading.posts] == [
        ("2026/good.md", str(tmp_path.resolve() / "p.jpg"))
    ]
    assert [problem.partition(":")[0] for problem in reading.problems] == ["bad.md"]
    assert is_draft(head("draft: true"))


def test_nothing_outside_the_folder_is_read(tmp_path: Path) -> None:
    """Neither a picture nor a link leads out of the folder: posts may come from other people."""
    folder = tmp_path / "posts"
    folder.mkdir()
    (tmp_path / "secret.md").write_bytes(head())
    (folder / "link.md").symlink_to(tmp_path / "secret.md")
    (folder / "a.md").write_bytes(head("picture: ../secret.jpg"))
    (folder / "b.md").write_bytes(head())
    reading = read_folder(folder, max_bytes=10_000)
    assert [post.guid for post in reading.posts] == ["b.md"]
    assert "outside the folder" in reading.problems[0]


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    """A missing folder, and one of which no file can be read, say so."""
    with pytest.raises(NotUnderstood, match="no folder"):
        read_folder(tmp_path / "none", max_bytes=10_000)
    (tmp_path / "a.md").write_bytes(b"x" * 200)
    with pytest.raises(NotUnderstood, match="larger than 100 bytes"):
        read_folder(tmp_path, max_bytes=100)

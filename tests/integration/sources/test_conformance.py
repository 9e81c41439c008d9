"""Running against others' material: totals are counted right, and neither a crash nor a hang ends the run."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from newsletter.app.conformance import conformance, totals
from newsletter.base.errors import UsageError
from newsletter.sources.conformance.case import Case
from newsletter.sources.conformance.find_cases import find_cases
from newsletter.sources.conformance.page_case import f1
from newsletter.sources.conformance.run_cases import run_case, run_cases
from newsletter.sources.conformance.xss_case import active_parts, look_at, shown_of
from newsletter.sources.errors import NotUnderstood
from newsletter.sources.fetched_post import FetchedPost

FEED = """<rss version="2.0"><channel><title>Agency</title><item><title>A call</title><link>https://a.example/1</link>
<pubDate>Fri, 20 Nov 2026 09:00:00 +0100</pubDate></item><item><title>A report</title></item></channel></rss>"""
CALL = {"title": "A call", "link": "https://a.example/1", "publishedParsed": "2026-11-20T08:00:00Z"}
REPORT = {"title": "A report"}


def feeds(folder: Path, *items: object, name: str = "one") -> Path:
    """Write a pair of a feed and what is expected of it."""
    (folder / f"{name}.xml").write_text(FEED)
    (folder / f"{name}.json").write_text(json.dumps({"items": items}))
    return folder


def test_a_feed_as_expected_agrees(tmp_path: Path) -> None:
    """Titles, links and dates that are alike count once each; what neither side has is not asked."""
    result = conformance("feeds", feeds(tmp_path, CALL, REPORT))
    assert result.totals == {
        "kind": "feeds",
        "cases": 1,
        "agree": 1,
        "crashed": 0,
        "share": 1.0,
        "items": 2,
        "titles": 1.0,
        "links": 1.0,
        "dates": 1.0,
    }


@pytest.mark.parametrize(
    ("items", "field"),
    [
        (({**CALL, "title": "Another"}, REPORT), "titles"),
        (({**CALL, "link": "https://a.example/2"}, REPORT), "links"),
        (({**CALL, "publishedParsed": "2026-11-21T08:00:00Z"}, REPORT), "dates"),
        (({**CALL, "publishedParsed": ""}, REPORT), "dates"),
        ((CALL, REPORT, CALL), "links"),
    ],
    ids=["title", "link", "date", "invented date", "missing item"],
)
def test_each_difference_of_a_feed_is_counted(items: tuple[object, ...], field: str, tmp_path: Path) -> None:
    """A title, link or date that differs, one that nobody expects, and an item that is missing lower their share."""
    case = find_cases("feeds", feeds(tmp_path, *items))[0]
    result = totals("feeds", [run_case(case)])
    assert (result["agree"], result["crashed"]) == (0, 0)
    share = result[field]
    assert isinstance(share, float)
    assert share < 1


def test_nothing_asked_is_no_share(tmp_path: Path) -> None:
    """Feeds without expectations agree if they are read, and tell nothing of titles, links and dates."""
    for name in ("one", "two"):
        (tmp_path / f"{name}.xml").write_text(FEED)
    result = totals("feeds", [run_case(case) for case in find_cases("feeds", tmp_path)])
    assert (result["agree"], result["share"], result["items"]) == (2, 1.0, 0)
    assert [result[field] for field in ("titles", "links", "dates")] == [None, None, None]
    assert totals("feeds", [])["share"] is None


def test_an_item_too_many_lowers_the_shares(tmp_path: Path) -> None:
    """What nobody expects is wrong in each field that it tells, and is no item that was expected."""
    result = totals("feeds", [run_case(find_cases("feeds", feeds(tmp_path, REPORT))[0])])
    assert (result["agree"], result["items"], result["links"], result["dates"]) == (0, 1, 0.0, 0.0)
    result = totals("feeds", [run_case(find_cases("feeds", feeds(tmp_path, CALL))[0])])
    assert (result["items"], result["titles"], result["links"], result["dates"]) == (1, 0.5, 1.0, 1.0)


def test_a_crash_counts_as_all_wrong(tmp_path: Path) -> None:
    """A feed that crashes or hangs has nothing right of what was expected of it; so has a page."""
    good = find_cases("feeds", feeds(tmp_path, CALL, REPORT))[0]
    crashing = replace(good, given=tmp_path / "gone.xml")
    result = totals("feeds", [run_case(good), run_case(crashing)])
    assert (result["items"], result["titles"], result["links"], result["dates"]) == (4, 0.5, 0.5, 0.5)
    lost = Case(name="gone", kind="pages", given=tmp_path / "gone", expected=tmp_path)
    assert (totals("pages", [run_case(lost)])["f1"], totals("pages", [run_case(lost)])["titles"]) == (0.0, 0.0)


def test_a_feed_that_is_refused_is_no_crash(tmp_path: Path) -> None:
    """What we say no to in words disagrees, with all that was expected of it."""
    feeds(tmp_path, CALL)
    (tmp_path / "one.xml").write_text("<html></html>")
    result = totals("feeds", [run_case(find_cases("feeds", tmp_path)[0])])
    assert (result["crashed"], result["items"], result["titles"]) == (0, 1, 0.0)


def test_a_json_feed_alone_must_be_read(tmp_path: Path) -> None:
    """Without an expectation a JSON feed agrees if it is understood; one that names what is expected is no case."""
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "A", "items": [{"id": "1", "title": "A call"}]}
    (tmp_path / "a.json").write_text(json.dumps(feed))
    (tmp_path / "b_expected.json").write_text("{}")
    (tmp_path / "c.json").write_text("{}")
    outcomes = {case.name: run_case(case) for case in find_cases("feeds", tmp_path)}
    assert {name: outcome.agrees for name, outcome in outcomes.items()} == {"a.json": True, "c.json": False}


def page(folder: Path, source: str, expected: str, title: str) -> Path:
    """Write a page and what is expected of it."""
    (folder / "one").mkdir()
    (folder / "one" / "source.html").write_text(source)
    (folder / "one" / "expected.html").write_text(expected)
    (folder / "one" / "expected-metadata.json").write_text(json.dumps({"title": title}))
    return folder


def test_pages_are_compared_by_words_and_title(tmp_path: Path) -> None:
    """The share of words that agree is F1; the title is compared beside it."""
    text = "<p>" + "Eleven countries describe samples and consent in one way. " * 5 + "</p>"
    source = f"<html><head><title>One way</title></head><body><article>{text}</article></body></html>"
    assert conformance("pages", page(tmp_path, source, text, "Another way")).totals == {
        "kind": "pages",
        "cases": 1,
        "agree": 0,
        "crashed": 0,
        "share": 0.0,
        "f1": 1.0,
        "titles": 0.0,
    }


def test_f1_weighs_what_is_missing_and_what_is_too_much() -> None:
    """Half of the words found is two thirds; word order and case do not count; two empty texts are alike."""
    assert f1("one two", "One") == pytest.approx(2 / 3)
    assert f1("a b c", "c B a") == 1
    assert (f1("", ""), f1("a", ""), f1("", "a")) == (1, 0, 0)
    assert f1("科技", "科") == pytest.approx(2 / 3)


def test_payloads_that_leave_nothing_agree(tmp_path: Path) -> None:
    """Payloads go through the cleaning of posts, feeds and pages; the count of those that left something is zero."""
    payloads = [{"payload": "<img src=x onerror=alert(1)>"}, {"payload": "<a href=javascript:alert(1)>x</a>"}]
    (tmp_path / "payloads.json").write_text(json.dumps(payloads))
    result = conformance("xss", tmp_path).totals
    assert (result["cases"], result["agree"], result["active"]) == (2, 2, 0)


@pytest.mark.parametrize(
    "markup",
    [
        "<p><script>x</script></p>",
        "<p onclick=x>a</p>",
        "<a href='java&#115;cript:x'>a</a>",
        "<a href='data:text/html,x'>a</a>",
        "<svg><g></g></svg>",
        "<iframe src=x></iframe>",
        "<p style='background:url(x)'>a</p>",
    ],
)
def test_what_would_run_is_seen(markup: str) -> None:
    """The check itself must find elements, handlers and addresses that a browser would act on."""
    assert active_parts(markup)
    assert not active_parts('<p lang="en">a <a href="https://a.example/" rel="noopener">b</a></p>')


@pytest.mark.parametrize("field", ["url", "picture_url", "canonical", "calendar_url"])
def test_a_post_is_looked_at_in_all_its_fields(field: str) -> None:
    """An address that would run counts beside the text, wherever a post holds it; words in a title do not."""
    said = FetchedPost(title="alert(1) <b>", byline="a <script>", summary="x")
    assert not any(active_parts(one) for one in shown_of(said))
    hostile = replace(said, **{field: "javascript:alert(1)"})  # type: ignore[arg-type]  # each is a text
    left = [part for one in shown_of(hostile) for part in active_parts(one)]
    assert bool(left) is (field != "url")  # a post's own link is cleaned once more before it is stored


def test_what_was_not_read_is_told() -> None:
    """A payload that keeps a page from being read at all shows nothing of what would be left of it."""

    def refuse(_: str) -> Iterator[str]:
        raise NotUnderstood("no article was found on the page")

    left, unread = look_at("<b onclick=x>", {"raw": lambda markup: iter([markup]), "on a page": refuse})
    assert left == ["raw: onclick='x'"]
    assert unread == ["on a page: not read, so nothing was looked at: no article was found on the page"]


def test_a_crash_is_counted_and_the_next_case_runs(tmp_path: Path) -> None:
    """What a case raises is told in words."""
    missing = Case(name="gone", kind="feeds", given=tmp_path / "gone.xml")
    assert run_case(missing).crashed.startswith("FileNotFoundError")
    feeds(tmp_path, CALL, REPORT)
    outcomes = list(run_cases([missing, *find_cases("feeds", tmp_path)], seconds=20))
    assert [bool(outcome.crashed) for outcome in outcomes] == [True, False]
    assert totals("feeds", outcomes)["crashed"] == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="reading a pipe that nobody writes is the hang")
def test_a_hang_counts_as_a_crash(tmp_path: Path) -> None:
    """A case that takes longer than it may is ended with its process, and the next one runs in a new one."""
    good = find_cases("feeds", feeds(tmp_path, CALL, REPORT))[0]
    os.mkfifo(tmp_path / "pipe.xml")
    hanging = Case(name="hangs", kind="feeds", given=tmp_path / "pipe.xml")
    hanging = replace(hanging, expected=good.expected)
    outcomes = list(run_cases([good, hanging, good], seconds=0.5))
    assert [outcome.crashed for outcome in outcomes] == ["", "still running after 0.5 s", ""]
    assert totals("feeds", outcomes)["titles"] == 0.6667


@pytest.mark.parametrize("kind", ["bounces", "nonsense"])
def test_kinds_that_are_not_there_are_refused(kind: str, tmp_path: Path) -> None:
    """What this version cannot run is said, with what it can; so is an empty or a missing folder."""
    with pytest.raises(UsageError, match="feeds, pages, xss"):
        conformance(kind, tmp_path)
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(UsageError):
            conformance("feeds", folder)

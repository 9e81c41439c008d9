"""The health of sources on the command line: lists, checks, the doctor, a tick, and words beside an issue."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from newsletter.base.clock import SystemClock
from tests.fakes.web_server import WebSite
from tests.integration.cli.conftest import Run

FEED = """<rss version="2.0"><channel><title>Partner</title><language>en</language>
<item><title>News of the partner</title><link>https://partner.example.org/1</link>
<description>What the partner tells.</description></item></channel></rss>"""
SCHEDULE = '\n[[newsletter]]\nslug = "weekly"\nschedule = "0 8 * * mon"\nzone = "Europe/Berlin"\n'


@pytest.fixture
def site() -> Iterator[WebSite]:
    site = WebSite()
    yield site
    site.close()


@pytest.fixture
def partner(week: Run, site: WebSite, tmp_path: Path) -> Run:
    """The week's home with a source on the site, read once."""
    settings = tmp_path / "home" / "newsletter.toml"
    lines = settings.read_text(encoding="utf-8").splitlines()
    opened = ['allow_addresses = ["127.0.0.1"]' if "allow_addresses =" in line else line for line in lines]
    settings.write_text("\n".join(opened) + "\n", encoding="utf-8")
    (tmp_path / "more.toml").write_text(
        f'[[source]]\nname = "partner"\nurl = "{site.feed("/feed", FEED)}"\nkind = "feed"\n'
        f'[[source]]\nname = "sister"\nurl = "{site.feed("/sister", FEED)}"\nkind = "feed"\n{SCHEDULE}'
    )
    assert week("apply", "more.toml").code == 0
    assert week("ingest", "partner", "sister").code == 0
    return week


def break_it(partner: Run, site: WebSite) -> None:
    site.status("/feed", 500)
    assert partner("ingest", "partner").code == 1


def let_it_rest(partner: Run, site: WebSite) -> None:
    """The server refuses one of its sources for a while, and so the other is not asked."""
    site.status("/feed", 503, headers={"Retry-After": "7200"})
    partner("ingest", "partner", "sister")


def listed(partner: Run, name: str) -> dict[str, object]:
    return next(one for one in partner("source", "list", "--json").json if one["source"] == name)


def found(partner: Run, what: str) -> list[tuple[str, str, str]]:
    findings = partner("doctor", "--json").json
    return [(one["verdict"], one["words"], one["remedy"]) for one in findings if one["what"] == what]


def test_a_list_tells_since_when_a_source_fails(partner: Run, site: WebSite) -> None:
    """Well: no trouble, no date. Failing: the answer, how often, since when, in JSON and in words; read again: well."""
    well = listed(partner, "partner")
    assert (well["failing_since"], well["stale_since"], well["error_count"], well["last_error"]) == (None, None, 0, "")
    break_it(partner, site)
    first = listed(partner, "partner")["failing_since"]
    break_it(partner, site)
    ill = listed(partner, "partner")
    assert (ill["failing_since"], ill["stale_since"], ill["error_count"]) == (first, well["last_good_at"], 2)
    assert first is not None
    told = " ".join(partner("source", "list").out.split())
    assert "answered 500 Internal Server Error" in told
    assert f"2 times in a row, failing since {datetime.fromisoformat(str(first)):%Y-%m-%d %H:%M} UTC" in told
    site.feed("/feed", FEED)
    assert partner("ingest", "partner").code == 0
    assert listed(partner, "partner")["failing_since"] is None


def test_a_list_tells_of_a_source_that_waits(partner: Run, site: WebSite) -> None:
    """A source whose server rests has no error, and is seen all the same: it waits until then, and since when."""
    let_it_rest(partner, site)
    waits = listed(partner, "sister")
    assert (waits["last_error"], waits["error_count"], site.asked("/sister")) == ("", 0, 1)
    assert waits["failing_since"] is not None
    assert waits["stale_since"] == waits["last_good_at"]
    until = datetime.fromisoformat(str(waits["next_fetch_at"]))
    told = " ".join(partner("source", "list").out.split())
    assert f"waits for its server until {until:%Y-%m-%d %H:%M} UTC" in told


def test_a_check_shows_what_is_now_beside_what_was(partner: Run, site: WebSite) -> None:
    """A check fails while the source does, exit 1; once it is mended a check is good, and the health is as it was."""
    break_it(partner, site)
    ill = partner("source", "check", "partner", "--json")
    [told] = ill.json
    assert (ill.code, told["posts"], told["health"]["error_count"]) == (1, 0, 1)
    assert "answered 500" in told["error"]
    assert told["health"]["failing_since"] == listed(partner, "partner")["failing_since"]
    site.feed("/feed", FEED)
    mended = partner("source", "check", "partner", "--json")
    assert (mended.code, mended.json[0]["posts"], mended.json[0]["error"]) == (0, 1, "")
    assert mended.json[0]["health"] == told["health"]
    assert "once, failing since" in " ".join(partner("source", "check", "partner").out.split())


def test_the_doctor_tells_of_sources(partner: Run, site: WebSite) -> None:
    """All well is one line; what fails and what waits are a line each, with what to do."""
    assert found(partner, "sources") == [("good", "3, none of them failing", "")]
    let_it_rest(partner, site)
    assert found(partner, "sources") == []
    [(verdict, words, remedy)] = found(partner, "source partner")
    assert verdict == "warning"
    for way in ("source check 'partner'", "newsletter apply", "source add ADDRESS --name 'partner'", "source remove"):
        assert way in remedy
    assert "answered 503 Service Unavailable (once, failing since" in words
    [(verdict, words, remedy)] = found(partner, "source sister")
    assert (verdict, remedy) == ("warning", "newsletter source check 'sister'")
    assert words.startswith("waits for its server until ")


def test_the_doctor_tells_of_posts_that_could_not_be_used(partner: Run, site: WebSite) -> None:
    """A source that is read, but for some items, is a line for each of them."""
    site.feed("/feed", FEED.replace("</channel>", "<item><guid>2</guid></item></channel>"))
    partner("ingest", "partner")
    problems = listed(partner, "partner")["last_problems"]
    assert problems
    assert [words for _, words, _ in found(partner, "source partner")] == problems


def test_a_tick_that_makes_an_issue_names_what_is_stale(partner: Run, site: WebSite) -> None:
    """With an issue made, stderr and JSON name the sources it goes without; a tick that makes none names none."""
    break_it(partner, site)
    good = datetime.fromisoformat(str(listed(partner, "partner")["last_good_at"]))
    now = SystemClock().now()
    nothing = partner("tick", "--at", now.isoformat(), "--json")
    assert (nothing.json["issues"], nothing.json["stale"]) == (0, "")
    site.status("/sister", 500)
    made = partner("tick", "--at", (now + timedelta(days=8)).isoformat(), "--json")
    assert made.json["issues"] > 0
    since = f"(since {good:%Y-%m-%d %H:%M} UTC)"
    assert made.json["stale"] == f"2 sources stale: partner {since}, sister {since}"
    assert made.json["stale"] in made.err


def test_beside_an_issue_stands_what_is_stale(partner: Run, site: WebSite) -> None:
    """Making, previewing and looking at an issue name the sources it goes without, until it is approved."""
    break_it(partner, site)
    for command in (("assemble", "weekly"), ("status", "weekly"), ("preview", "weekly")):
        assert "1 source stale: partner (since " in partner("issue", *command).err
    assert partner("issue", "approve", "weekly").code == 0
    for command in (("status", "weekly"), ("preview", "weekly")):
        assert "stale" not in partner("issue", *command).err


def test_one_rule_says_which_post_is_newest(partner: Run, site: WebSite) -> None:
    """List and check agree: a post without a date is as new as its first sight, one of the future is none yet."""
    now = SystemClock().now()
    dates = [f"{now + timedelta(days=days):%a, %d %b %Y %H:%M:%S} +0000" for days in (-2, 3)]
    items = "".join(
        f"<item><title>News {date}</title><link>https://partner.example.org/{place}</link><pubDate>{date}</pubDate>"
        f"<description>What the partner tells on {date}.</description></item>"
        for place, date in enumerate(dates, start=7)
    )
    dated = f'<rss version="2.0"><channel><title>Partner</title>{items}</channel></rss>'
    for name, text in (("partner", FEED), ("sister", dated)):
        site.feed(f"/{'feed' if name == 'partner' else name}", text)
        partner("ingest", name)
        [check] = partner("source", "check", name, "--json").json
        newest = listed(partner, name)["newest_post_at"]
        assert check["newest"] == newest is not None
        assert now - timedelta(minutes=5) < datetime.fromisoformat(str(newest)) < now + timedelta(minutes=5)


def test_lists_fit_a_terminal(partner: Run, site: WebSite) -> None:
    """Without a terminal 80 columns are enough for lists, checks and what was fetched, but for a long address."""
    site.status("/feed", 500)
    for command in (("ingest",), ("source", "list"), ("source", "check")):
        ran = partner(*command)
        assert "answered 500" in " ".join(ran.out.split())
        assert [line for line in ran.out.splitlines() if len(line) > 80 and " " in line.strip()] == []


def test_a_long_name_is_told_whole(partner: Run, tmp_path: Path) -> None:
    """A name is what people type: it is never cut, and its row goes on in the next line."""
    name = "Federal Ministry of Health, Division for Personalised Medicine"
    (tmp_path / "long.toml").write_text(f'[[source]]\nname = "{name}"\nurl = "posts"\n')
    partner("apply", "long.toml")
    lines = partner("source", "list").out.splitlines()
    assert name in lines
    assert lines[lines.index(name) + 1].split()[0] == "auto"


def test_no_line_of_the_log_stands_in_a_table(partner: Run, site: WebSite) -> None:
    """What fails is told by the table: stderr has nothing beside it."""
    site.status("/feed", 500)
    assert partner("ingest").err == ""


def test_a_closed_door_has_its_sentence_whenever_it_is_met(partner: Run, site: WebSite, tmp_path: Path) -> None:
    """A page that was read for long and is closed by robots.txt or a login is told with what to write to its owner."""
    text = "<p>" + "The council funds eight projects on rare diseases in six countries. " * 12 + "</p>"
    site.page("/call", f"<html><body><article><h1>One call</h1>{text}</article></body></html>")
    (tmp_path / "page.toml").write_text(f'[[source]]\nname = "call"\nurl = "{site.url("/call")}"\nkind = "page"\n')
    assert (partner("apply", "page.toml").code, partner("ingest", "call").code) == (0, 0)
    site.status("/call", 403)
    sentence = "asks for a login or refuses our program"
    assert sentence in partner("ingest", "call", "--json").json[0]["error"]
    assert sentence in str(listed(partner, "call")["last_error"])
    assert sentence in partner("source", "check", "call", "--json").json[0]["error"]

"""A source is asked once more at an issue's cutoff; what fails is named, and after a day somebody is told."""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from newsletter.app.app import App
from newsletter.app.assembling import assemble_issue, post_count, stale_sources
from newsletter.app.cutoff import sources_wanted_soon
from newsletter.app.fetching import check_sources
from newsletter.app.portions import fetch_some, make_due_issues
from newsletter.app.setup import apply_setup
from newsletter.app.source_health import healths
from newsletter.base.clock import FixedClock
from newsletter.db.engine import reading
from newsletter.issues import store as issue_store
from newsletter.outbox.alert_store import open_alerts
from newsletter.sources.health import failing_words
from newsletter.sources.poll import ask_once_more
from tests.conftest import NOW
from tests.fakes.home import make_empty_home
from tests.fakes.web_server import WebSite

SLOT = NOW  # Monday, 08:00 in Berlin
HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)

SETUP = """\
[[source]]
name = "partner"
url = "{feed}"
kind = "feed"
[[list]]
slug = "members"
name = "Members"
opt_in = "single"
[[newsletter]]
slug = "weekly"
name = "Weekly"
from = "Newsroom <news@example.org>"
postal_address = "Example Street 1, 53227 Bonn, Germany"
lists = ["members"]
schedule = "0 8 * * mon"
zone = "Europe/Berlin"
cutoff = "{cutoff}"
"""


def feed(*numbers: int) -> str:
    items = "".join(
        f"<item><title>The {number}. piece of news</title><link>https://partner.example.org/{number}</link>"
        f"<pubDate>Thu, 19 Nov 2026 0{number}:00:00 +0000</pubDate><description>Told by {number}.</description></item>"
        for number in numbers
    )
    return f"<rss version='2.0'><channel><title>Partner</title><language>en</language>{items}</channel></rss>"


@pytest.fixture
def site() -> Iterator[WebSite]:
    site = WebSite()
    yield site
    site.close()


@pytest.fixture
def app(tmp_path: Path, site: WebSite) -> Iterator[App]:
    extra = '[fetch]\nallow_addresses = ["127.0.0.1"]\ntimeout_seconds = 1\n'
    app = make_empty_home(tmp_path / "home", FixedClock(SLOT - 3 * DAY), extra)
    yield app
    app.close()


def set_up(app: App, site: WebSite, cutoff: str = "0h") -> None:
    file = app.home / "setup.toml"
    file.write_text(SETUP.format(feed=site.url("/feed"), cutoff=cutoff), encoding="utf-8")
    apply_setup(app, file)


def at(app: App, moment: datetime) -> App:
    app.clock = FixedClock(moment)
    if "fetcher" in app.__dict__:
        app.fetcher.close()
        del app.__dict__["fetcher"]  # it has the clock of before
    return app


@pytest.mark.parametrize("cutoff", ["0h", "2h"])
def test_what_came_before_the_cutoff_is_in(app: App, site: WebSite, cutoff: str) -> None:
    """Row 38: a post that stood at its source at the cutoff is in the issue, though no poll was due."""
    set_up(app, site, cutoff)
    closing = SLOT - (HOUR * 2 if cutoff == "2h" else timedelta())
    site.feed("/feed", feed(1))
    fetch_some(at(app, closing - 30 * MINUTE))
    make_due_issues(app)
    site.feed("/feed", feed(1, 2))
    make_due_issues(at(app, closing))
    make_due_issues(app)
    with reading(app.engine) as db:
        issue = issue_store.issue_by_name(db, "weekly")
    assert post_count(app, issue) == 2
    assert site.asked("/feed") == 2


def test_a_source_asked_a_moment_ago_is_not_asked_again(app: App, site: WebSite) -> None:
    """Within ten minutes of a poll the cutoff makes no request."""
    set_up(app, site)
    site.feed("/feed", feed(1))
    fetch_some(at(app, SLOT - 5 * MINUTE))
    assert make_due_issues(at(app, SLOT)) > 0
    assert site.asked("/feed") == 1


def test_a_source_that_hangs_holds_no_issue_up(app: App, site: WebSite) -> None:
    """The issue is made without it, within the time that one request may take."""
    set_up(app, site)
    site.hang("/feed")
    impatient = app.settings.fetch.model_copy(update={"timeout_seconds": 0.2})
    app.settings = app.settings.model_copy(update={"fetch": impatient})
    assert make_due_issues(at(app, SLOT)) > 0


@pytest.mark.parametrize("answer", ["drip", "hang"])
def test_who_closes_a_home_waits_for_those_behind(app: App, site: WebSite, answer: str) -> None:
    """No thread works on in a closed home: what still brings bytes is broken off, without an error; what brings none
    ends by its time-out, which is one.
    """
    set_up(app, site)
    getattr(site, answer)("/feed")
    late = ask_once_more(
        app.engine,
        app.fetcher,
        app.media,
        ["partner"],
        pool=app.asking,
        clock=app.clock,
        every=HOUR,
        unless_within=10 * MINUTE,
        seconds=0.1,
    )
    assert late == ["partner"]
    app.close()
    assert [thread for thread in threading.enumerate() if thread.name.startswith("asking")] == []
    [health] = healths(app)
    words = "" if answer == "drip" else "did not answer in full within 1 s"
    assert words in health.source.last_error
    assert health.source.error_count == (0 if answer == "drip" else 1)
    assert health.source.next_fetch_at == app.clock.now() + (timedelta() if answer == "drip" else HOUR)


def test_an_issue_by_hand_asks_first(app: App, site: WebSite) -> None:
    """`issue assemble` finds what stands at the sources now; called again for the same issue it asks nobody."""
    set_up(app, site)
    site.feed("/feed", feed(1, 2))
    made, posts = assemble_issue(app, "weekly", by="a test")
    assert posts == 2
    at(app, app.clock.now() + HOUR)
    assert assemble_issue(app, "weekly", by="a test")[0].id == made.id
    assert site.asked("/feed") == 1


def test_sources_are_wanted_in_the_hours_before_a_cutoff(app: App, site: WebSite) -> None:
    """Six hours before the cutoff, not before and not after it, sources are asked at the shortest pace."""
    site.feed("/feed", feed(1))
    set_up(app, site, cutoff="2h")
    cutoff = SLOT - 2 * HOUR
    wanted = [sources_wanted_soon(at(app, cutoff + hours * HOUR)) for hours in (-7, -6, -1, 1)]
    assert wanted == [set(), {"partner"}, {"partner"}, set()]


def test_a_source_that_fails_for_a_day_is_an_alert_until_it_is_read(app: App, site: WebSite) -> None:
    """Row 12: somebody is told once, with what to do; a good answer ends it; before a day nobody is disturbed."""
    set_up(app, site)
    site.feed("/feed", feed(1))
    start = app.clock.now()
    fetch_some(app)
    site.status("/feed", 503)
    alerts = []
    for hours in (1, 2, 4, 8, 16, 32, 60):
        fetch_some(at(app, start + hours * HOUR))
        with reading(app.engine) as db:
            alerts.append([(one.words, one.remedy) for one in open_alerts(db)])
    assert [len(one) for one in alerts] == [0, 0, 0, 0, 0, 1, 1]
    words, remedy = alerts[-1][0]
    assert "source partner fails: " in words
    assert "answered 503" in words
    assert "not read since 2026-11-20 07:00 UTC" in words
    assert "source check" in remedy
    site.feed("/feed", feed(1))
    fetch_some(at(app, start + 90 * HOUR))
    with reading(app.engine) as db:
        assert open_alerts(db) == []


def test_stale_sources_are_named(app: App, site: WebSite) -> None:
    """Row 10: beside an issue stands which sources could not be read, and since when, in words."""
    set_up(app, site)
    site.feed("/feed", feed(1))
    fetch_some(app)
    assert stale_sources(app, "weekly") == ""
    site.status("/feed", 500)
    make_due_issues(at(app, SLOT))
    assert stale_sources(app, "weekly") == "1 source stale: partner (since 2026-11-20 07:00 UTC)"
    words = failing_words(healths(app)[0].source)
    since = "failing since 2026-11-23 07:00 UTC"
    assert words.endswith(f"answered 500 Internal Server Error (once, {since}, not read since 2026-11-20 07:00 UTC)")


def test_health_is_what_was_seen(app: App, site: WebSite) -> None:
    """Posts a month, newest, stale and quiet follow from the posts and the last answers; a check shows both."""
    set_up(app, site)
    site.feed("/feed", feed(1, 2, 3))
    fetch_some(at(app, NOW))
    [health] = healths(app)
    assert (health.posts_a_month, health.stale_since, health.quiet_since) == (1.0, None, None)
    assert health.newest == NOW - 4 * DAY - 4 * HOUR
    site.page("/feed", "<!doctype html><html><p>We are updating")
    fetch_some(at(app, NOW + 3 * HOUR))
    [health] = healths(app)
    assert health.stale_since == NOW
    site.feed("/feed", feed(1, 2, 3, 4))
    [check] = check_sources(app, ["partner"])
    assert (check.posts, check.error, check.health.source.error_count) == (4, "", 1)
    assert healths(app) == [health]

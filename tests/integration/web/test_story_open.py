"""The link that counts: on to the story, by story and day, and nothing of who opened it."""

import pytest
from sqlalchemy import update

from newsletter.app.clicks import clicks_of_issue, count_clicks, count_last_clicks
from newsletter.app.content import content_of
from newsletter.app.posts import move_post
from newsletter.app.preview import prepare_in
from newsletter.app.privacy_report import privacy_report
from newsletter.base.clock import FixedClock
from newsletter.db.engine import reading, writing
from newsletter.feedback import click_store
from newsletter.feedback.clicks import HASTE
from newsletter.issues import store as issue_store
from newsletter.issues.frozen import FrozenIssue
from newsletter.rendering.compose import page_html, text_of
from newsletter.sources.tables import topics
from tests.conftest import NOW
from tests.fakes.home import Home
from tests.integration.web.asking import Asking

BROWSER = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0"}


@pytest.fixture
def counting(home: Home) -> Home:
    """A home whose newsletter counts clicks, its issue approved."""
    with writing(home.app.engine) as db:
        newsletter = issue_store.newsletter_by_slug(db, "weekly")
        issue_store.put_newsletter(db, newsletter.recipe.model_copy(update={"clicks": "counted"}), now=NOW)
    home.approve()
    return home


def content(home: Home) -> FrozenIssue:
    with reading(home.app.engine) as db:
        return content_of(home.app, db, home.issue)


def stored(home: Home) -> list[tuple[int, int]]:
    with reading(home.app.engine) as db:
        return [(one.post_id, one.times) for one in click_store.clicks_of(db, home.issue.id)]


def path(home: Home, place: int = 0) -> str:
    return f"/r/{home.issue.id}/{content(home).posts[place].id}"


def test_mails_link_by_us_where_clicks_are_counted(counting: Home) -> None:
    """Every story of a mail, HTML and text, leads to /r/ISSUE/POST, the same for each reader; no token is in it."""
    prepared = prepare_in(counting.app, counting.issue, "en")
    html, text = page_html(prepared.edition, prepared.personal), text_of(prepared.edition, prepared.personal)
    for one in prepared.personal.chosen:
        link = f"http://127.0.0.1:8000/r/{counting.issue.id}/{one.post_id}"
        assert f'href="{link}"' in html
        assert link in text
    assert "https://www.example.org/genomes" not in html


def test_by_default_links_lead_straight_to_the_stories(home: Home) -> None:
    """With clicks off no link of a story goes by us."""
    home.approve()
    prepared = prepare_in(home.app, home.issue, "en")
    assert "/r/" not in page_html(prepared.edition, prepared.personal)
    assert "https://www.example.org/genomes" in page_html(prepared.edition, prepared.personal)


def test_a_click_leads_on_and_is_counted(counting: Home, ask: Asking) -> None:
    """The answer is a redirect to the story, told to no cache and no referrer; the count goes up by one."""
    answer = ask.get(path(counting), headers=BROWSER)
    post = content(counting).posts[0]
    assert (answer.status_code, answer.headers["location"]) == (302, post.url)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in answer.headers
    count_last_clicks(counting.app)
    assert stored(counting) == [(post.id, 1)]


def test_a_click_is_counted_when_its_haste_is_known(counting: Home, ask: Asking) -> None:
    """For ten seconds it is held; then the next look counts it, once."""
    ask.get(path(counting), headers=BROWSER)
    assert count_clicks(counting.app) == 0
    counting.app.clock = FixedClock(counting.app.clock.now() + HASTE)
    assert count_clicks(counting.app) == 1
    assert count_clicks(counting.app) == 0


@pytest.mark.parametrize(
    "headers",
    [
        {"user-agent": "Googlebot/2.1"},
        {"user-agent": ""},
        {"user-agent": "curl/8.5"},
        BROWSER | {"sec-purpose": "prefetch;prerender"},
        BROWSER | {"purpose": "prefetch"},
    ],
)
def test_programs_are_led_on_and_not_counted(counting: Home, ask: Asking, headers: dict[str, str]) -> None:
    """Who says to be a program, or fetches ahead, gets the story all the same."""
    assert ask.get(path(counting), headers=headers).status_code == 302
    count_last_clicks(counting.app)
    assert stored(counting) == []


def test_a_look_without_a_body_is_not_counted(counting: Home, ask: Asking) -> None:
    """HEAD is how link checkers ask."""
    assert ask("HEAD", path(counting), headers=BROWSER).status_code == 302
    count_last_clicks(counting.app)
    assert stored(counting) == []


def test_a_gateway_that_opens_every_link_is_not_counted(counting: Home, ask: Asking) -> None:
    """Row 40: four stories in a moment by one client count nothing, and somebody else's click beside it counts."""
    for place in range(4):
        ask.get(path(counting, place), headers=BROWSER, client="192.0.2.9")
    ask.get(path(counting, 1), headers=BROWSER, client="192.0.2.10")
    count_last_clicks(counting.app)
    assert stored(counting) == [(content(counting).posts[1].id, 1)]


def test_it_leads_only_to_what_the_issue_links(counting: Home, ask: Asking) -> None:
    """No other post, no other issue, no huge number, and no parameter leads anywhere."""
    there = path(counting)
    for wrong in (f"/r/{counting.issue.id}/999", "/r/999/1", f"/r/{counting.issue.id}/{2**40}", "/r/x/1"):
        assert ask.get(wrong, headers=BROWSER).status_code == 404
    answer = ask.get(f"{there}?url=https://evil.example", headers=BROWSER)
    assert answer.headers["location"] == content(counting).posts[0].url


def test_a_withdrawn_story_is_not_led_to(counting: Home, ask: Asking) -> None:
    """What was withdrawn after it was mailed is not there any more."""
    post = content(counting).posts[0]
    move_post(counting.app, post.id, "withdrawn", why="a test", by="a test")
    assert ask.get(f"/r/{counting.issue.id}/{post.id}", headers=BROWSER).status_code == 404


@pytest.mark.parametrize(("clicks", "told"), [(9, None), (10, 10)])
def test_few_clicks_on_a_sensitive_story_are_not_told(home: Home, clicks: int, told: int | None) -> None:
    """Under ten is not told, ten is, and never by day."""
    with writing(home.app.engine) as db:
        db.execute(update(topics).where(topics.c.slug == "genomics").values(sensitive=True))
    home.approve()
    post = next(one for one in content(home).posts if "genomics" in one.topics)
    with writing(home.app.engine) as db:
        click_store.add_clicks(db, {(home.issue.id, post.id, "2026-11-23"): clicks - 1})
        click_store.add_clicks(db, {(home.issue.id, post.id, "2026-11-24"): 1})
    found = {one.post_id: (one.count, one.days) for one in clicks_of_issue(home.app, home.issue)[1]}
    assert found[post.id] == (told, ())


def test_clicks_add_up_by_day(counting: Home) -> None:
    """Counts of the same story and day are added, also across services that count beside each other."""
    post = content(counting).posts[0]
    for day in ("2026-11-23", "2026-11-24", "2026-11-23"):
        with writing(counting.app.engine) as db:
            click_store.add_clicks(db, {(counting.issue.id, post.id, day): 2})
    most = clicks_of_issue(counting.app, counting.issue)[1][0]
    assert (most.post_id, most.count, most.days) == (post.id, 6, (("2026-11-23", 4), ("2026-11-24", 2)))


def test_pages_for_everybody_link_directly(counting: Home, ask: Asking) -> None:
    """The public page of an issue counts nobody."""
    page = ask.get("/issues/weekly/1").text
    assert "https://www.example.org/genomes" in page
    assert "/r/" not in page


def test_the_privacy_sheet_says_what_is_counted(counting: Home) -> None:
    """A newsletter that counts clicks is named there."""
    lines = [line for chapter in privacy_report(counting.app).chapters for line in chapter.lines]
    assert any("Personalised Medicine Weekly" in line and "how often each story is opened" in line for line in lines)

"""The preference page in full: one newsletter or everything, when, how much, which, and why one got what one got."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from newsletter.app.setup import apply_setup
from newsletter.db.engine import reading, writing
from newsletter.issues.digest import Chosen, Reason, pack_choice
from newsletter.outbox.delivery import issue_key
from newsletter.outbox.tables import deliveries
from newsletter.sources import topic_store
from newsletter.sources.tables import posts
from subscribers.people.show import show
from subscribers.subscriber import Subscriber
from subscribers.wishes.prefer import wanted_in
from subscribers.wishes.wish import follow, wishes_in
from tests.conftest import NOW
from tests.fakes.home import ANNA, BRUNO, Home
from tests.integration.web.asking import Asking
from tests.integration.web.two_newsletters import with_two

WEEKLY, CALLS = "newsletter:weekly", "newsletter:calls"
FULL = {
    "language": "fr",
    "reading:1": "fr",
    "reading:2": "",
    "reading:3": "de",
    "hour": "7",
    "days": "sent",
    "day:mon": "yes",
    "day:thu": "yes",
    "zone": "Europe/Lisbon",
    "frequency": "monthly",
    "pause": "2",
    "paused_until": "",
    "length": "short",
    "plain_text": "yes",
}


def wanted(home: Home, address: str, scope: str = WEEKLY) -> Subscriber:
    with reading(home.app.engine) as db:
        return wanted_in(db, home.person(address), scope)


def wishes(home: Home, address: str, scope: str = WEEKLY) -> dict[str, str]:
    with reading(home.app.engine) as db:
        return wishes_in(show(db, address).wishes, scope)


def save(home: Home, ask: Asking, **form: str) -> str:
    answer = ask.post(f"/p/{home.token(ANNA)}", data=form)
    assert answer.status_code == 200, answer.text
    return answer.text


def is_as_chosen(person: Subscriber, home: Home) -> bool:
    paused = (home.app.clock.now().date() + timedelta(weeks=2)).isoformat()
    return (
        person.language == "fr"
        and person.reading_languages == ("fr", "de")
        and (person.hour, person.days, person.zone) == (7, "mon;thu", "Europe/Lisbon")
        and (person.frequency, person.paused_until) == ("monthly", paused)
        and (person.length, person.plain_text) == ("short", True)
    )


def test_choices_count_for_this_newsletter_only(home: Home, ask: Asking) -> None:
    """All that can be chosen is kept for the newsletter of the link; elsewhere the person's own goes on."""
    before = home.person(ANNA)
    save(home, ask, **FULL, **{"topic:policy": "follow", "topic:funding": "none"})
    assert is_as_chosen(wanted(home, ANNA), home)
    assert home.person(ANNA) == before == wanted(home, ANNA, CALLS)
    assert wishes(home, ANNA) == {"topic:policy": "follow"}
    assert wishes(home, ANNA, CALLS) == {"topic:funding": "follow"}


def test_choices_count_for_everything(home: Home, ask: Asking) -> None:
    """Kept for everything they are the person's own, and what was kept for single newsletters gives way."""
    save(home, ask, frequency="weekly", hour="9", **{"topic:policy": "mute"})
    save(home, ask, scope="everything", **FULL, **{"topic:policy": "follow", "topic:funding": "none"})
    for scope in (WEEKLY, CALLS):
        assert is_as_chosen(wanted(home, ANNA, scope), home)
        assert wishes(home, ANNA, scope) == {"topic:policy": "follow"}


def test_what_was_not_touched_goes_on_following_the_persons_own(home: Home, ask: Asking) -> None:
    """Saving the page as it stands keeps nothing apart: a later change of one's own still reaches the newsletter."""
    shown = ask.get(f"/p/{home.token(ANNA)}").text
    form = dict(re.findall(r'<select id="([^"]+)"(?:(?!</select>).)*?value="([^"]*)"[^>]* selected', shown, re.DOTALL))
    assert {"language", "zone", "hour", "frequency", "length", "plain_text", "pause", "reading:1"} <= set(form)
    save(home, ask, **form, days="sent", scope="newsletter")
    save(home, ask, zone="Africa/Cairo", length="full", scope="everything")
    assert (wanted(home, ANNA).zone, wanted(home, ANNA).length) == ("Africa/Cairo", "full")


def test_the_newsletters_own_hour_can_be_chosen_against_ones_own(home: Home, ask: Asking) -> None:
    """Who wants seven o'clock everywhere can have one newsletter at its own time."""
    save(home, ask, hour="7", scope="everything")
    save(home, ask, hour="", scope="newsletter")
    assert (wanted(home, ANNA).hour, home.person(ANNA).hour) == (None, 7)
    assert '<option value="" selected>' in ask.get(f"/p/{home.token(ANNA)}").text.split('id="hour"')[1]


def test_days_without_a_tick_are_any_day(home: Home, ask: Asking) -> None:
    """No tick: any day. Boxes that were not on the form change nothing."""
    save(home, ask, days="sent", **{"day:mon": "yes"})
    save(home, ask, length="full")
    assert wanted(home, ANNA).days == "mon"
    save(home, ask, days="sent")
    assert wanted(home, ANNA).days == ""


def test_faults_come_back_beside_their_fields(home: Home, ask: Asking) -> None:
    """One fault, and nothing is saved; the page has a summary, the fault at its field, and all that was typed."""
    form = {**FULL, "pause": "none", "paused_until": "2020-01-01", "zone": "Europe/Atlantis"}
    answer = ask.post(f"/p/{home.token(ANNA)}", data=form)
    assert answer.status_code == 422
    for field in ("paused_until", "zone"):
        assert f'href="#{field}"' in answer.text
        assert f'id="{field}" name="{field}" aria-describedby="{field}-fault' in answer.text
    for typed in ('value="2020-01-01"', 'value="monthly" selected', 'name="day:thu" value="yes" checked'):
        assert typed in answer.text
    assert wanted(home, ANNA) == home.person(ANNA)


def test_a_sensitive_topic_is_no_matter_of_this_page(home: Home, ask: Asking) -> None:
    """A mail is forwarded: a sensitive topic is neither shown nor changed, whoever follows it."""
    with_two(home)
    with writing(home.app.engine) as db:
        follow(db, home.person(ANNA).id, "topic:hiv", now=NOW)
    assert "hiv" not in ask.get(f"/p/{home.token(ANNA)}").text.lower()
    for scope in ("newsletter", "everything"):
        save(home, ask, scope=scope, **{"topic:hiv": "mute"})
        assert wishes(home, ANNA)["topic:hiv"] == "follow"


def test_newsletters_and_lists_are_left_by_a_tick(home: Home, ask: Asking) -> None:
    """A tick leaves what comes to the person, another brings it back; each is on record and in leaves.log."""
    with_two(home, ANNA)
    page = ask.get(f"/p/{home.token(ANNA)}").text
    assert 'name="leave:calls"' in page
    assert 'name="leave-list:press"' in page
    page = save(home, ask, **{"leave:calls": "yes"})
    assert wishes(home, ANNA)[CALLS] == "opt_out"
    assert 'name="return:calls"' in page
    save(home, ask, **{"return:calls": "yes"})
    assert CALLS not in wishes(home, ANNA)
    page = save(home, ask, **{"leave-list:press": "yes"})
    assert "Funding Calls Daily" not in page
    with reading(home.app.engine) as db:
        known = show(db, ANNA)
    assert {one.list_slug: one.state.value for one in known.subscriptions} == {"members": "active", "press": "left"}
    log = (home.app.home / "leaves.log").read_text(encoding="utf-8")
    assert re.findall(r'"act": "(\w+)"', log) == ["opt_out", "undo", "list"]


def test_nothing_is_joined_with_the_link_of_a_mail(home: Home, ask: Asking) -> None:
    """What a person was not on is not offered, and asking for it changes nothing: joining has its own page."""
    with_two(home)
    assert "Funding Calls" not in ask.get(f"/p/{home.token(ANNA)}").text
    save(home, ask, **{"return:calls": "yes", "leave:calls": "yes", "leave-list:press": "yes"})
    with reading(home.app.engine) as db:
        assert [one.list_slug for one in show(db, ANNA).subscriptions] == ["members"]
    assert CALLS not in wishes(home, ANNA)


def give_choice(home: Home, *chosen: Chosen) -> None:
    home.approve()
    person = home.person(ANNA)
    with writing(home.app.engine) as db:
        values = {"key": issue_key(home.issue.id, person.id), "issue_id": home.issue.id, "subscriber_id": person.id}
        more = {"lane": "x", "state": "accepted", "due_at": NOW, "changed_at": NOW, "choice": pack_choice(chosen, 0)}
        db.execute(deliveries.insert().values(**values, **more))


def test_the_page_says_why_one_got_each_story(home: Home, ask: Asking) -> None:
    """Each story of the mail stands with its reason, as it was stored."""
    with reading(home.app.engine) as db:
        topic = next(one.id for one in topic_store.all_topics(db) if one.slug == "funding")
        post = db.execute(select(posts.c.id).where(posts.c.title.like("Joint call%"))).scalar_one()
    give_choice(home, Chosen(post, Reason.TOPIC, topic))
    page = ask.get(f"/p/{home.token(ANNA)}").text
    assert "Joint call 2027" in page
    assert "Sie folgen Förderung" in page
    assert "Joint call" not in ask.get(f"/p/{home.token(BRUNO)}").text


def test_a_topic_that_became_sensitive_is_no_reason_to_print(home: Home, ask: Asking) -> None:
    """A topic that is sensitive today is not named, though an old choice has it as the reason."""
    with_two(home)
    with reading(home.app.engine) as db:
        topic = next(one.id for one in topic_store.all_topics(db) if one.slug == "hiv")
        post = db.execute(select(posts.c.id).limit(1)).scalar_one()
    give_choice(home, Chosen(post, Reason.TOPIC, topic))
    page = ask.get(f"/p/{home.token(ANNA)}").text
    assert "Für Sie ausgewählt" in page
    assert "HIV" not in page


@pytest.mark.parametrize(("languages", "told"), [("it", True), ("it;de", False), ("", False)])
def test_who_cannot_be_reached_is_told(home: Home, ask: Asking, languages: str, told: bool) -> None:
    """When nothing of 90 days was in a language that somebody reads, the page says so."""
    form = {f"reading:{place}": code for place, code in enumerate(languages.split(";"), 1)}
    assert ('class="note warns"' in save(home, ask, **form)) is told


def test_of_old_posts_nobody_is_reached(home: Home, ask: Asking) -> None:
    """What is older than 90 days does not count."""
    with writing(home.app.engine) as db:
        old = home.app.clock.now() - timedelta(days=91)
        db.execute(update(posts).where(posts.c.language == "de").values(first_seen_at=old))
    assert 'class="note warns"' in save(home, ask, **{"reading:1": "de"})


def test_the_page_says_where_hours_do_not_count(home: Home, ask: Asking) -> None:
    """Without local_time the newsletter goes to all at once: the page says that hour and days do not count."""
    assert "zur selben Zeit" not in ask.get(f"/p/{home.token(ANNA)}").text
    (home.app.home / "late.toml").write_text('[[newsletter]]\nslug = "weekly"\nlocal_time = false\n', encoding="utf-8")
    apply_setup(home.app, home.app.home / "late.toml")
    assert ask.get(f"/p/{home.token(ANNA)}").text.count("zur selben Zeit") == 2


def test_an_unusual_zone_stays_chosen(home: Home, ask: Asking) -> None:
    """Zones of newer names than the list's are among those to choose from, so that saving loses none."""
    for zone in ("Asia/Kolkata", "UTC"):
        save(home, ask, zone=zone)
        assert f'value="{zone}" selected' in ask.get(f"/p/{home.token(ANNA)}").text


def test_the_account_has_a_form_of_its_own(home: Home, ask: Asking) -> None:
    """What needs a fresh link is a button of its own; a preview has none."""
    assert f'action="../p/{home.token(ANNA)}/account"' in ask.get(f"/p/{home.token(ANNA)}").text
    assert "/account" not in ask.get(f"/p/{home.token(ANNA, inert=True)}").text

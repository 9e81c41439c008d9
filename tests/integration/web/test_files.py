"""Pictures, calendar files, and the answer to a watchdog."""

from datetime import UTC, date, datetime, timedelta
from gettext import NullTranslations
from zoneinfo import ZoneInfo

import icalendar
import pytest
from babel import Locale

from newsletter.app.posts import list_posts, move_post
from newsletter.base.ids import PostId, SourceId, StoryId
from newsletter.rendering.strings import Strings
from newsletter.sources.post import CallDetails, EventDetails, Post, PostKind, PostState
from newsletter.web.calendar_file import calendar_file
from tests.conftest import NOW
from tests.fakes.home import Home
from tests.integration.web.asking import Asking

ENGLISH = Strings("en", "ltr", Locale("en"), NullTranslations())
NAME = "0" * 63 + "a"


def event_of(details: EventDetails | None, call: CallDetails | None = None) -> icalendar.Component:
    post = Post(
        id=PostId(7), source_id=SourceId(1), source_name="S", story_id=StoryId(1), kind=PostKind.EVENT,
        state=PostState.CANDIDATE, url="https://www.example.org/e", title="Talk; with, marks\nand lines", byline="",
        excerpt="What it is about.", body="", language="en", topics=(), published_at=None, first_seen_at=NOW,
        visible_from=NOW, alive_until=NOW, picture=None, event=details, call=call, value=0, revision=2,
    )  # fmt: skip
    calendar = icalendar.Calendar.from_ical(calendar_file(post, "https://news.example.org", ENGLISH))
    (event,) = calendar.walk("VEVENT")
    return event


def test_pictures_are_sent_and_kept(home: Home, ask: Asking) -> None:
    """A picture's name is its hash, so it may be kept for ever; mail programs load it from anywhere."""
    for kind, type_ in (("jpg", "image/jpeg"), ("png", "image/png")):
        (home.app.media / f"{NAME}.{kind}").write_bytes(b"picture")
        answer = ask.get(f"/media/{NAME}.{kind}")
        assert (answer.status_code, answer.content) == (200, b"picture")
        assert answer.headers["content-type"] == type_
        assert "immutable" in answer.headers["cache-control"]
        assert "cross-origin-resource-policy" not in answer.headers


@pytest.mark.parametrize(
    "name",
    [
        f"{NAME}.gif",
        f"{NAME}.jpg.png",
        "a.jpg",
        f"{NAME.upper()}.jpg",
        "..%2fkeys.json",
        f"%2e%2e%2f{NAME}.jpg",
        f"{NAME}.jpg%0a",
        f"{NAME}.png",
    ],
)
def test_nothing_else_is_sent(home: Home, ask: Asking, name: str) -> None:
    """Only names that are a hash with .jpg or .png are ever looked for."""
    (home.app.media / f"{NAME}.gif").write_bytes(b"x")
    (home.app.media / "a.jpg").write_bytes(b"x")
    assert ask.get(f"/media/{name}").status_code == 404


def test_an_event_comes_with_its_zone(home: Home, ask: Asking) -> None:
    """The calendar file holds the event at its own hour, with the rules of its zone."""
    (post,) = [one for one in list_posts(home.app) if one.event]
    answer = ask.get(f"/events/{post.id}.ics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/calendar")
    calendar = icalendar.Calendar.from_ical(answer.content)
    (event,) = calendar.walk("VEVENT")
    start = event.decoded("dtstart")
    assert start == datetime(2027, 3, 4, 9, 0, tzinfo=ZoneInfo("Europe/Lisbon"))
    assert [str(zone["tzid"]) for zone in calendar.walk("VTIMEZONE")] == ["Europe/Lisbon"]
    assert "https://www.example.org/live" in str(event["description"])
    assert b"\r\n" in answer.content


def test_only_visible_events_have_a_file(home: Home, ask: Asking) -> None:
    """News, unknown and absurd numbers, and withdrawn events are 404."""
    (post,) = [one for one in list_posts(home.app) if one.event]
    news = next(one for one in list_posts(home.app) if not one.event)
    for number in (news.id, 999_999, 10**30):
        assert ask.get(f"/events/{number}.ics").status_code == 404
    move_post(home.app, post.id, "withdrawn", why="cancelled", by="a test")
    assert ask.get(f"/events/{post.id}.ics").status_code == 404


def test_whole_days_end_on_the_day_after() -> None:
    """RFC 5545, section 3.6.1: DTEND is not part of the event, so a day's event ends on the next."""
    start = datetime(2027, 3, 4, tzinfo=ZoneInfo("Europe/Lisbon"))
    one, two = EventDetails(starts_at=start, all_day=True, zone="Europe/Lisbon"), start + timedelta(days=1)
    assert event_of(one).decoded("dtend") == two.date()
    longer = EventDetails(starts_at=start, ends_at=two, all_day=True, zone="Europe/Lisbon")
    assert event_of(longer).decoded("dtend") == two.date() + timedelta(days=1)


def test_titles_cannot_break_the_file() -> None:
    """Marks and line breaks of a title stay inside its value; an event without a zone is in UTC."""
    event = event_of(EventDetails(starts_at=NOW))
    assert str(event["summary"]) == "Talk; with, marks\nand lines"
    assert event.decoded("dtstart") == NOW.astimezone(UTC)
    assert str(event["uid"]) == "post-7@news.example.org"


def test_registration_and_livestream_are_told() -> None:
    """The last day to register and the livestream stand in the description; the stream is a property too."""
    zone = ZoneInfo("Europe/Lisbon")
    details = EventDetails(
        starts_at=datetime(2027, 3, 4, 9, tzinfo=zone), zone="Europe/Lisbon", livestream_url="https://live.example.org/1",
        register_by=datetime(2027, 2, 28, 23, 59, 59, tzinfo=zone),
    )  # fmt: skip
    event = event_of(details)
    assert str(event["description"]).split("\n\n")[0] == "Register by February 28, 2027"
    assert str(event["conference"]) == "https://live.example.org/1"
    assert "https://live.example.org/1" in str(event["description"])
    assert "dtend" not in event


def test_deadlines_have_entries_of_their_own() -> None:
    """A call's day is a whole day, an hour stays that hour in its zone, and neither keeps anybody busy."""
    zone = ZoneInfo("Europe/Brussels")
    day = event_of(None, CallDetails(deadline=datetime(2027, 1, 28, 23, 59, 59, tzinfo=UTC), all_day=True))
    assert (day.decoded("dtstart"), str(day["transp"])) == (date(2027, 1, 28), "TRANSPARENT")
    hour = event_of(None, CallDetails(deadline=datetime(2027, 1, 28, 17, tzinfo=zone), zone="Europe/Brussels"))
    assert hour.decoded("dtstart") == datetime(2027, 1, 28, 17, tzinfo=zone)
    assert str(hour["description"]).startswith("Deadline: January 28, 2027, 5:00")


def test_lines_are_short() -> None:
    """No line of the file is longer than 75 octets (RFC 5545, section 3.1), and long words come back whole."""
    place = "Große Aula, " + "Straße der Künste " * 12
    event = event_of(EventDetails(starts_at=NOW, place=place))
    assert str(event["location"]) == place
    assert all(len(line) <= 75 for line in event.to_ical().split(b"\r\n"))


def test_health_tells_a_dead_database(home: Home, ask: Asking) -> None:
    """200 while the database answers, 503 when it does not."""
    assert ask.get("/healthz").status_code == 200
    home.app.engine.dispose()
    (home.app.home / "newsletter.db").write_bytes(b"this is no database")
    for name in ("newsletter.db-wal", "newsletter.db-shm"):
        (home.app.home / name).unlink(missing_ok=True)
    assert ask.get("/healthz").status_code == 503

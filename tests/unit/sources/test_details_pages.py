"""Events and calls that pages and calendar files hold for machines."""

import json
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.sources.details.event_of_calendar import event_of_calendar
from newsletter.sources.details.find_details import find_details
from newsletter.sources.details.linked_items import items_of
from newsletter.sources.details.livestream import livestream_of, page_of_player
from newsletter.sources.fetched_post import FetchedPost
from newsletter.sources.post import CallDetails, EventDetails, PostKind
from tests.fakes.own_page import own_page

SEEN = datetime(2026, 11, 2, 10, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
POST = FetchedPost(url="https://www.example.org/events/first", title="First conference in action", published=SEEN)
PLACE = {"@type": "Place", "name": "Town hall", "address": {"@type": "PostalAddress", "addressLocality": "Berlin"}}
EVENT: dict[str, object] = {
    "@context": "https://schema.org", "@type": "BusinessEvent", "name": "First conference in action",
    "startDate": "2026-11-20T09:00:00+01:00", "endDate": "2026-11-21T17:00:00+01:00", "location": PLACE,
}  # fmt: skip
DETAILS = EventDetails(
    starts_at=datetime(2026, 11, 20, 9, tzinfo=BERLIN), ends_at=datetime(2026, 11, 21, 17, tzinfo=BERLIN),
    zone="Europe/Berlin", place="Town hall, Berlin",
)  # fmt: skip
MICRODATA = """<html><body><div itemscope itemtype="https://schema.org/Event">
<h1 itemprop="name">First conference in action</h1>
<time itemprop="startDate" datetime="2026-11-20T09:00:00+01:00">Friday</time>
<meta itemprop="endDate" content="2026-11-21T17:00:00+01:00">
<div itemprop="location" itemscope itemtype="https://schema.org/Place"><b itemprop="name">Town hall</b>
<p itemprop="address" itemscope itemtype="https://schema.org/PostalAddress">
<i itemprop="addressLocality">Berlin</i></p></div></div>"""
RDFA = """<html><body vocab="https://schema.org/"><div typeof="Event">
<h1 property="name">First conference in action</h1>
<time property="startDate" datetime="2026-11-20T09:00:00+01:00">Friday</time>
<meta property="endDate" content="2026-11-21T17:00:00+01:00">
<div property="location" typeof="Place"><b property="name">Town hall</b>
<p property="address" typeof="PostalAddress"><i property="addressLocality">Berlin</i></p></div></div>"""
H_EVENT = """<html><body><div class="h-event big"><h1 class="p-name">First conference in action</h1>
<time class="dt-start" datetime="2026-11-20 09:00:00+01:00">Friday</time>
<time class="dt-end" datetime="2026-11-21 17:00+0100">
Saturday</time><b class="p-location">Town hall, Berlin</b></div>"""


def linked(*items: object) -> str:
    scripts = "".join(f'<script type="application/ld+json">{json.dumps(item)}</script>' for item in items)
    return f"<html><head>{scripts}</head><body><p>Text</p></body></html>"


def found(page: str, post: FetchedPost = POST) -> EventDetails | None:
    return find_details(post, page=own_page(page), seen_at=SEEN).event


@pytest.mark.parametrize(
    "page",
    [
        linked(EVENT),
        linked({"@context": "https://schema.org", "@graph": [{"@type": "WebPage"}, EVENT]}),
        linked([EVENT]),
        linked({"@type": "Article", "about": EVENT}),
        linked({**EVENT, "@type": ["Event", "schema:EducationEvent"]}),
        linked("broken", EVENT),
        MICRODATA,
        RDFA,
        H_EVENT,
    ],
)
def test_each_form_tells_the_same(page: str) -> None:
    """JSON-LD however it is packed, microdata, RDFa Lite and h-event give the same event."""
    event = found(page)
    assert event == DETAILS
    assert event.zone == DETAILS.zone
    assert find_details(POST, page=own_page(page), seen_at=SEEN).kind is PostKind.EVENT


@pytest.mark.parametrize(
    "status", ["https://schema.org/EventCancelled", "EventPostponed", ["http://schema.org/EventCancelled"]]
)
def test_what_is_called_off_is_news(status: object) -> None:
    """A cancelled or postponed event is none, even where the text still invites."""
    post = FetchedPost(title=POST.title, html="<p>The conference takes place on 20 November 2026 in Berlin.</p>")
    off = find_details(post, page=own_page(linked({**EVENT, "eventStatus": status})), seen_at=SEEN)
    assert (off.kind, off.event) == (PostKind.NEWS, None)


def test_other_peoples_events_do_not_count() -> None:
    """An event of another name beside an article is a hint to another page; without an article it is the page's own."""
    other = {**EVENT, "name": "Summer party"}
    assert found(linked(other, {"@type": "NewsArticle", "headline": POST.title})) is None
    assert found(linked(other)) == DETAILS
    assert found(linked(other, {**EVENT, "name": "Winter party", "startDate": "2027-01-01"})) is None
    assert found(linked({**other, "url": f"{POST.url}?utm_source=x"}, {"@type": "NewsArticle"})) == DETAILS


def test_a_series_is_not_guessed() -> None:
    """Of events with one name and several days none is taken."""
    assert found(linked(EVENT, {**EVENT, "startDate": "2026-12-20", "endDate": "2026-12-21"})) is None


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-11-20", None, (20, None)),
        ("2026-11-20", "2026-11-21", (20, 21)),
        ("2026-11-20T00:00:00+01:00", "2026-11-21T23:59:59+01:00", (20, 21)),
        ("2026-11-20T00:00:00+01:00", "2026-11-22T00:00:00+01:00", (20, 21)),
        ("2026-11-20T00:00", "2026-11-21T00:00", (20, 21)),
    ],
)
def test_whole_days(start: str, end: str | None, expected: tuple[int, int | None]) -> None:
    """Days stay days, also where a program wrote them as midnight to midnight."""
    event = found(linked({**EVENT, "startDate": start, "endDate": end}))
    assert event is not None
    assert (event.starts_at.day, event.ends_at and event.ends_at.day, event.all_day) == (*expected, True)
    assert event.starts_at.utcoffset() == timedelta(hours=1)


@pytest.mark.parametrize(
    ("start", "end"),
    [("20 November", None), ("", None), ("2026-11-31", None), ("0001-01-01", None), ("2026-11-20", "2026-11-19")],
)
def test_broken_dates_tell_no_event(start: str, end: str | None) -> None:
    """What cannot be read, is no day, or ends before it starts, is no event."""
    assert found(linked({**EVENT, "startDate": start, "endDate": end})) is None


def test_zones_of_structured_hours() -> None:
    """An hour without a zone takes its city's; without a known place only the day is told; an offset is kept."""
    naive = {**EVENT, "startDate": "2026-11-20T09:00", "endDate": None}
    first = found(linked(naive))
    nowhere = found(linked({**naive, "location": "Our garden"}))
    offset = found(linked({**EVENT, "location": "Our garden", "endDate": None}))
    utc = found(linked({**EVENT, "startDate": "2026-11-20T08:00:00.000Z", "endDate": None}))
    assert first is not None
    assert nowhere is not None
    assert offset is not None
    assert utc is not None
    assert (first.starts_at, first.all_day) == (datetime(2026, 11, 20, 9, tzinfo=BERLIN), False)
    assert (nowhere.starts_at.date().day, nowhere.all_day) == (20, True)
    assert (offset.starts_at, offset.zone) == (datetime(2026, 11, 20, 9, tzinfo=timezone(timedelta(hours=1))), "")
    assert (utc.starts_at, utc.zone) == (datetime(2026, 11, 20, 8, tzinfo=UTC), "Europe/Berlin")


def test_offers_online_and_broadcast() -> None:
    """Tickets end with registration; an online place is "Online"; a broadcast's film is the livestream."""
    event = found(
        linked(
            {
                **EVENT,
                "location": {"@type": "VirtualLocation", "url": POST.url},
                "offers": [{"@type": "Offer", "validThrough": "2026-11-05"}, {"validThrough": "2026-11-10T12:00:00Z"}],
                "subEvent": {
                    "@type": "BroadcastEvent",
                    "video": {"embedUrl": "https://www.youtube.com/embed/abc_DEF-123"},
                },
            }
        )
    )
    assert event is not None
    assert (event.place, event.livestream_url) == ("Online", "https://www.youtube.com/watch?v=abc_DEF-123")
    assert event.register_by == datetime(2026, 11, 10, 23, 59, 59, tzinfo=UTC)


def test_reports_of_past_events_are_news() -> None:
    """A post that was published when its event was over reports of it."""
    assert found(linked({**EVENT, "startDate": "2026-10-01", "endDate": None})) is None


def test_grants() -> None:
    """A grant's deadline and regions make a call."""
    grant = {
        "@context": "https://schema.org", "@type": "MonetaryGrant", "name": "Joint call",
        "applicationDeadline": "2027-01-28T17:00:00+01:00", "eligibleRegion": [{"name": "Germany"}, "FR", "Nowhere"],
    }  # fmt: skip
    post = find_details(POST, page=own_page(linked(grant)), seen_at=SEEN)
    deadline = datetime(2027, 1, 28, 16, tzinfo=UTC)
    assert (post.kind, post.call) == (PostKind.CALL, CallDetails(deadline=deadline, countries=("DE", "FR")))
    day = find_details(POST, page=own_page(linked({**grant, "applicationDeadline": "2027-01-28"})), seen_at=SEEN).call
    assert day is not None
    assert (day.deadline, day.all_day) == (datetime(2027, 1, 28, 23, 59, 59, tzinfo=UTC), True)


@pytest.mark.parametrize(
    ("player", "page"),
    [
        ("https://www.youtube.com/embed/abc_DEF-123?rel=0", "https://www.youtube.com/watch?v=abc_DEF-123"),
        ("https://www.youtube-nocookie.com/embed/abc_DEF-123", "https://www.youtube.com/watch?v=abc_DEF-123"),
        (
            "https://www.youtube.com/embed/live_stream?channel=UC12345678",
            "https://www.youtube.com/channel/UC12345678/live",
        ),
        ("https://www.youtube.com/embed/videoseries?list=x", ""),
        ("https://player.vimeo.com/video/123456", "https://vimeo.com/123456"),
        ("https://vimeo.com/event/123456/embed", "https://vimeo.com/event/123456"),
        ("https://player.twitch.tv/?channel=ours", "https://www.twitch.tv/ours"),
        ("https://www.dailymotion.com/embed/video/x7abcd", "https://www.dailymotion.com/video/x7abcd"),
        ("https://tube.example.org/videos/embed/0b1c2d3e", "https://tube.example.org/w/0b1c2d3e"),
        ("https://maps.example.org/embed?x=1", ""),
        ("https://[broken", ""),
    ],
)
def test_players_have_pages(player: str, page: str) -> None:
    """The page of a player's film is the link; what is no player has none."""
    assert page_of_player(player) == page


def test_livestreams() -> None:
    """One player, or a link that says so, is the livestream; a gallery, menus and plain films are none."""
    player = '<iframe src="https://player.vimeo.com/video/{}"></iframe>'
    held_back = '<iframe data-src="//www.youtube.com/embed/abc_DEF-123"></iframe>'
    base = "https://www.example.org/e"
    assert livestream_of("", player.format(1), base=base) == "https://vimeo.com/1"
    assert livestream_of("", held_back, base=base) == "https://www.youtube.com/watch?v=abc_DEF-123"
    assert livestream_of("", player.format(1) + player.format(2), base=base) == ""
    assert livestream_of("", f"<footer>{player.format(1)}</footer>", base=base) == ""
    for words in (
        "Watch the livestream",
        "Diffusion en direct",
        "Diretta",
        "En directo",
        "Transmissão",
        "Zum Live-Stream",
    ):
        assert (
            livestream_of(f'<a href="/live">{words}</a>', player.format(1), base=base) == "https://www.example.org/live"
        )
    assert livestream_of("", "<video src='x'></video>", base=base) == ""
    assert livestream_of("<video src='x'></video> live stream", "", base=base) == base
    assert livestream_of('<a href="javascript:x">livestream</a>', "", base=base) == ""


def test_a_film_in_the_news_is_no_livestream() -> None:
    """A player in a post without an event makes no event of it."""
    post = FetchedPost(title="Our film", html='<iframe src="https://player.vimeo.com/video/1"></iframe>')
    assert find_details(post, page=own_page(post.html), seen_at=SEEN) == post


CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//x//EN
BEGIN:VEVENT
UID:1
{lines}
END:VEVENT
END:VCALENDAR
"""


def calendar(*lines: str) -> EventDetails | None:
    return event_of_calendar(CALENDAR.format(lines="\n".join(lines)).replace("\n", "\r\n").encode())


def test_calendar_files() -> None:
    """One event of a file is read with its zone, its days and its length."""
    nine = datetime(2026, 11, 20, 9, tzinfo=BERLIN)
    end = nine + timedelta(hours=2)
    expected = EventDetails(starts_at=nine, ends_at=end, zone="Europe/Berlin", place="Town hall, Berlin")
    place = "LOCATION:Town hall\\, Berlin"
    assert calendar("DTSTART;TZID=Europe/Berlin:20261120T090000", "DURATION:PT2H", place) == expected
    windows = 'DTSTART;TZID="W. Europe Standard Time":20261120T090000'
    assert calendar(windows, 'DTEND;TZID="W. Europe Standard Time":20261120T110000', place) == expected
    assert calendar("DTSTART:20261120T080000Z", "DTEND:20261120T100000Z", place) == expected
    days = calendar("DTSTART;VALUE=DATE:20261120", "DTEND;VALUE=DATE:20261122", place)
    assert days is not None
    assert (days.starts_at.day, days.ends_at and days.ends_at.day, days.all_day) == (20, 21, True)


def test_a_files_own_zone() -> None:
    """A zone that only the file knows gives its clock, by the file's VTIMEZONE."""
    zone = (
        "BEGIN:VTIMEZONE\nTZID:Our clock\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0300\n"
        "TZOFFSETTO:+0300\nEND:STANDARD\nEND:VTIMEZONE\nBEGIN:VEVENT\nUID:1"
    )
    file = CALENDAR.format(lines="DTSTART;TZID=Our clock:20261120T090000").replace("BEGIN:VEVENT\nUID:1", zone)
    event = event_of_calendar(file.encode())
    assert event is not None
    assert (event.starts_at, event.zone) == (datetime(2026, 11, 20, 6, tzinfo=UTC), "")


@pytest.mark.parametrize(
    "lines",
    [
        ("DTSTART:20261120T080000Z", "RRULE:FREQ=WEEKLY"),
        ("DTSTART:20261120T080000Z", "STATUS:CANCELLED"),
        ("DTSTART:nonsense",),
        ("SUMMARY:no start",),
        ("DTSTART:20261120T080000Z", "DTEND:20261119T080000Z"),
        ("DTSTART:20261120T080000Z", "END:VEVENT", "BEGIN:VEVENT", "DTSTART:20261121T080000Z"),
    ],
)
def test_calendars_without_one_event(lines: tuple[str, ...]) -> None:
    """A series, a cancelled event, several, and what cannot be read give none."""
    assert calendar(*lines) is None


def test_the_calendar_comes_before_the_text() -> None:
    """The file that a page names is trusted more than the page's words, and less than its structured data."""
    post = FetchedPost(title="Conference", html="<p>It takes place on 1 December 2026 in Berlin.</p>", published=SEEN)
    file = CALENDAR.format(lines="DTSTART;VALUE=DATE:20261202").encode()
    event = find_details(post, page=None, seen_at=SEEN, calendar=file).event
    assert event is not None
    assert event.starts_at.day == 2


@settings(max_examples=60)
@given(st.binary(max_size=200), st.text(max_size=60))
def test_any_calendar_is_read_without_a_fault(content: bytes, text: str) -> None:
    """Whatever a file holds, it raises nothing."""
    event_of_calendar(content)
    event_of_calendar(b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n" + content + b"\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")
    calendar(f"DTSTART{text}", f"DURATION:{text}", f"LOCATION;{text}")


KEYS = sorted({*EVENT, "offers", "subEvent", "video", "url", "@id", "eventStatus", "address", "@graph", "about"})
WORDS = ["Event", "2026-11-20", "2026-11-20T25:00"]
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10) | st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=12,
)


@settings(max_examples=80)
@given(json_values, st.text(max_size=40))
def test_any_structured_data_is_read_without_a_fault(value: object, markup: str) -> None:
    """Whatever stands in the places of structured data, it raises nothing."""
    page = linked(value, {**EVENT, **(value if isinstance(value, dict) else {"location": value})})
    find_details(POST, page=own_page(page), seen_at=SEEN)
    find_details(POST, page=own_page(f"<div itemscope itemtype='https://schema.org/Event' {markup}"), seen_at=SEEN)


def test_deep_pages_cost_little() -> None:
    """Items nested by the thousand have an end."""
    deep = "<div itemscope itemtype='https://schema.org/Event' itemprop='location'>" * 5_000
    assert len(items_of(deep)) <= 200
    assert items_of('<script type="application/ld+json">' + "[" * 100_000 + "</script> schema.org") == []


def test_a_zone_with_an_endless_name_is_no_zone() -> None:
    """A zone's name is looked up as that of a file; one that no file system takes is a file that cannot be read."""
    start = f"DTSTART;TZID=Europe/{'B' * 300}:20271120T140000"
    content = f"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n{start}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    assert event_of_calendar(content.encode()) is None

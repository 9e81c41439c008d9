"""Events and calls told in running text."""

import time as clock
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from babel.dates import format_date
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.sources.details.dates_in_text import days_of, written_days
from newsletter.sources.details.find_details import find_details
from newsletter.sources.details.hours_in_text import hours_after
from newsletter.sources.details.months import LANGUAGES
from newsletter.sources.details.zones import zone_of_place, zone_of_word
from newsletter.sources.fetched_post import FetchedPost
from newsletter.sources.post import CallDetails, EventDetails, PostKind
from tests.unit.sources.details_sentences import CALLS, EVENTS, NEITHER

PUBLISHED = datetime(2026, 11, 2, 10, tzinfo=UTC)
RANGES = {
    "en": [
        "{d}-{e} {M} {y}",
        "{d} and {e} {M} {y}",
        "{d} to {e} {M} {y}",
        "{M} {d}-{e}, {y}",
        "{d} \u2013 {e} {m} {y}",
    ],
    "de": ["{d}. und {e}. {M} {y}", "{d}.-{e}. {M} {y}", "vom {d}. bis {e}. {M} {y}", "{d}.-{e}.{n}.{y}"],
    "fr": ["du {d} au {e} {M} {y}", "les {d} et {e} {M} {y}", "{d}-{e} {M} {y}", "{d}/{n}/{y} - {e}/{n}/{y}"],
    "it": ["dal {d} al {e} {M} {y}", "{d} e {e} {M} {y}", "{d}-{e} {M} {y}", "{d} e {e}/{n}/{y}"],
    "es": ["del {d} al {e} de {M} de {y}", "{d} y {e} de {M} de {y}", "{d}-{e} de {M} de {y}"],
    "pt": ["de {d} a {e} de {M} de {y}", "{d} e {e} de {M} de {y}", "{d}-{e} de {M} de {y}"],
}
LONGER = {
    "en": "{a} to {b}", "de": "vom {a} bis zum {b}", "fr": "du {a} au {b}",
    "it": "dal {a} al {b}", "es": "del {a} al {b}", "pt": "de {a} a {b}",
}  # fmt: skip
PARTS = """
conference|will take place|on|20|-|21|31|November|mars|2026|12/11/2026|,|.|Berlin|in|by|register|deadline:|
call for proposals|<p>|14:00|CET|à
""".replace("\n", "").split("|")


def found(language: str, title: str, text: str, published: datetime | None = PUBLISHED) -> FetchedPost:
    post = FetchedPost(language=language, title=title, html=f"<p>{text}</p>", published=published)
    return find_details(post, page=None, seen_at=PUBLISHED)


def event(text: str, *, title: str = "Conference", published: datetime | None = PUBLISHED) -> EventDetails:
    details = found("en", title, text, published).event
    assert details is not None
    return details


@pytest.mark.parametrize(("language", "title", "text", "first", "last", "place"), EVENTS)
def test_events_are_found(language: str, title: str, text: str, first: str, last: str, place: str) -> None:
    """An event that is announced in plain words has its days and its place."""
    post = found(language, title, text)
    assert post.event is not None
    days = (post.event.starts_at.date(), (post.event.ends_at or post.event.starts_at).date())
    assert (*map(str, days), post.event.place) == (first, last, place)
    assert (post.event.all_day, post.kind, post.call) == (True, PostKind.EVENT, None)


@pytest.mark.parametrize(("language", "title", "text", "deadline", "countries"), CALLS)
def test_calls_are_found(
    language: str, title: str, text: str, deadline: str | None, countries: tuple[str, ...]
) -> None:
    """A call has the end of its deadline's day, and the countries of a list."""
    post = found(language, title, text)
    assert post.call is not None
    expected = datetime.combine(date.fromisoformat(deadline), time(23, 59, 59), tzinfo=UTC) if deadline else None
    assert (post.call.deadline, post.call.countries) == (expected, countries)
    assert (post.call.all_day, post.kind, post.event) == (deadline is not None, PostKind.CALL, None)


@pytest.mark.parametrize(("language", "title", "text"), NEITHER)
def test_history_and_the_like_are_neither(language: str, title: str, text: str) -> None:
    """What was, what is called off, what two dates are told of, and what is no event at all changes nothing."""
    post = FetchedPost(language=language, title=title, html=f"<p>{text}</p>", published=PUBLISHED)
    assert find_details(post, page=None, seen_at=PUBLISHED) == post


def test_a_year_is_never_guessed() -> None:
    """Without a year and without a date of the post there is no event; nor more than ten months ahead, nor against
    the weekday that is told.
    """
    announced = "The workshop will take place on {} in Madrid."
    assert found("en", "Workshop", announced.format("8 December"), None).event is None
    assert found("en", "Workshop", announced.format("Tuesday 8 December"), None).event is None
    assert found("en", "Workshop", announced.format("8 October")).event is None
    assert found("en", "Workshop", announced.format("Friday 8 December")).event is None
    assert found("en", "Workshop", "The workshop on 8 December in Madrid").event is None
    assert found("en", "Workshop", announced.format("8 December 2026"), None).event is not None


def test_an_old_event_needs_its_place() -> None:
    """A post without a date may tell of an event of any year, where it announces one with day and place."""
    details = event("It will take place on 20 and 21 November 2018 in Berlin.", published=None)
    assert (details.starts_at, details.zone) == (
        datetime(2018, 11, 20, tzinfo=ZoneInfo("Europe/Berlin")),
        "Europe/Berlin",
    )
    assert found("en", "Conference", "It will take place on 20 November 2018.", None).event is None


def test_hours_need_a_zone() -> None:
    """An hour counts with a zone that is named, or with a city that has one; else the day is told alone."""
    named = event("It will take place on 20 November 2026, 14:00-16:00 CET, online.")
    brussels = ZoneInfo("Europe/Brussels")
    assert (named.starts_at, named.ends_at) == (
        datetime(2026, 11, 20, 14, tzinfo=brussels),
        datetime(2026, 11, 20, 16, tzinfo=brussels),
    )
    assert (named.zone, named.all_day, named.place) == ("Europe/Brussels", False, "Online")
    city = event("It will take place on 20 November 2026, 2 pm, in Lisbon.")
    assert (city.starts_at, city.ends_at) == (datetime(2026, 11, 20, 14, tzinfo=ZoneInfo("Europe/Lisbon")), None)
    alone = event("It will take place on 20 November 2026, 14:00-16:00.")
    assert (alone.starts_at, alone.all_day) == (datetime(2026, 11, 20, tzinfo=UTC), True)


def test_registration_ends_before_the_event() -> None:
    """The last day to register is read beside the event's own days, and is its end."""
    told = "It will take place on 20 November 2026 in Berlin. {}"
    end = datetime(2026, 11, 5, 23, 59, 59, tzinfo=ZoneInfo("Europe/Berlin"))
    for words in ("Register by 5 November 2026.", "Registration is open until Thursday, 5 November 2026."):
        assert event(told.format(words)).register_by == end
    german = "Sie findet am 20. November 2026 in Berlin statt. Anmeldung bis zum 5. November 2026."
    others = {
        "de": ("Konferenz", german),
        "fr": ("Colloque", "Il aura lieu le 20 novembre 2026 à Berlin. Inscription jusqu'au 5 novembre 2026."),
        "it": ("Convegno", "Si terrà il 20 novembre 2026 a Berlino. Iscrizioni entro il 5 novembre 2026."),
        "es": ("Congreso", "Tendrá lugar el 20-11-2026 en Berlín. Inscripción hasta el 5 de noviembre de 2026."),
        "pt": ("Congresso", "Terá lugar a 20 de novembro de 2026 em Berlim. Inscrição até 5 de novembro de 2026."),
    }  # fmt: skip
    for language, (title, text) in others.items():
        details = found(language, title, text).event
        assert details is not None
        assert (language, details.register_by) == (language, end)


def test_deadlines_have_their_zone() -> None:
    """An hour with its zone makes the deadline that instant; without a zone it is the day."""
    brussels = datetime(2027, 1, 28, 17, tzinfo=ZoneInfo("Europe/Brussels"))
    texts = (
        "Deadline: 28 January 2027, 17:00 CET.",
        "Deadline: 28 January 2027 at 17:00 (Brussels time).",
        "Apply by 17:00 CET on 28 January 2027.",
    )
    for text in texts:
        assert found("en", "Call for proposals", text).call == CallDetails(deadline=brussels, zone="Europe/Brussels")
    alone = found("en", "Call for proposals", "Deadline: 28 January 2027, 17:00.").call
    assert alone is not None
    assert alone.all_day


def test_the_calls_page_is_its_link() -> None:
    """A link whose words name the call's text leads to the call; others do not."""
    text = 'Deadline: 28 January 2027. <a href="/about">About us</a> <a href="/call.pdf">Call text</a>'
    post = FetchedPost(url="https://www.example.org/news/1", title="Call for proposals", html=text, published=PUBLISHED)
    call = find_details(post, page=None, seen_at=PUBLISHED).call
    assert call is not None
    assert call.page_url == "https://www.example.org/call.pdf"


def test_front_matter_is_never_overruled() -> None:
    """Details and kinds that an author wrote stay as they are."""
    text = "<p>The conference takes place on 20-21 November 2026 in Berlin.</p>"
    own = EventDetails(starts_at=PUBLISHED)
    for post in (
        FetchedPost(title="Conference", html=text, event=own, published=PUBLISHED),
        FetchedPost(title="Conference", html=text, call=CallDetails(), published=PUBLISHED),
        FetchedPost(title="Conference", html=text, kind=PostKind.NEWS, published=PUBLISHED),
    ):
        assert find_details(post, page=None, seen_at=PUBLISHED) == post


@settings(max_examples=60)
@given(
    language=st.sampled_from(LANGUAGES),
    first=st.dates(date(1990, 1, 1), date(2100, 11, 28)),
    length=st.integers(1, 5),
    place=st.integers(0, 9),
)
def test_written_ranges_are_read_back(language: str, first: date, length: int, place: int) -> None:
    """A range of days is read as it was written, within a month and across two, in each language."""
    last = first + timedelta(days=length)
    if last.month == first.month:
        names = {"M": format_date(first, "MMMM", locale=language), "m": format_date(first, "MMM", locale=language)}
        patterns = RANGES[language]
        text = patterns[place % len(patterns)].format(d=first.day, e=last.day, n=first.month, y=first.year, **names)
    else:
        text = LONGER[language].format(
            a=format_date(first, "long", locale=language), b=format_date(last, "long", locale=language)
        )
    found = [days_of(one, published=None, is_announced=False) for one in written_days(f"Text {text}, text", language)]
    assert found == [(first, last)], text


@settings(max_examples=40)
@given(
    words=st.lists(st.sampled_from(PARTS) | st.text(max_size=8), max_size=40),
    language=st.sampled_from(["", *LANGUAGES]),
)
def test_any_text_is_read_without_a_fault(words: list[str], language: str) -> None:
    """Arbitrary text raises nothing, and every year and day that is found stands in it."""
    text = " ".join(words)
    post = found(language, text, text)
    moments = [post.event.starts_at, post.event.ends_at] if post.event else []
    for moment in [*moments, post.call.deadline if post.call else None]:
        if moment is not None:
            assert str(moment.day) in text.replace("\x00", "")
    if post.event and post.event.ends_at:
        assert post.event.starts_at <= post.event.ends_at


@pytest.mark.parametrize(
    "part",
    [
        "1 ",
        "20-",
        "20, ",
        "20 November ",
        "register ",
        "deadline ",
        "call for ",
        "9:9 ",
        "Berlin, ",
        "A ",
        "\u2013",
        "a.",
    ],
)
def test_long_texts_cost_little(part: str) -> None:
    """However often a part stands in a text, it is read in the time of a page's fetch."""
    started = clock.perf_counter()
    found("en", "Conference, call for proposals", (part * 40_000)[:40_000] + "20 November 2026")
    assert clock.perf_counter() - started < 2


def test_orders_of_numbers() -> None:
    """The day stands first with dots and in languages that write it so; in English only where one part is above 12."""

    def read(text: str, language: str) -> list[tuple[int, int]]:
        return [one.day for one in written_days(text, language)]

    assert read("3/4/2027", "en") == read("3/4/2027", "") == []
    assert read("3/4/2027", "fr") == read("3.4.2027", "en") == [(4, 3)]
    assert read("20/11/2026", "en") == read("11/20/2026", "en") == read("2026-11-20", "en") == [(11, 20)]
    assert read("1.234.567 and 10.5.1 and 12:11:2026 and 99/99/2026", "de") == []


@pytest.mark.parametrize(
    ("text", "first", "last", "zone"),
    [
        (", 14:00-16:00 CET", time(14), time(16), "Europe/Brussels"),
        (" um 14.00 Uhr MEZ", time(14), None, "Europe/Berlin"),
        (" à 14h30 (heure de Paris)", time(14, 30), None, "Europe/Paris"),
        (" 2 pm (Brussels time)", time(14), None, "Europe/Brussels"),
        (", 2-4 pm BST", time(14), time(16), "Europe/London"),
        (" dalle 10.00 alle 12.30", time(10), time(12, 30), None),
        (" a las 17:00 (hora de Madrid)", time(17), None, "Europe/Madrid"),
        (" às 14h30, hora de Lisboa", time(14, 30), None, "Europe/Lisbon"),
        (", 17:00 UTC+2", time(17), None, ""),
        (", 17:00 Ortszeit", time(17), None, None),
    ],
)
def test_hours(text: str, first: time, last: time | None, zone: str | None) -> None:
    """Hours are read as each language writes them; an offset has no zone's name, and local time no zone."""
    hours = hours_after(text, 0)
    assert hours is not None
    assert (hours.first, hours.last, hours.zone and hours.zone[0]) == (first, last, zone)


def test_numbers_are_no_hours() -> None:
    """A bare number counts something; 25 o'clock is none."""
    assert [hours_after(text, 0) for text in (", 400 experts", " in 2018", " 9 partners", " 25:00", " 13 pm")] == [
        None
    ] * 5


def test_zones_of_places() -> None:
    """A city gives its zone, in any of the languages; two in different zones, or none, give no zone."""
    assert {zone_of_place(place) for place in ("Berlin", "Charité, Berlino", "Colonia, Alemania")} == {"Europe/Berlin"}
    assert [zone_of_place(place) for place in ("Berlin and Lisbon", "Springfield", "auf dem rom-schiff")] == [
        "",
        "",
        "",
    ]
    assert zone_of_word("IST") is None

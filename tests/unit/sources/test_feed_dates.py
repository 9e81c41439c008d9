"""Dates of feeds that no standard knows: read where they can mean one day only, else missing."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.sources.errors import NotUnderstood
from newsletter.sources.reading.feed_dates import order_of, read_date
from newsletter.sources.reading.parse_feed import parse_feed

URL = "https://site.example.org/feed.xml"


def dates_of(*written: str) -> list[datetime | None]:
    items = "".join(f"<item><title>A</title><pubDate>{text}</pubDate></item>" for text in written)
    content = f"<rss version='2.0'><channel>{items}</channel></rss>"
    return [post.published for post in parse_feed(content.encode(), url=URL)]


@pytest.mark.parametrize(
    ("written", "hour", "minute"),
    [
        ("January 2, 2019 3:04 PM", 15, 4),
        ("Jan 2, 2019 12:04 AM", 0, 4),
        ("Jan. 2nd, 2019 12:04 p.m.", 12, 4),
        ("Wed, 02 Jan 2019 3:04 PM", 15, 4),
        ("Wed, 02 Jan 19 15:04:05 GMT", 15, 4),
        ("02-Jan-19 15:04 CET", 14, 4),
        ("Wednesday, January 2, 2019 - 15:04", 15, 4),
        ("02-Jan-2019 15:04", 15, 4),
        ("2019/01/02", 0, 0),
        ("2019/01/02 15:04:05 +0100", 14, 4),
        ("2019.01.02", 0, 0),
        ("2019-01-02 15:04:05 +0100", 14, 4),
        ("2. Januar 2019", 0, 0),
        ("Mittwoch, 2. Januar 2019 um 15:04", 15, 4),
        ("mer., 02 janv. 2019 10:00:00 +0100", 9, 0),
        ("2 de enero de 2019", 0, 0),
        ("2 gennaio 2019", 0, 0),
        ("02.01.2019 15:04", 15, 4),
    ],
)
def test_a_date_that_means_one_day_is_read(written: str, hour: int, minute: int) -> None:
    """Month names in our sources' languages, the year first, AM and PM, years of two digits beside a month's name."""
    (date,) = dates_of(written)
    assert date is not None
    assert (date.replace(second=0)) == datetime(2019, 1, 2, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    ["02/01/2019", "02-01-2019", "01-02-19", "02/01/19", "1546441445", "31/31/2019", "Feb 30, 2019", "2 Foo 2019",
     "1/2/2019 3:04:05 PM", "15:04 AM, 2 Jan 2019", "13/13/2019", "Jan 2, 2019 25:04"],
)  # fmt: skip
def test_a_date_that_could_mean_another_day_is_missing(written: str) -> None:
    """Numbers alone are no date where nothing proves their order; no such date is read as a third day."""
    assert dates_of(written) == [None]


@pytest.mark.parametrize(
    ("proof", "month"), [("25/01/2019", 1), ("01/25/2019", 2), ("01/25/2019 3:04 PM", 2), ("25-01-2019", 1)]
)
def test_one_date_over_twelve_settles_a_feed(proof: str, month: int) -> None:
    """A part over 12 anywhere in the feed tells which part is the day in all its dates."""
    read = dates_of("02/01/2019", proof, "02/01/2019 10:00")
    day = 3 - month
    assert read[0] == datetime(2019, month, day, tzinfo=UTC)
    assert read[2] == datetime(2019, month, day, 10, tzinfo=UTC)
    assert read[1] is not None
    assert (read[1].month, read[1].day) == (1, 25)


def test_dates_that_contradict_each_other_settle_nothing() -> None:
    """A feed that writes both orders is believed only where a date proves its own."""
    assert dates_of("02/01/2019", "25/01/2019", "01/25/2019") == [
        None, datetime(2019, 1, 25, tzinfo=UTC), datetime(2019, 1, 25, tzinfo=UTC),
    ]  # fmt: skip


@given(st.dates(min_value=datetime(1980, 1, 1, tzinfo=UTC).date(), max_value=datetime(2100, 1, 1, tzinfo=UTC).date()))
def test_an_order_that_is_known_reads_every_day(day: object) -> None:
    """Written in either order and read in the same, a day is itself."""
    for order, form in (("day", "{0:%d/%m/%Y}"), ("month", "{0:%m/%d/%Y}")):
        read = read_date(form.format(day), "day" if order == "day" else "month")
        assert read is not None
        assert read.date() == day


@given(st.text(max_size=120) | st.text(alphabet="0123456789/-.: APMpmJanTZ+,", max_size=60))
def test_any_text_is_survived(text: str) -> None:
    """Whatever a feed writes for a date, there is one or none."""
    order = order_of([text])
    date = read_date(text, order)
    assert date is None or date.tzinfo is UTC


@pytest.mark.parametrize(
    "content",
    [
        b"<rss><channel><title>Broken<item>",
        b"<rss version='2.0'><channel><title>Broken</title><item>",
        b"<rss version='2.0'><channel><title>Broken</title>",
        b"<feed xmlns='http://www.w3.org/2005/Atom'><title>Broken</title><entry>",
        b"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'><channel>",
        "<?xml version='1.0' encoding='utf-16'?><rss version='2.0'><channel><title>Broken".encode("utf-16"),
    ],
)
def test_a_feed_that_breaks_off_before_its_first_item_is_no_empty_feed(content: bytes) -> None:
    """Nothing was read of it, so it is said; of what had its items before the break, these are kept."""
    with pytest.raises(NotUnderstood, match="breaks off"):
        parse_feed(content, url=URL)


@pytest.mark.parametrize(
    "content",
    [
        b"<rss version='2.0'><channel><title>New</title></channel></rss>",
        b"<rss version='2.0'><channel/></rss >\n<!-- 3 ms -->",
        b"<rss version='2.0'/>",
        b"<feed xmlns='http://www.w3.org/2005/Atom'><title>New</title></feed>",
        b"<a:feed xmlns:a='http://www.w3.org/2005/Atom'><a:title>New</a:title></a:feed>",
        "<?xml version='1.0' encoding='utf-16'?><rss version='2.0'><channel></channel></rss>".encode("utf-16"),
    ],
)
def test_a_new_blogs_feed_is_an_empty_feed(content: bytes) -> None:
    """A feed that is whole may hold nothing yet."""
    assert parse_feed(content, url=URL) == []


@pytest.mark.parametrize("date", ["2019", "2019-05"])
def test_a_year_or_a_month_is_no_day(date: str) -> None:
    """A date is never made up: what names no day leaves its post undated."""
    told = f"<rss version='2.0'><channel><item><title>A</title><pubDate>{date}</pubDate></item></channel></rss>"
    (post,) = parse_feed(told.encode(), url=URL)
    assert post.published is None

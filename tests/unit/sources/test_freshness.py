"""How long an answer is good, and how long a server asks for patience."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.sources.fetching.freshness import LONGEST, fresh_for, retry_after

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
SENT, IN_AN_HOUR = "Mon, 23 Nov 2026 07:00:00 GMT", "Mon, 23 Nov 2026 08:00:00 GMT"
HOUR, NOTHING = timedelta(hours=1), timedelta()


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({"cache-control": "public"}, None),
        ({"cache-control": "max-age=3600"}, HOUR),
        ({"cache-control": 'Public, MAX-AGE="3600"'}, HOUR),
        ({"cache-control": "max-age=3600, max-age=60"}, timedelta(minutes=1)),
        ({"cache-control": "max-age=3600", "age": "600"}, timedelta(minutes=50)),
        ({"cache-control": "max-age=60", "age": "600"}, NOTHING),
        ({"cache-control": "s-maxage=3600"}, None),
        ({"cache-control": "max-age=60, s-maxage=3600"}, timedelta(minutes=1)),
        ({"cache-control": "no-cache, max-age=3600"}, NOTHING),
        ({"cache-control": "max-age=3600, no-store"}, NOTHING),
        ({"cache-control": "max-age=soon"}, NOTHING),
        ({"cache-control": "max-age=-5"}, NOTHING),
        ({"cache-control": "max-age=31536000"}, LONGEST),
        ({"cache-control": "max-age=" + "9" * 30}, LONGEST),
        ({"expires": IN_AN_HOUR}, HOUR),
        ({"expires": IN_AN_HOUR, "date": "Mon, 23 Nov 2026 07:30:00 GMT"}, HOUR / 2),
        ({"expires": SENT}, NOTHING),
        ({"expires": "0"}, NOTHING),
        ({"expires": "Thu, 01 Jan 1970 00:00:00 GMT"}, NOTHING),
        ({"expires": IN_AN_HOUR, "cache-control": "max-age=60"}, timedelta(minutes=1)),
        ({"expires": IN_AN_HOUR, "cache-control": "no-cache"}, NOTHING),
        ({"expires": "Fri, 01 Jan 2100 00:00:00 GMT"}, LONGEST),
    ],
)
def test_freshness_is_what_the_server_said(headers: dict[str, str], expected: timedelta | None) -> None:
    """RFC 9111: max-age less Age before Expires less Date; no-cache and no-store mean now; a day at most."""
    assert fresh_for(headers, now=NOW) == expected


@pytest.mark.parametrize(
    ("text", "sent", "expected"),
    [
        ("", "", None),
        ("120", "", timedelta(minutes=2)),
        (" 120 ", "", timedelta(minutes=2)),
        ("0", "", None),
        ("-1", "", None),
        ("1.5", "", None),
        ("soon", "", None),
        (IN_AN_HOUR, "", HOUR),
        (IN_AN_HOUR, "Mon, 23 Nov 2026 07:45:00 GMT", timedelta(minutes=15)),
        (SENT, "", None),
        ("Fri, 01 Jan 2100 00:00:00 GMT", "", LONGEST),
        ("9" * 400, "", LONGEST),
        ("٣", "", None),
    ],
)
def test_patience_is_asked_for_in_seconds_or_by_a_date(text: str, sent: str, expected: timedelta | None) -> None:
    """RFC 9110, 10.2.3: both forms count, a date from the server's own clock; what is neither says nothing."""
    assert retry_after(text, now=NOW, sent=sent) == expected


@given(
    st.fixed_dictionaries(
        {},
        optional={name: st.text(max_size=60) for name in ("cache-control", "expires", "date", "age")},
    ),
    st.text(max_size=60),
)
def test_whatever_a_server_writes_keeps_us_away_for_a_day_at_most(headers: dict[str, str], text: str) -> None:
    """No header makes an error, a negative time, or more than a day."""
    for span in (fresh_for(headers, now=NOW), retry_after(text, now=NOW, sent=headers.get("date", ""))):
        assert span is None or NOTHING <= span <= LONGEST


@given(st.integers(0, 10**7), st.integers(0, 10**7))
def test_max_age_counts_from_when_the_answer_was_made(seconds: int, age: int) -> None:
    """What an answer has aged on its way is not ours to use."""
    expected = timedelta(seconds=min(max(seconds - age, 0), 86_400))
    assert fresh_for({"cache-control": f"max-age={seconds}", "age": str(age)}, now=NOW) == expected

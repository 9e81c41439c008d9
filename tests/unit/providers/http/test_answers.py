"""What headers of an answer tell of the time to wait."""

from datetime import timedelta

import pytest

from newsletter.providers.http.answers import read_reset_at, read_seconds, refusal, rest_when_used_up
from newsletter.providers.http.dialect import Reply
from newsletter.providers.provider import OurFault, Outcome, Scope, Temporary, Uncertain

DATE = "Mon, 23 Nov 2026 07:00:00 GMT"  # second 1795417200 of the epoch


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("1795417203", timedelta(seconds=3)),
        ("1795417203500", timedelta(seconds=3.5)),
        ("1795417000", timedelta(0)),
        ("1995417203", timedelta(days=1)),
        ("99999999999999", None),
        ("999999999999", None),
        ("", None),
        ("soon", None),
        ("-3", None),
        ("²", None),
    ],
)
def test_a_reset_counts_from_the_answers_own_clock(value: str, wait: timedelta | None) -> None:
    """Seconds or milliseconds of the epoch, against Date: clocks differ. Never negative, never over a day."""
    assert read_reset_at({"x-reset": value, "date": DATE}, "x-reset") == wait
    assert read_reset_at({"x-reset": value}, "x-reset") is None


@pytest.mark.parametrize(
    ("value", "wait"),
    [("7", timedelta(seconds=7)), ("999999", timedelta(days=1)), ("", None), ("1.5", None), ("²", None)],
)
def test_seconds(value: str, wait: timedelta | None) -> None:
    """A header of seconds is read as such, and cut at a day."""
    assert read_seconds({"x-reset": value}, "x-reset") == wait


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        *((status, Temporary) for status in (408, 429, 503)),
        *((status, Uncertain) for status in (200, 202, 500, 502, 504, 520, 524)),
        *((status, OurFault) for status in (301, 400, 401, 403, 404, 413, 420, 422)),
    ],
)
def test_a_refused_call_means(status: int, kind: type[Outcome]) -> None:
    """Nothing was taken only where the status says so; what may have been taken behind a gateway is in doubt."""
    assert isinstance(refusal("A", Reply(status, {}, b"")), kind)


def test_what_the_documents_promise_to_be_unsent_is_asked_again() -> None:
    """A status that an API explains so is no doubt there."""
    outcome = refusal("A", Reply(500, {}, b""), unsent=frozenset({500}))
    assert isinstance(outcome, Temporary)
    assert outcome.scope is Scope.PROVIDER


def test_retry_after_comes_before_an_apis_own_header() -> None:
    """The standard header wins; without it the API's own is taken."""
    own = timedelta(seconds=9)
    with_both = refusal("A", Reply(429, {"retry-after": "7"}, b""), wait=own)
    with_own = refusal("A", Reply(429, {}, b""), wait=own)
    assert isinstance(with_both, Temporary)
    assert isinstance(with_own, Temporary)
    assert (with_both.retry_after, with_own.retry_after) == (timedelta(seconds=7), own)


def test_only_a_window_that_is_used_up_asks_for_a_rest() -> None:
    """One call left is one call that may go at once."""
    rest = timedelta(seconds=3)
    assert rest_when_used_up({"left": "0"}, "left", rest) == rest
    assert rest_when_used_up({"left": "1"}, "left", rest) is None
    assert rest_when_used_up({}, "left", rest) is None

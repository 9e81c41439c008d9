"""The log: one JSON object a line with named fields, and never an address, a secret or a local variable."""

import io
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.base.log import configure_log, get_log, mask_addresses


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """Leave structlog as other tests expect it."""
    yield
    structlog.reset_defaults()


def _refuse(address: str) -> None:
    raise RuntimeError(f"no such user: {address}")


def _login(password: str) -> None:
    raise ValueError("broken")


def _lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_one_json_object_with_named_fields() -> None:
    """An event has its name, level, room, an aware UTC timestamp and its own fields, with their types."""
    stream = io.StringIO()
    configure_log(json=True, stream=stream)
    get_log("outbox").info("delivery.accepted", delivery=12, provider="relay", words="ok\nreally")
    (line,) = _lines(stream)
    at = datetime.fromisoformat(line.pop("timestamp"))
    assert at.utcoffset() == timedelta()
    assert line == {
        "event": "delivery.accepted",
        "level": "info",
        "room": "outbox",
        "delivery": 12,
        "provider": "relay",
        "words": "ok\nreally",
    }


def test_a_log_taken_before_the_set_up_obeys_it() -> None:
    """A room may take its log when it is imported: nothing then goes to stdout, which is the command's result."""
    log = get_log("sources")
    stream = io.StringIO()
    configure_log(json=True, stream=stream)
    log.warning("source.failed")
    assert [line["event"] for line in _lines(stream)] == ["source.failed"]


def test_events_under_the_level_are_left_out() -> None:
    """The level of the settings is the least that is written."""
    stream = io.StringIO()
    configure_log(json=True, level="warning", stream=stream)
    get_log("x").info("quiet")
    get_log("x").warning("loud")
    assert [line["event"] for line in _lines(stream)] == ["loud"]


@pytest.mark.parametrize("as_json", [True, False])
def test_no_address_is_written(as_json: bool) -> None:
    """An address is masked wherever it stands: a field, a nested one, a server's answer, an error, an object."""
    stream = io.StringIO()
    configure_log(json=as_json, stream=stream)
    try:
        _refuse("anna.author@example.org")
    except RuntimeError as error:
        get_log("x").error(
            "refused by anna.author@example.org",
            to="anna.author@example.org",
            answers=["550 <anna.author@example.org> unknown"],
            more={"deep": ("mailto:anna.author@example.org",)},
            cause=error,
            exc_info=True,
        )
    assert "anna.author" not in stream.getvalue()
    assert "an***@example.org" in stream.getvalue()


@pytest.mark.parametrize("as_json", [True, False])
def test_a_traceback_has_no_local_variables(as_json: bool) -> None:
    """The frames of an error are named without their variables: those hold readers and secrets."""
    stream = io.StringIO()
    configure_log(json=as_json, stream=stream)
    words = ["correct", "horse", "battery"]
    try:
        _login("-".join(words))
    except ValueError:
        get_log("x").exception("failed")
    assert "broken" in stream.getvalue()
    assert "_login" in stream.getvalue()
    assert "correct-horse-battery" not in stream.getvalue()


@given(st.emails())
@settings(max_examples=60)
def test_a_masked_address_has_at_most_two_letters_of_its_person(address: str) -> None:
    """Whatever a local part looks like, no more than its first two characters are left."""
    local, _, domain = address.rpartition("@")
    assert mask_addresses(f"<{address}>") == f"<{local[:2]}***@{domain}>"


def test_words_without_an_address_stay_as_they_are() -> None:
    """Masking touches addresses only: prose, mentions and blanks around an at sign stay."""
    for text in ("5 @ 3", "@newsroom said", "a@ b", "", "https://example.org/x?y=1"):
        assert mask_addresses(text) == text

"""What Postmark's answers mean."""

import json
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.providers.http.answers import read_retry_after
from newsletter.providers.http.dialect import Reply
from newsletter.providers.http.postmark_answers import read_batch
from newsletter.providers.provider import Accepted, OurFault, Outcome, Refused, Scope, Temporary, Uncertain


@pytest.mark.parametrize(
    ("code", "message", "kind"),
    [
        (0, "OK", Accepted),
        (406, "You tried to send to a recipient that has been marked as inactive.", Refused),
        (300, "Invalid 'To' address: 'reader@'.", Refused),
        (300, "Error parsing 'To': Illegal email domain 'x' in address 'from@x'.", Refused),
        (300, "Zero recipients specified", Refused),
        (300, "Invalid 'From' address: 'news@'.", OurFault),
        (300, "Error parsing 'ReplyTo': Illegal email domain", OurFault),
        (300, "Invalid metadata content.", OurFault),
        (10, "Bad or missing API token.", OurFault),
        (400, "The Sender Signature was not found.", OurFault),
        (401, "Sender signature not confirmed.", OurFault),
        (405, "Not allowed to send.", OurFault),
        (412, "Your account is pending approval.", OurFault),
        (413, "Account may not send.", OurFault),
        (1235, "The message stream does not exist.", OurFault),
        (100, "Maintenance.", Temporary),
        (429, "Rate limit exceeded.", Temporary),
    ],
)
def test_what_an_items_code_means(code: int, message: str, kind: type[Outcome]) -> None:
    """Each item has its own outcome; who is to blame is told by the code, and for 300 by the words."""
    content = json.dumps([{"ErrorCode": code, "Message": message, "MessageID": "pm-1"}]).encode()
    answer = read_batch(Reply(200, {}, content), 1)
    assert isinstance(answer.outcomes[0], kind)
    assert (answer.verdict is not None) == (kind is Temporary)
    if kind is Accepted:
        assert answer.outcomes == [Accepted("pm-1")]


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, {"ErrorCode": 10, "Message": "token"}, OurFault),
        (404, None, OurFault),
        (413, None, OurFault),
        (422, {"ErrorCode": 410, "Message": "too many"}, OurFault),
        (422, {"ErrorCode": 100, "Message": "maintenance"}, Temporary),
        (301, None, OurFault),
        (429, None, Temporary),
        (500, None, Temporary),
        (503, None, Temporary),
        (502, None, Uncertain),
        (504, None, Uncertain),
        (202, None, Uncertain),
    ],
)
def test_what_a_refused_call_means(status: int, body: object, kind: type[Outcome]) -> None:
    """What is said to the call is said to each of its messages, and nothing more goes that way now."""
    answer = read_batch(Reply(status, {}, json.dumps(body).encode()), 3)
    assert len(answer.outcomes) == 3
    assert {type(outcome) for outcome in answer.outcomes} == {kind}
    assert answer.verdict is not None
    assert kind is OurFault or (isinstance(answer.verdict, Temporary) and answer.verdict.scope is Scope.PROVIDER)


ANYTHING = st.recursive(
    st.none() | st.integers(0, 2) | st.sampled_from(["", "ErrorCode"]),
    lambda some: (
        st.lists(some, max_size=3) | st.dictionaries(st.sampled_from(["ErrorCode", "MessageID", "Message"]), some)
    ),
    max_leaves=8,
)


@settings(max_examples=80)
@given(ANYTHING)
def test_an_answer_that_cannot_be_read_is_in_doubt(answered: object) -> None:
    """200 means it was taken; only an item that says 0 is Accepted, and every message has an outcome."""
    outcomes = read_batch(Reply(200, {}, json.dumps(answered).encode()), 2).outcomes
    assert len(outcomes) == 2
    if not isinstance(answered, list) or len(answered) != 2:
        assert {type(outcome) for outcome in outcomes} == {Uncertain}
        return
    for item, outcome in zip(answered, outcomes, strict=True):
        says_zero = isinstance(item, dict) and type(item.get("ErrorCode")) is int and item["ErrorCode"] == 0
        assert isinstance(outcome, Accepted) == says_zero


@pytest.mark.parametrize("content", [b"", b"[{", b"\xff", b"<html>"])
def test_no_json_is_in_doubt(content: bytes) -> None:
    """Half an answer tells nothing."""
    assert isinstance(read_batch(Reply(200, {}, content), 1).outcomes[0], Uncertain)


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("", None),
        ("30", timedelta(seconds=30)),
        ("999999999", timedelta(days=1)),
        ("Mon, 23 Nov 2026 07:02:00 GMT", timedelta(minutes=2)),
        ("Mon, 23 Nov 2026 06:00:00 GMT", timedelta(0)),
        ("soon", None),
        ("-5", None),
        ("²", None),
    ],
)
def test_retry_after(value: str, wait: timedelta | None) -> None:
    """Seconds or a date (RFC 9110, section 10.2.3), a date counted from the server's own."""
    assert read_retry_after({"retry-after": value, "date": "Mon, 23 Nov 2026 07:00:00 GMT"}) == wait

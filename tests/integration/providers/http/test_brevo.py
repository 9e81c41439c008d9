"""Brevo: what is posted, what its answers mean, and what its keys are good for."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from newsletter.providers.http.dialect import Reply
from newsletter.providers.provider import Accepted, OurFault, Outcome, Refused, Temporary, Uncertain
from tests.fakes.hand_over import HandOver, make_outgoing
from tests.fakes.http.apis import BY_SCHEME
from tests.fakes.http.brevo import BrevoApi

API = BY_SCHEME["brevo"]
DIALECT = API.provider("http://127.0.0.1:9").dialect


@pytest.fixture
def fake() -> Iterator[BrevoApi]:
    with BrevoApi() as server:
        yield server


def carry(fake: BrevoApi, *numbers: int) -> HandOver:
    hand_over = HandOver()
    messages = [make_outgoing(number) for number in numbers]
    API.provider(fake.address).carry(hand_over.pull(messages), hand_over.intend, hand_over.report)
    return hand_over


def test_a_message_is_posted_whole(fake: BrevoApi) -> None:
    """Header names are in title case, and the key is the delivery's."""
    carry(fake, 0)
    told = fake.requests[0].json()
    key = told["headers"].pop("idempotencyKey")
    assert told == {
        "sender": {"email": "news@example.org", "name": "Newsroom"},
        "to": [{"email": "reader0@example.org"}],
        "replyTo": {"email": "newsroom@example.org"},
        "subject": "Number 0, grüße",
        "htmlContent": "<p>0 é</p>",
        "textContent": "0 é\n",
        "headers": {
            "Message-Id": "<0@example.org>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "X-Mailin-Custom": "issue:12:0",
        },
    }
    assert len(key) == 36


def test_the_same_delivery_has_the_same_key_and_no_other_has(fake: BrevoApi) -> None:
    """In any process, and whatever the reader is called there."""
    keys = [json.loads(DIALECT.write(make_outgoing(number)))["headers"]["idempotencyKey"] for number in (0, 0, 1)]
    assert keys[0] == keys[1] != keys[2]


def test_a_long_name_is_cut() -> None:
    """Brevo takes names of 70 characters; a longer one of a newsletter does not stop it."""
    one = make_outgoing(0)
    assert one.parts
    long = replace(one, parts=replace(one.parts, sender=f"{'N' * 90} <news@example.org>"))
    assert json.loads(DIALECT.write(long))["sender"] == {"email": "news@example.org", "name": "N" * 70}


def test_a_key_that_is_known_stays_in_doubt(fake: BrevoApi) -> None:
    """A delivery that is sent again is not doubled, and its acceptance is not made up."""
    fake.cut_next_after_acceptance()
    assert isinstance(carry(fake, 0).of(0), Uncertain)
    assert isinstance(carry(fake, 0).of(0), Uncertain)
    assert len(fake.arrived) == 1
    assert isinstance(carry(fake, 1).of(1), Accepted)


@pytest.mark.parametrize(
    ("status", "code", "message", "outcome", "ends"),
    [
        (400, "invalid_parameter", "email is not valid in to", Refused, False),
        (400, "INVALID_PARAMETER", "email is not valid in to", Refused, False),
        (400, "invalid_parameter", "replyTo is not valid", OurFault, False),
        (400, "missing_parameter", "subject is missing", OurFault, False),
        (400, "not_enough_credits", "no credits", OurFault, True),
        (402, "not_enough_credits", "no credits", OurFault, True),
        (403, "permission_denied", "SMTP account is not activated", OurFault, True),
        (429, "too_many_requests", "wait", Temporary, True),
        (500, "", "", Uncertain, True),
        (201, "", "without an id", Uncertain, True),
    ],
)
def test_what_an_answer_means(status: int, code: str, message: str, outcome: type[Outcome], ends: bool) -> None:
    """Code and words tell whose fault it is."""
    answer = DIALECT.read(Reply(status, {}, json.dumps({"code": code, "message": message}).encode()), 1)
    assert [type(one) for one in answer.outcomes] == [outcome]
    assert (answer.verdict is not None) == ends


def test_the_last_call_of_a_window_makes_the_next_wait() -> None:
    """An acceptance that says 0 remaining tells how long to rest."""
    headers = {"x-sib-ratelimit-remaining": "0", "x-sib-ratelimit-reset": "3"}
    assert DIALECT.read(Reply(201, headers, b'{"messageId": "1"}'), 1).rest == timedelta(seconds=3)


def test_check_tells_the_plan(fake: BrevoApi) -> None:
    """What is left of the plan is told."""
    assert "payAsYouGo: 4000 credits" in API.provider(fake.address).check()

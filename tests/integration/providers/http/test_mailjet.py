"""Mailjet: what is posted, and what its answers mean, item by item."""

import json
from collections import Counter
from collections.abc import Iterator

import pytest

from newsletter.providers.http.dialect import Reply
from newsletter.providers.provider import Accepted, OurFault, Outcome, Refused, Scope, Temporary, Uncertain
from tests.fakes.hand_over import HandOver, make_outgoing
from tests.fakes.http.apis import BY_SCHEME
from tests.fakes.http.mailjet import MailjetApi, fault

API = BY_SCHEME["mailjet"]
DIALECT = API.provider("http://127.0.0.1:9").dialect
SENT = {"Status": "success", "To": [{"MessageID": 7}]}


@pytest.fixture
def fake() -> Iterator[MailjetApi]:
    with MailjetApi() as server:
        yield server


def carry(fake: MailjetApi, count: int) -> HandOver:
    hand_over = HandOver()
    messages = [make_outgoing(number) for number in range(count)]
    API.provider(fake.address).carry(hand_over.pull(messages), hand_over.intend, hand_over.report)
    return hand_over


def test_a_message_is_posted_whole(fake: MailjetApi) -> None:
    """Without the headers that it refuses, tracked by nobody, found again by its key."""
    carry(fake, 1)
    assert fake.requests[0].json() == {
        "Messages": [
            {
                "From": {"Email": "news@example.org", "Name": "Newsroom"},
                "To": [{"Email": "reader0@example.org"}],
                "ReplyTo": {"Email": "newsroom@example.org"},
                "Subject": "Number 0, grüße",
                "TextPart": "0 é\n",
                "HTMLPart": "<p>0 é</p>",
                "Headers": {"List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
                "CustomID": "issue:12:0",
                "TrackOpens": "disabled",
                "TrackClicks": "disabled",
            }
        ]
    }


def test_a_batch_that_fails_in_part_is_read_item_by_item(fake: MailjetApi) -> None:
    """4xx for the batch says nothing of the others, which were sent."""
    fake.refuse_recipient("reader2@example.org").fault("reader4@example.org")
    hand_over = carry(fake, 6)
    assert isinstance(hand_over.of(2), Refused)
    assert isinstance(hand_over.of(4), OurFault)
    assert Counter(type(one) for one in hand_over.outcomes.values())[Accepted] == 4
    assert len(fake.arrived) == 4


@pytest.mark.parametrize(
    ("item", "outcome"),
    [
        (SENT, Accepted),
        (fault("mj-0013", 400, "invalid", "To[0].Email"), Refused),
        (fault("mj-0004", 400, "type mismatch", "ToNothing"), OurFault),
        (fault("send-0008", 403, "sender", "From"), OurFault),
        (fault("x", 429, "slow down", "To"), Temporary),
        (fault("x", 500, "internal", "To"), Uncertain),
        ({"Status": "error", "Errors": []}, Uncertain),
        ({"Status": "?"}, Uncertain),
    ],
)
def test_what_an_item_means(item: object, outcome: type[Outcome]) -> None:
    """Each item has its own outcome, whatever the status of the call."""
    for status in (200, 400):
        answer = DIALECT.read(Reply(status, {}, json.dumps({"Messages": [SENT, item]}).encode()), 2)
        assert [type(one) for one in answer.outcomes] == [Accepted, outcome]
        assert (answer.verdict is not None) == (outcome is Temporary)


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (200, {"Messages": [SENT]}, Uncertain),
        (200, {}, Uncertain),
        (400, {"Messages": [SENT]}, Uncertain),
        (500, {"Messages": [SENT, SENT]}, Uncertain),
        (400, {"ErrorMessage": "Malformed JSON"}, OurFault),
        (401, {"ErrorMessage": "key"}, OurFault),
        (429, {}, Temporary),
    ],
)
def test_what_an_answer_to_two_means(status: int, body: object, outcome: type[Outcome]) -> None:
    """What is said to the call is said to both; half an answer leaves both in doubt."""
    answer = DIALECT.read(Reply(status, {}, json.dumps(body).encode()), 2)
    assert [type(one) for one in answer.outcomes] == [outcome, outcome]
    assert answer.verdict is not None
    assert outcome is OurFault or (isinstance(answer.verdict, Temporary) and answer.verdict.scope is Scope.PROVIDER)


def test_check_tells_the_senders(fake: MailjetApi) -> None:
    """The senders that may be used are told."""
    assert "news@example.org" in API.provider(fake.address).check()

"""Resend: what is posted, what its answers mean, and what its keys are good for."""

import json
from collections.abc import Iterator

import pytest

from newsletter.providers.http.dialect import Item, Reply
from newsletter.providers.provider import Accepted, OurFault, Outcome, Refused, Temporary, Uncertain
from tests.fakes.hand_over import HandOver, make_outgoing
from tests.fakes.http.apis import BY_SCHEME
from tests.fakes.http.resend import ResendApi

API = BY_SCHEME["resend"]
DIALECT = API.provider("http://127.0.0.1:9").dialect


@pytest.fixture
def fake() -> Iterator[ResendApi]:
    with ResendApi() as server:
        yield server


def carry(fake: ResendApi, count: int) -> HandOver:
    hand_over = HandOver()
    messages = [make_outgoing(number) for number in range(count)]
    API.provider(fake.address, read=0.5).carry(hand_over.pull(messages), hand_over.intend, hand_over.report)
    assert set(hand_over.outcomes) == set(hand_over.pulled)
    return hand_over


def test_a_message_is_posted_whole(fake: ResendApi) -> None:
    """Each item is a full message, found again by its tag."""
    carry(fake, 1)
    assert fake.requests[0].json() == [
        {
            "from": "Newsroom <news@example.org>",
            "to": ["reader0@example.org"],
            "reply_to": "newsroom@example.org",
            "subject": "Number 0, grüße",
            "html": "<p>0 é</p>",
            "text": "0 é\n",
            "headers": {"Message-ID": "<0@example.org>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
            "tags": [{"name": "delivery", "value": "issue_12_0"}],
        }
    ]


def test_the_same_call_has_the_same_key_and_no_other_has() -> None:
    """A repeat is known by its key; a call with one octet changed is another call."""
    one, same, other = (
        DIALECT.call([Item("k", content)]).headers["Idempotency-Key"] for content in (b"{1}", b"{1}", b"{2}")
    )
    assert one == same != other


@pytest.mark.parametrize("trouble", ["cut_next_after_acceptance", "cut_next_before_acceptance", "garble_next"])
def test_a_doubt_is_settled_by_the_same_key(fake: ResendApi, trouble: str) -> None:
    """What was taken without an answer is found accepted, what was not is sent, and nothing twice; also by halves."""
    fake.refuse_recipient("reader3@example.org")
    getattr(fake, trouble)()
    hand_over = carry(fake, 6)
    assert isinstance(hand_over.of(3), Refused)
    assert sum(isinstance(outcome, Accepted) for outcome in hand_over.outcomes.values()) == 5
    assert len(fake.arrived) == len({one.key for one in fake.arrived}) == 5
    assert len({request.headers["idempotency-key"] for request in fake.requests[:2]}) == 1


def test_a_doubt_that_no_repeat_settles_stays(fake: ResendApi) -> None:
    """When the same call gets no answer again and again, nothing is guessed."""
    for _ in range(3):
        fake.cut_next_after_acceptance()
    assert {type(outcome) for outcome in carry(fake, 2).outcomes.values()} == {Uncertain}
    assert len(fake.arrived) == 2


def test_a_second_call_that_fails_says_nothing_of_the_first(fake: ResendApi) -> None:
    """A key that is refused on the repeat leaves the doubt: the first call may have been taken."""
    fake.cut_next_after_acceptance()
    for _ in range(2):
        fake.answer_next(403, {"name": "invalid_api_key", "message": "API key is invalid."})
    assert {type(outcome) for outcome in carry(fake, 2).outcomes.values()} == {Uncertain}


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (429, {"name": "rate_limit_exceeded"}, Temporary),
        (429, {"name": "daily_quota_exceeded"}, OurFault),
        (429, {"name": "monthly_quota_exceeded"}, OurFault),
        (409, {"name": "concurrent_idempotent_requests"}, Uncertain),
        (409, {"name": "invalid_idempotent_request"}, Uncertain),
        (422, {"name": "validation_error"}, OurFault),
        (403, {"name": "validation_error", "message": "verify a domain"}, OurFault),
        (500, {"name": "application_error"}, Uncertain),
        (200, {"data": [{"id": "1"}]}, Uncertain),
        (200, {"data": [{"id": "1"}, {"id": "2"}, {"id": "3"}]}, Uncertain),
        (200, {"data": [{"id": "1"}], "errors": [{"index": 7, "message": "to"}]}, Uncertain),
        (200, {"data": [{"id": "1"}], "errors": [{"index": None, "message": "to"}]}, Uncertain),
        (200, None, Uncertain),
    ],
)
def test_what_an_answer_to_two_means(status: int, body: object, outcome: type[Outcome]) -> None:
    """What is said to the call is said to both, and an answer that does not fit leaves both in doubt."""
    answer = DIALECT.read(Reply(status, {}, json.dumps(body).encode()), 2)
    assert [type(one) for one in answer.outcomes] == [outcome, outcome]
    assert answer.verdict is not None


def test_errors_are_read_by_index() -> None:
    """The ids are those of the good ones, in their order."""
    body = {"data": [{"id": "a"}, {"id": "c"}], "errors": [{"index": 1, "message": "Invalid `from` field."}]}
    outcomes = DIALECT.read(Reply(200, {}, json.dumps(body).encode()), 3).outcomes
    assert outcomes == [Accepted("a"), OurFault("Invalid `from` field."), Accepted("c")]


def test_a_key_that_may_only_send_is_right(fake: ResendApi) -> None:
    """The least a key may do is enough; one that sees more tells the verified domains."""
    assert "example.org" in API.provider(fake.address).check()
    fake.is_restricted = True
    assert "lets this key send" in API.provider(fake.address).check()

"""SparkPost: what is posted, and what its answers mean."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from newsletter.providers.errors import ProviderError
from newsletter.providers.http.dialect import Reply
from newsletter.providers.provider import OurFault, Outcome, Refused, Temporary, Uncertain
from tests.fakes.hand_over import HandOver, make_outgoing
from tests.fakes.http.apis import BY_SCHEME
from tests.fakes.http.sparkpost import SparkPostApi

API = BY_SCHEME["sparkpost"]
DIALECT = API.provider("http://127.0.0.1:9").dialect


@pytest.fixture
def fake() -> Iterator[SparkPostApi]:
    with SparkPostApi() as server:
        yield server


def test_a_message_is_posted_raw(fake: SparkPostApi) -> None:
    """The bytes are those that were composed: nothing tracked, nothing filled in, List-Unsubscribe left to us."""
    hand_over, message = HandOver(), make_outgoing(0)
    API.provider(fake.address).carry(hand_over.pull([message]), hand_over.intend, hand_over.report)
    assert fake.requests[0].json() == {
        "options": {
            "open_tracking": False,
            "click_tracking": False,
            "transactional": True,
            "perform_substitutions": False,
        },
        "recipients": [{"address": {"email": "reader0@example.org"}, "metadata": {"key": "issue:12:0"}}],
        "content": {"email_rfc822": message.mime.decode()},
    }


def _results(accepted: int, rejected: int) -> dict[str, object]:
    counts = {"total_accepted_recipients": accepted, "total_rejected_recipients": rejected}
    return {"results": {"id": "1", **counts}}


@pytest.mark.parametrize(
    ("status", "body", "outcome", "ends"),
    [
        (200, _results(0, 1), Refused, False),
        (200, _results(0, 0), Uncertain, True),
        (200, {"results": {}}, Uncertain, True),
        (400, {"errors": [{"code": "5002"}]}, Refused, False),
        (400, {"errors": [{"code": "5002"}, {"code": "7001"}]}, OurFault, False),
        (422, {"errors": [{"code": "1400"}]}, OurFault, False),
        (400, {}, OurFault, False),
        (413, {}, OurFault, False),
        (420, {"errors": [{"message": "Exceed Sending Limit (daily)", "code": "2102"}]}, OurFault, True),
        (403, {}, OurFault, True),
        (500, {}, Uncertain, True),
    ],
)
def test_what_an_answer_means(status: int, body: object, outcome: type[Outcome], ends: bool) -> None:
    """The code of the error tells whose fault it is; the quota is nobody's but ours."""
    answer = DIALECT.read(Reply(status, {}, json.dumps(body).encode()), 1)
    assert [type(one) for one in answer.outcomes] == [outcome]
    assert (answer.verdict is not None) == ends


def test_too_many_calls_wait_a_while() -> None:
    """Without Retry-After it is the five seconds that are advised."""
    (outcome,) = DIALECT.read(Reply(429, {}, b""), 1).outcomes
    assert isinstance(outcome, Temporary)
    assert outcome.retry_after == timedelta(seconds=5)


def test_check_tells_an_account_that_cannot_send(fake: SparkPostApi) -> None:
    """A suspended account is told; a key that may not look is enough to send."""
    fake.status = "suspended"
    with pytest.raises(ProviderError, match="suspended"):
        API.provider(fake.address).check()
    fake.account_is_hidden = True
    assert "may not see the account" in API.provider(fake.address).check()

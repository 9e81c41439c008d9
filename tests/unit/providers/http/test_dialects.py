"""What every dialect keeps to, whatever comes back."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.providers.http.dialect import Dialect, Reply
from newsletter.providers.provider import Accepted, OurFault, Temporary
from tests.fakes.hand_over import make_outgoing
from tests.fakes.http.apis import APIS, Api
from tests.fakes.http.server import SECRET

NAMES = st.sampled_from(
    [
        "Messages",
        "Status",
        "Errors",
        "data",
        "errors",
        "results",
        "id",
        "index",
        "message",
        "ErrorCode",
        "To",
        "code",
        "name",
        "field",
        "StatusCode",
        "ErrorRelatedTo",
        "MessageID",
        "messageId",
        "MessageId",
        "__type",
        "total_accepted_recipients",
    ]
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 2) | st.sampled_from(["", "success", "error", "to", "7"]),
    lambda some: st.lists(some, max_size=3) | st.dictionaries(NAMES, some, max_size=4),
    max_leaves=6,
)
ANSWERS = ANYTHING | st.dictionaries(NAMES, ANYTHING, max_size=6) | st.lists(ANYTHING, max_size=3)
STATUSES = st.sampled_from([200, 201, 202, 204, 301, 400, 401, 403, 404, 409, 413, 420, 422, 429, 500, 502, 503, 504])
HEADERS = st.dictionaries(
    st.sampled_from(["retry-after", "date", "x-ratelimit-reset", "ratelimit-reset", "x-sib-ratelimit-reset"]),
    st.sampled_from(["", "0", "7", "-1", "1795417203", "1795417203000", "99999999999", "soon", "²"]),
)


@pytest.fixture(params=APIS, ids=lambda one: one.scheme)
def api(request: pytest.FixtureRequest) -> Api:
    found = request.param
    assert isinstance(found, Api)
    return found


@pytest.fixture
def dialect(api: Api) -> Dialect:
    return api.provider("http://127.0.0.1:9").dialect


@settings(max_examples=600)
@given(STATUSES, HEADERS, ANSWERS, st.integers(1, 3))
def test_any_answer_gives_each_message_an_outcome(
    status: int, headers: dict[str, str], answered: object, count: int
) -> None:
    """Whatever is answered, nothing breaks, nothing is left out, and a call that was refused accepts nothing."""
    for api in APIS:
        dialect = api.provider("http://127.0.0.1:9").dialect
        asked = min(count, dialect.limits.messages)
        answer = dialect.read(Reply(status, headers, json.dumps(answered).encode()), asked)
        assert len(answer.outcomes) == asked
        if status in {401, 500, 502, 503, 504}:
            # Mailjet alone says by item what a status says of the whole; it has none of these that sends.
            assert api.scheme == "mailjet" or not any(isinstance(one, Accepted) for one in answer.outcomes)
            assert api.scheme == "mailjet" or answer.verdict is not None


@pytest.mark.parametrize("content", [b"", b"[{", b"\xff", b"<html>", b"[" * 20_000])
def test_no_json_is_no_acceptance_of_what_needs_an_id(dialect: Dialect, content: bytes) -> None:
    """Half an answer tells nothing, and breaks nothing."""
    for status in (200, 201, 400, 500):
        outcomes = dialect.read(Reply(status, {}, content), 1).outcomes
        assert not any(isinstance(outcome, Accepted) for outcome in outcomes)


def test_a_written_message_is_the_same_again(dialect: Dialect) -> None:
    """The same delivery makes the same bytes: what is repeated must be known as the same."""
    assert dialect.write(make_outgoing(3)) == dialect.write(make_outgoing(3))


def test_the_key_is_in_no_message(dialect: Dialect) -> None:
    """The account's secret goes in the headers of a request, never into a mail."""
    assert SECRET.encode() not in dialect.write(make_outgoing(3))


def test_the_apis_own_address_is_https(api: Api, dialect: Dialect) -> None:
    """The key leaves this machine in TLS only."""
    assert dialect.own_url().startswith("https://")
    assert not dialect.own_url().endswith("/")


def test_a_wait_is_never_longer_than_a_day(dialect: Dialect) -> None:
    """A header that asks for more is cut: somebody should look before."""
    (outcome,) = dialect.read(Reply(429, {"retry-after": "999999999"}, b""), 1).outcomes
    assert isinstance(outcome, Temporary | OurFault)
    if isinstance(outcome, Temporary) and outcome.retry_after is not None:
        assert outcome.retry_after.total_seconds() <= 86_400

"""Mailgun: what is posted, what its answers mean, what its domain tells."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.providers.errors import ProviderError
from newsletter.providers.http.dialect import Item, Reply
from newsletter.providers.provider import OurFault, Outcome, Refused, Uncertain
from tests.fakes.hand_over import HandOver, make_outgoing
from tests.fakes.http.apis import BY_SCHEME
from tests.fakes.http.mailgun import MailgunApi, read_form
from tests.fakes.http.server import Request

API = BY_SCHEME["mailgun"]
DIALECT = API.provider("http://127.0.0.1:9").dialect


@pytest.fixture
def fake() -> Iterator[MailgunApi]:
    with MailgunApi() as server:
        yield server


def test_a_message_is_posted_raw(fake: MailgunApi) -> None:
    """The bytes are those that were composed, tracked by nobody, found again by their key."""
    hand_over, message = HandOver(), make_outgoing(0)
    API.provider(fake.address).carry(hand_over.pull([message]), hand_over.intend, hand_over.report)
    assert read_form(fake.requests[0]) == {
        "to": b"reader0@example.org",
        "o:tracking": b"no",
        "v:key": b"issue:12:0",
        "message": message.mime,
    }


@settings(max_examples=60)
@given(st.binary(max_size=200))
def test_any_message_comes_out_of_the_form_as_it_went_in(mime: bytes) -> None:
    """No content looks like the form's own boundary, and none is changed."""
    call = DIALECT.call([Item("k", DIALECT.write(replace(make_outgoing(0), mime=mime)))])
    headers = {name.lower(): value for name, value in call.headers.items()}
    assert read_form(Request("POST", call.path, headers, call.content))["message"] == mime


@pytest.mark.parametrize(
    ("status", "message", "outcome", "ends"),
    [
        (400, "'to' parameter is not a valid address. please check documentation", Refused, False),
        (400, "to parameter is missing", Refused, False),
        (400, "'from' parameter is not a valid address.", OurFault, False),
        (400, "Today is not allowed", OurFault, False),
        (413, "too large", OurFault, False),
        (401, "Forbidden", OurFault, True),
        (402, "Request failed", OurFault, True),
        (404, "Domain not found", OurFault, True),
        (500, "Internal", Uncertain, True),
        (200, "Queued, but without an id", Uncertain, True),
    ],
)
def test_what_an_answer_means(status: int, message: str, outcome: type[Outcome], ends: bool) -> None:
    """The parameter that is named tells whose fault it is."""
    answer = DIALECT.read(Reply(status, {}, b'{"message": "%s"}' % message.encode()), 1)
    assert [type(one) for one in answer.outcomes] == [outcome]
    assert (answer.verdict is not None) == ends


def test_check_tells_a_domain_that_cannot_send(fake: MailgunApi) -> None:
    """A domain whose records are not there yet is told."""
    fake.state = "unverified"
    with pytest.raises(ProviderError, match="unverified"):
        API.provider(fake.address).check()


def test_check_tells_who_writes_the_way_out(fake: MailgunApi) -> None:
    """Unsubscribe links of Mailgun's own are told: who leaves by them would not be known here."""
    fake.writes_unsubscribe = True
    with pytest.raises(ProviderError, match="unsubscribe tracking"):
        API.provider(fake.address).check()

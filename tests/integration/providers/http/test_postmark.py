"""Postmark: what is posted, what its own codes mean, and what its settings may say."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from newsletter.base.errors import InvalidSettings
from newsletter.base.settings import ProviderSettings
from newsletter.providers.errors import ProviderError
from newsletter.providers.http.carry import HttpProvider
from newsletter.providers.provider import Accepted, OurFault, Outcome, Refused, Temporary
from newsletter.providers.registry import make_provider
from tests.fakes.hand_over import HandOver, make_outgoing
from tests.fakes.http.apis import BY_SCHEME
from tests.fakes.http.postmark import INACTIVE, PostmarkApi
from tests.fakes.http.server import SECRET

API = BY_SCHEME["postmark"]
MAKE_SECRET = SecretStr(SECRET)


@pytest.fixture
def fake() -> Iterator[PostmarkApi]:
    with PostmarkApi() as server:
        yield server


def carry(fake: PostmarkApi, count: int) -> HandOver:
    hand_over = HandOver()
    messages = [make_outgoing(number) for number in range(count)]
    API.provider(fake.address).carry(hand_over.pull(messages), hand_over.intend, hand_over.report)
    assert set(hand_over.outcomes) == set(hand_over.pulled)
    return hand_over


def test_a_message_is_posted_whole(fake: PostmarkApi) -> None:
    """Each item is a full message in the broadcast stream, tracked by nobody, found again by its key."""
    carry(fake, 1)
    (message,) = fake.requests[0].json()
    assert message == {
        "From": "Newsroom <news@example.org>",
        "To": "reader0@example.org",
        "ReplyTo": "newsroom@example.org",
        "Subject": "Number 0, grüße",
        "HtmlBody": "<p>0 é</p>",
        "TextBody": "0 é\n",
        "Headers": [
            {"Name": "Message-ID", "Value": "<0@example.org>"},
            {"Name": "List-Unsubscribe-Post", "Value": "List-Unsubscribe=One-Click"},
            {"Name": "X-PM-KeepID", "Value": "true"},
        ],
        "MessageStream": "broadcast",
        "TrackOpens": False,
        "TrackLinks": "None",
        "Metadata": {"key": "issue:12:0"},
    }


def test_who_is_to_blame_is_told_item_by_item(fake: PostmarkApi) -> None:
    """200 says nothing about any of them; 300 is told by its words."""
    fake.say_of_recipient("reader2@example.org", 406, INACTIVE)
    fake.say_of_recipient("reader3@example.org", 300, "Invalid 'From' address: 'x'.")
    hand_over = carry(fake, 6)
    assert isinstance(hand_over.of(2), Refused)
    assert isinstance(hand_over.of(3), OurFault)
    assert [type(hand_over.of(number)) for number in (0, 1, 4, 5)] == [Accepted] * 4


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (500, {}, Temporary),  # its documents say that the message was lost
        (422, {"ErrorCode": 405, "Message": "Not allowed to send"}, OurFault),
        (422, {"ErrorCode": 100, "Message": "Maintenance"}, Temporary),
    ],
)
def test_a_refused_call(fake: PostmarkApi, status: int, body: object, outcome: type[Outcome]) -> None:
    """What is said to the call is said to each of its messages."""
    fake.answer_next(status, body)
    assert {type(one) for one in carry(fake, 3).outcomes.values()} == {outcome}


def test_check(fake: PostmarkApi) -> None:
    """The look asks for the server of the token and for its stream."""
    assert "'Newsroom'" in API.provider(fake.address).check()


def test_check_says_who_writes_the_way_out(fake: PostmarkApi) -> None:
    """A stream whose List-Unsubscribe is Postmark's own is told: who leaves by it would not be known here."""
    fake.handling = "Postmark"
    with pytest.raises(ProviderError, match="List-Unsubscribe"):
        API.provider(fake.address).check()


def test_check_knows_a_stream_that_is_not_there(fake: PostmarkApi) -> None:
    """A stream that was never made is told with the option that names it."""
    made = make(f"postmark://127.0.0.1:{fake.port}?stream=news")
    with pytest.raises(ProviderError, match="stream=NAME"):
        made.check()


def make(url: str, secret: SecretStr | None = MAKE_SECRET) -> HttpProvider:
    settings = ProviderSettings.model_construct(name="pm", url=url)  # unchecked: the provider must look for itself
    made = make_provider(settings, home=Path(), secret=secret)
    assert isinstance(made, HttpProvider)
    return made


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("postmark:", "https://api.postmarkapp.com"),
        ("postmark:?stream=news&batch=500", "https://api.postmarkapp.com"),
        ("postmark://127.0.0.1:8025", "http://127.0.0.1:8025"),
        ("postmark://[::1]:8025", "http://[::1]:8025"),
        ("postmark://proxy.example.org:8025", "https://proxy.example.org:8025"),
        ("postmark://127.0.0.1.example.org", "https://127.0.0.1.example.org"),
    ],
)
def test_http_only_to_this_machine(url: str, base: str) -> None:
    """The token leaves this machine in TLS only."""
    assert make(url).dialect.base_url == base


@pytest.mark.parametrize(
    "url",
    ["postmark:?batch=501", "postmark:?batch=0", "postmark:?streem=x", "postmark:?stream=", "postmark://u@h"],
)
def test_faults_of_the_url(url: str) -> None:
    """What cannot be used is told before anything starts."""
    with pytest.raises(InvalidSettings, match="url: "):
        make(url)


def test_a_token_is_needed() -> None:
    """Without it the fault says where to put it."""
    with pytest.raises(InvalidSettings, match="secret_file"):
        make("postmark:", None)


def test_what_was_posted_is_json_in_utf8() -> None:
    """Letters outside ASCII are not escaped: six octets each would count against the limits."""
    written = make("postmark:").dialect.write(make_outgoing(1))
    assert b"\\u" not in written
    assert json.loads(written)["TextBody"] == "1 é\n"

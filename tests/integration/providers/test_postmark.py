"""Postmark over HTTP: what is posted, and what troubles mean."""

import itertools
import json
import socket
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from newsletter.base.errors import InvalidSettings
from newsletter.base.settings import ProviderSettings
from newsletter.providers.errors import ProviderError
from newsletter.providers.postmark import Item, PostmarkProvider, cut_by_size
from newsletter.providers.provider import Accepted, OurFault, Outcome, Outgoing, Refused, Scope, Temporary, Uncertain
from tests.fakes.hand_over import HandOver, make_outgoing
from tests.fakes.postmark_server import INACTIVE, TOKEN, PostmarkServer

MAKE_SECRET = SecretStr(TOKEN)


@pytest.fixture
def server() -> Iterator[PostmarkServer]:
    with PostmarkServer() as server:
        yield server


def provider_for(
    server: PostmarkServer, *, batch: int = 100, token: str = TOKEN, read: float = 5.0
) -> PostmarkProvider:
    timeout = httpx.Timeout(connect=2, write=5, read=read, pool=2)
    url = f"http://127.0.0.1:{server.port}"
    return PostmarkProvider("postmark", url, SecretStr(token), batch=batch, timeout=timeout)


def carry(provider: PostmarkProvider, messages: list[Outgoing]) -> HandOver:
    hand_over = HandOver()
    provider.carry(hand_over.pull(messages), hand_over.intend, hand_over.report)
    assert set(hand_over.outcomes) == set(hand_over.pulled)
    return hand_over


def some(count: int) -> list[Outgoing]:
    return [make_outgoing(number) for number in range(count)]


def kinds(hand_over: HandOver) -> Counter[type[Outcome]]:
    return Counter(type(outcome) for outcome in hand_over.outcomes.values())


def test_a_message_is_posted_whole(server: PostmarkServer) -> None:
    """Each item is a full message in the broadcast stream, tracked by nobody, found again by its key."""
    carry(provider_for(server), some(1))
    (message,) = server.messages
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


def test_a_refused_recipient_is_that_item_alone(server: PostmarkServer) -> None:
    """Outcomes are item by item; 200 says nothing about any of them."""
    server.refuse_recipient("reader2@example.org", 406, INACTIVE)
    server.refuse_recipient("reader3@example.org", 300, "Invalid 'From' address: 'x'.")
    hand_over = carry(provider_for(server), some(6))
    assert isinstance(hand_over.of(2), Refused)
    assert isinstance(hand_over.of(3), OurFault)
    assert kinds(hand_over)[Accepted] == 4


def test_calls_keep_to_the_limits(server: PostmarkServer) -> None:
    """No call has more messages than allowed, or more octets."""
    carry(provider_for(server, batch=7), some(40))
    assert max(server.calls) <= 7
    assert sum(server.calls) == 40


@settings(max_examples=60)
@given(st.lists(st.integers(1, 30)), st.integers(40, 90))
def test_calls_are_cut_by_size(sizes: list[int], most: int) -> None:
    """Messages that are too big together go in several calls, none over the limit, none lost, none needlessly cut."""
    items = [Item(str(number), b"x" * size) for number, size in enumerate(sizes)]
    calls = list(cut_by_size(items, most))
    assert [item for call in calls for item in call] == items
    lengths = [len(b"[" + b",".join(item.content for item in call) + b"]") for call in calls]
    assert all(length <= most for length in lengths)
    for call, after in itertools.pairwise(calls):
        assert len(b"[" + b",".join(item.content for item in [*call, after[0]]) + b"]") > most


def test_a_message_too_big_for_any_call_is_refused_unsent(server: PostmarkServer) -> None:
    """Postmark takes 10 MB a message; what is over is known before it is posted."""
    parts = make_outgoing(0).parts
    assert parts
    huge = replace(make_outgoing(9), parts=replace(parts, html="é" * 5_000_001))
    hand_over = carry(provider_for(server), [huge, *some(2)])
    assert kinds(hand_over) == {Accepted: 2, Refused: 1}


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (503, {}, Temporary),
        (500, {}, Temporary),
        (429, {}, Temporary),
        (422, {"ErrorCode": 405, "Message": "Not allowed to send"}, OurFault),
        (504, {}, Uncertain),
    ],
)
def test_a_refused_call_ends_the_carry(
    server: PostmarkServer, status: int, body: object, outcome: type[Outcome]
) -> None:
    """Nothing more is posted or pulled, and what was pulled is reported."""
    server.answer_next(status, body, headers={"Retry-After": "7"})
    hand_over = HandOver()
    more_than_enough = (make_outgoing(number) for number in range(3000))
    provider_for(server, batch=5).carry(hand_over.pull(more_than_enough), hand_over.intend, hand_over.report)
    assert set(hand_over.outcomes) == set(hand_over.pulled)
    assert len(hand_over.pulled) <= 11
    assert server.messages == []
    first = hand_over.of(0)
    assert isinstance(first, outcome)
    if isinstance(first, Temporary):
        assert (first.retry_after, first.scope) == (timedelta(seconds=7), Scope.PROVIDER)
    if outcome is Uncertain:
        assert all(not isinstance(hand_over.outcomes[key], Uncertain) for key in hand_over.pulled[5:])


def test_a_wrong_token_is_our_fault(server: PostmarkServer) -> None:
    """401 stops everything, and the token is in no words."""
    hand_over = carry(provider_for(server, token="wrong-token"), some(3))
    (outcome,) = set(hand_over.outcomes.values())
    assert isinstance(outcome, OurFault)
    assert "wrong-token" not in outcome.reason


@pytest.mark.parametrize(
    "trouble", ["cut_next_before_acceptance", "cut_next_after_acceptance", "garble_next", "be_silent_next"]
)
def test_no_answer_leaves_the_batch_in_doubt(server: PostmarkServer, trouble: str) -> None:
    """Once posted, a batch without a readable answer is Uncertain, accepted or not; it is not posted again."""
    getattr(server, trouble)()
    hand_over = carry(provider_for(server, read=0.3), some(1))
    assert isinstance(hand_over.of(0), Uncertain)
    assert len(server.messages) == (0 if trouble == "cut_next_before_acceptance" else 1)


def test_nobody_there_is_temporary() -> None:
    """What could not be connected was not sent."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        (outcome,) = set(carry(PostmarkProvider("postmark", url, MAKE_SECRET), some(3)).outcomes.values())
    assert isinstance(outcome, Temporary)
    assert outcome.scope is Scope.PROVIDER


def test_the_environment_decides_nothing(server: PostmarkServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy in the environment gets neither token nor addresses."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert kinds(carry(provider_for(server), some(2))) == {Accepted: 2}


def test_check(server: PostmarkServer) -> None:
    """The look asks for the server of the token; a wrong one is told with what to do."""
    assert "'Newsroom'" in provider_for(server).check()
    with pytest.raises(ProviderError, match="check secret_file"):
        provider_for(server, token="wrong").check()


def make(url: str, secret: SecretStr | None = MAKE_SECRET) -> PostmarkProvider:
    settings = ProviderSettings.model_construct(name="pm", url=url)  # unchecked: the provider must look for itself
    return PostmarkProvider.from_settings(settings, Path(), secret)


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
    assert make(url)._base_url == base


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


def test_what_was_posted_is_json_in_utf8(server: PostmarkServer) -> None:
    """Letters outside ASCII are not escaped: six octets each would count against the limits."""
    assert b"\\u" not in provider_for(server)._write(make_outgoing(1))
    assert json.loads(provider_for(server)._write(make_outgoing(1)))["TextBody"] == "1 é\n"

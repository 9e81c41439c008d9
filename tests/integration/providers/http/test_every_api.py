"""What every HTTP API is held to, whatever its dialect: troubles, limits, and who is to blame."""

import socket
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from newsletter.providers.errors import ProviderError
from newsletter.providers.provider import Accepted, OurFault, Outcome, Outgoing, Refused, Scope, Temporary, Uncertain
from tests.fakes.hand_over import HandOver, make_outgoing
from tests.fakes.http.apis import APIS, Api
from tests.fakes.http.server import SECRET, MailApi


@pytest.fixture(params=APIS, ids=lambda one: one.scheme)
def api(request: pytest.FixtureRequest) -> Api:
    found = request.param
    assert isinstance(found, Api)
    return found


@pytest.fixture
def fake(api: Api) -> Iterator[MailApi]:
    with api.fake() as server:
        yield server


def carry(
    api: Api,
    fake: MailApi,
    messages: list[Outgoing],
    *,
    batch: int | None = None,
    read: float = 5.0,
    secret: str = SECRET,
) -> HandOver:
    """Carry messages, one call after the other."""
    hand_over = HandOver()
    provider = api.provider(fake.address, calls=1, batch=batch, read=read, secret=secret)
    provider.carry(hand_over.pull(messages), hand_over.intend, hand_over.report)
    assert set(hand_over.outcomes) == set(hand_over.pulled)
    return hand_over


def some(count: int) -> list[Outgoing]:
    return [make_outgoing(number) for number in range(count)]


def kinds(hand_over: HandOver) -> Counter[type[Outcome]]:
    return Counter(type(outcome) for outcome in hand_over.outcomes.values())


def test_an_acceptance_has_the_apis_own_id(api: Api, fake: MailApi) -> None:
    """What can be asked for at the provider is kept with the delivery, and differs from mail to mail."""
    outcomes = carry(api, fake, some(3)).outcomes.values()
    ids = [outcome.provider_id for outcome in outcomes if isinstance(outcome, Accepted)]
    assert len(set(ids)) == 3
    assert all(ids)


def test_a_refused_recipient_is_that_item_alone(api: Api, fake: MailApi) -> None:
    """Who is refused is told item by item; the others are sent."""
    fake.refuse_recipient("reader2@example.org")
    hand_over = carry(api, fake, some(6))
    assert isinstance(hand_over.of(2), Refused)
    assert kinds(hand_over) == {Accepted: 5, Refused: 1}
    assert len(fake.arrived) == 5


def test_a_sender_that_is_not_allowed_blames_no_recipient(api: Api, fake: MailApi) -> None:
    """What is ours to mend is OurFault, and none of it was sent."""
    fake.fault("reader0@example.org")
    hand_over = carry(api, fake, some(1))
    assert kinds(hand_over) == {OurFault: 1}
    assert fake.arrived == []


def test_calls_keep_to_the_limits(api: Api, fake: MailApi) -> None:
    """No call has more messages than asked for, and all arrive."""
    carry(api, fake, some(40), batch=min(7, api.dialect.limits.messages))
    assert max(fake.calls) <= 7
    assert sum(fake.calls) == 40
    assert len(fake.arrived) == 40


def test_a_full_call_is_taken(api: Api, fake: MailApi) -> None:
    """As many messages as the API allows go in one call."""
    most = api.dialect.limits.messages
    hand_over = carry(api, fake, some(most), batch=most)
    assert kinds(hand_over) == {Accepted: most}


def test_a_message_too_big_for_any_call_is_refused_unsent(api: Api, fake: MailApi) -> None:
    """What is over the API's limit is known before it is posted."""
    first = make_outgoing(99)
    assert first.parts
    most = api.dialect.limits.octets_of_one
    huge = replace(first, mime=first.mime + b"x" * most, parts=replace(first.parts, html="é" * (most // 2 + 1)))
    hand_over = carry(api, fake, [huge, *some(2)])
    assert kinds(hand_over) == {Accepted: 2, Refused: 1}
    assert len(fake.arrived) == 2


def test_letters_that_the_api_cannot_carry_are_refused_unsent(api: Api, fake: MailApi) -> None:
    """An address that needs SMTPUTF8 is posted only where it is understood."""
    one = make_outgoing(0, recipient="jürgen@example.org")
    hand_over = carry(api, fake, [one, make_outgoing(1)])
    assert isinstance(hand_over.of(0), Accepted if api.dialect.takes_utf8_addresses else Refused)
    assert isinstance(hand_over.of(1), Accepted)


@pytest.mark.parametrize(("status", "kind"), [(503, Temporary), (504, Uncertain), (502, Uncertain), (301, OurFault)])
def test_a_refused_call_ends_the_carry(api: Api, fake: MailApi, status: int, kind: type[Outcome]) -> None:
    """Nothing more is posted or pulled, and what was pulled is reported; only the batch that was posted is in doubt."""
    for _ in range(3):  # as often as it is asked
        fake.answer_next(status, {}, {"Retry-After": "7"})
    hand_over = HandOver()
    more_than_enough = (make_outgoing(number) for number in range(3000))
    provider = api.provider(fake.address, batch=min(5, api.dialect.limits.messages), calls=1)
    provider.carry(hand_over.pull(more_than_enough), hand_over.intend, hand_over.report)
    assert set(hand_over.outcomes) == set(hand_over.pulled)
    assert len(hand_over.pulled) <= 2 * provider.batch + 2
    assert fake.arrived == []
    first = hand_over.of(0)
    assert isinstance(first, kind)
    if isinstance(first, Temporary):
        assert (first.retry_after, first.scope) == (timedelta(seconds=7), Scope.PROVIDER)
    if kind is Uncertain:
        assert all(not isinstance(hand_over.outcomes[key], Uncertain) for key in hand_over.pulled[provider.batch :])


def test_too_many_calls_wait_as_long_as_the_api_says(api: Api, fake: MailApi) -> None:
    """When a call is one too many, its mails and all after wait, by Retry-After or the API's own header."""
    fake.allow(2)
    hand_over = carry(api, fake, some(9), batch=min(3, api.dialect.limits.messages))
    calls = 2 * min(3, api.dialect.limits.messages)
    assert set(kinds(hand_over)) == {Accepted, Temporary}
    assert kinds(hand_over)[Accepted] == calls == len(fake.arrived)
    waits = [outcome for outcome in hand_over.outcomes.values() if isinstance(outcome, Temporary)]
    assert {outcome.scope for outcome in waits} == {Scope.PROVIDER}
    if not fake.says_when:
        assert {outcome.retry_after for outcome in waits} == {None}
        return
    assert all(outcome.retry_after and 5 <= outcome.retry_after.total_seconds() <= 8 for outcome in waits)


def test_a_wrong_key_is_our_fault(api: Api, fake: MailApi) -> None:
    """A key that is not known stops everything, and stands in no words."""
    hand_over = carry(api, fake, some(3), secret="wrong-key")
    assert set(kinds(hand_over)) == {OurFault}
    assert fake.arrived == []
    assert all("wrong-key" not in str(outcome) for outcome in hand_over.outcomes.values())


@pytest.mark.parametrize(
    "trouble", ["cut_next_before_acceptance", "cut_next_after_acceptance", "garble_next", "be_silent_next"]
)
def test_no_answer_leaves_the_batch_in_doubt_unless_the_api_knows_it_again(
    api: Api, fake: MailApi, trouble: str
) -> None:
    """A batch without a readable answer is Uncertain and posted once; with a key that is remembered it is asked again,
    settled, and there once."""
    getattr(fake, trouble)()
    hand_over = carry(api, fake, some(1), read=0.3)
    if api.dialect.repeats:
        assert isinstance(hand_over.of(0), Accepted)
        assert len(fake.arrived) == 1
        return
    if trouble == "garble_next" and isinstance(hand_over.of(0), Accepted):  # an API that says it by its status alone
        assert len(fake.arrived) == 1
        return
    assert isinstance(hand_over.of(0), Uncertain)
    assert len(fake.requests) == 1
    assert len(fake.arrived) == (0 if trouble == "cut_next_before_acceptance" else 1)


def test_a_slow_answer_is_waited_for(api: Api, fake: MailApi) -> None:
    """Slow is not silent."""
    fake.be_slow_next()
    assert kinds(carry(api, fake, some(1))) == {Accepted: 1}


def test_several_calls_at_once_lose_and_double_nothing(api: Api, fake: MailApi) -> None:
    """Each mail is posted once whichever thread takes it, and a trouble of one call is that of its own mails."""
    hand_over = HandOver()
    provider = api.provider(fake.address, batch=min(3, api.dialect.limits.messages), calls=4)
    provider.carry(hand_over.pull(some(60)), hand_over.intend, hand_over.report)
    assert kinds(hand_over) == {Accepted: 60}
    assert len({one.key for one in fake.arrived}) == len(fake.arrived) == 60


def test_nobody_there_is_temporary(api: Api) -> None:
    """What could not be connected was not sent."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        hand_over = HandOver()
        provider = api.provider(f"http://127.0.0.1:{taken.getsockname()[1]}")
        provider.carry(hand_over.pull(some(3)), hand_over.intend, hand_over.report)
    assert set(kinds(hand_over)) == {Temporary}
    assert {one.scope for one in hand_over.outcomes.values() if isinstance(one, Temporary)} == {Scope.PROVIDER}


def test_the_environment_decides_nothing(api: Api, fake: MailApi, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy in the environment gets neither key nor addresses."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert kinds(carry(api, fake, some(2))) == {Accepted: 2}


def test_a_wrong_key_is_told_with_what_to_do(api: Api, fake: MailApi) -> None:
    """The look at the account names the setting to mend, and never the key."""
    assert len(api.provider(fake.address).check()) > 10
    with pytest.raises(ProviderError, match="secret_file") as error:
        api.provider(fake.address, secret="wrong-key").check()
    assert "wrong-key" not in str(error.value)


def test_what_was_posted_is_not_escaped(api: Api, fake: MailApi) -> None:
    """Letters outside ASCII are no six octets each: those would count against the limits."""
    carry(api, fake, some(1))
    assert b"\\u00" not in fake.requests[0].content

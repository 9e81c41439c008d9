"""What every way out keeps to, whatever it speaks. The fakes are on the other side of real sockets and real files."""

import asyncio
import socket
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from newsletter.providers.errors import ProviderError
from newsletter.providers.maildir import MaildirProvider, file_name
from newsletter.providers.provider import Accepted, Key, OurFault, Outgoing, Provider, Scope, Temporary
from newsletter.providers.smtp import SmtpProvider
from newsletter.providers.smtp_relay import Relay
from tests.fakes.hand_over import HandOver, make_outgoing
from tests.fakes.http.apis import APIS, Api
from tests.fakes.provider import FakeProvider
from tests.fakes.smtp_server import SmtpServer

CONNECTIONS = 3


@dataclass
class Way:
    """A way out, what arrived at its other side, and the same way with nobody there."""

    provider: Provider
    dead: Provider
    arrived: Callable[[], dict[Key, object]]  # what came, by key; in the form that `sent` gives
    sent: Callable[[Outgoing], object]
    watch: Callable[[HandOver], None]
    most_ahead: int


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _relay(port: int, per_connection: int = 20) -> Relay:
    return Relay(host="127.0.0.1", port=port, connections=CONNECTIONS, per_connection=per_connection)


def _smtp(server: SmtpServer, new_loop: Callable[[], asyncio.AbstractEventLoop] | None = None) -> Way:
    def watch(hand_over: HandOver) -> None:
        server.on_accept = lambda received: hand_over.accepted_at_other_side(received.key)

    def arrived() -> dict[Key, object]:
        by_key = {one.key: (one.sender, one.recipients, one.data) for one in server.messages}
        assert len(by_key) == len(server.messages), "a mail came twice"
        return dict(by_key)

    return Way(
        provider=SmtpProvider("relay", _relay(server.port), new_loop),
        dead=SmtpProvider("relay", _relay(_free_port()), new_loop),
        arrived=arrived,
        sent=lambda one: (one.envelope.sender, [one.envelope.recipient], one.mime),
        watch=watch,
        most_ahead=2 * CONNECTIONS + 4 + 2 * CONNECTIONS + 1,
    )


@pytest.fixture
def smtp_pipelining() -> Iterator[Way]:
    with SmtpServer() as server:
        yield _smtp(server)


@pytest.fixture
def smtp_lock_step() -> Iterator[Way]:
    with SmtpServer().without("PIPELINING") as server:
        yield _smtp(server)


@pytest.fixture
def smtp_plain_asyncio() -> Iterator[Way]:
    with SmtpServer() as server:
        yield _smtp(server, asyncio.new_event_loop)


@pytest.fixture
def maildir(tmp_path: Path) -> Way:
    folder = tmp_path / "mail"
    (tmp_path / "file").touch()
    names = {file_name(make_outgoing(number).key): make_outgoing(number).key for number in range(200)}

    def arrived() -> dict[Key, object]:
        return {names[path.name]: path.read_bytes() for path in folder.glob("new/*")}

    return Way(
        provider=MaildirProvider("files", folder),
        dead=MaildirProvider("files", tmp_path / "file" / "mail"),
        arrived=arrived,
        sent=lambda one: one.mime,
        watch=lambda _: None,
        most_ahead=2 * MaildirProvider.batch + 1,
    )


def _http(api: Api) -> Iterator[Way]:
    with api.fake() as server:

        def watch(hand_over: HandOver) -> None:
            server.on_accept = hand_over.accepted_at_other_side

        def arrived() -> dict[Key, object]:
            by_key = {one.key: (one.recipient, one.body) for one in server.arrived}
            assert len(by_key) == len(server.arrived), "a mail came twice"
            return dict(by_key)

        provider = api.provider(server.address, batch=min(20, api.dialect.limits.messages))
        pulled = max(provider.batch, provider.calls)
        yield Way(
            provider=provider,
            dead=api.provider(f"http://127.0.0.1:{_free_port()}", batch=provider.batch),
            arrived=arrived,
            sent=api.sent,
            watch=watch,
            # On their way, in hand, waiting behind them, and one that is being pulled.
            most_ahead=provider.batch * provider.calls + 2 * pulled + 1,
        )


@pytest.fixture
def fake() -> Way:
    """The fake that the outbox is tested with: it must not promise what the real ones do not."""
    provider = FakeProvider()

    def arrived() -> dict[Key, object]:
        assert not provider.doubles, "a mail came twice"
        return {key: copies[0].mime for key, copies in provider.arrived.items()}

    def watch(hand_over: HandOver) -> None:
        provider.on_accept = hand_over.accepted_at_other_side

    return Way(
        provider=provider,
        dead=FakeProvider().is_down(),
        arrived=arrived,
        sent=lambda one: one.mime,
        watch=watch,
        most_ahead=2 * provider.batch + 1,
    )


OTHERS = ["smtp_pipelining", "smtp_lock_step", "smtp_plain_asyncio", "maildir", "fake"]


@pytest.fixture(params=[*OTHERS, *APIS], ids=lambda one: one.scheme if isinstance(one, Api) else one)
def way(request: pytest.FixtureRequest) -> Iterator[Way]:
    if isinstance(request.param, Api):
        yield from _http(request.param)
        return
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Way)
    yield found  # noqa: PT022 - the other branch has something to end


def _messages(count: int) -> list[Outgoing]:
    return [make_outgoing(number) for number in range(count)]


def test_each_message_arrives_once_as_it_was_composed(way: Way) -> None:
    """Every message arrives once, unchanged, and is reported Accepted once."""
    hand_over, messages = HandOver(), _messages(70)
    way.provider.carry(hand_over.pull(messages), hand_over.intend, hand_over.report)
    assert way.arrived() == {one.key: way.sent(one) for one in messages}
    assert set(hand_over.outcomes) == {one.key for one in messages}
    assert all(isinstance(outcome, Accepted) for outcome in hand_over.outcomes.values())


def test_nothing_is_accepted_before_it_was_intended(way: Way) -> None:
    """No message is taken by the other side before `intend` granted it."""
    hand_over, messages = HandOver(), _messages(60)
    way.watch(hand_over)

    def intend(keys: Sequence[Key]) -> Collection[Key]:
        hand_over.too_early += [key for key in keys if key in way.arrived()]
        return hand_over.intend(keys)

    way.provider.carry(hand_over.pull(messages), intend, hand_over.report)
    assert hand_over.too_early == []
    assert sorted(hand_over.intended) == sorted(one.key for one in messages)


def test_fenced_is_neither_sent_nor_reported(way: Way) -> None:
    """A key that `intend` leaves out is not sent and not reported, and all others are."""
    messages = _messages(40)
    fenced = {one.key for one in messages[::7]}
    hand_over = HandOver(fenced=fenced)
    way.provider.carry(hand_over.pull(messages), hand_over.intend, hand_over.report)
    others = {one.key for one in messages} - fenced
    assert set(way.arrived()) == others
    assert set(hand_over.outcomes) == others
    assert all(isinstance(outcome, Accepted) for outcome in hand_over.outcomes.values())


def test_all_fenced_sends_nothing(way: Way) -> None:
    """When another process has taken over everything, nothing leaves, and carry ends."""
    messages = _messages(10)
    hand_over = HandOver(fenced={one.key for one in messages})
    way.provider.carry(hand_over.pull(messages), hand_over.intend, hand_over.report)
    assert (way.arrived(), hand_over.reported) == ({}, [])


def test_a_dead_way_out_is_found_out_once(way: Way) -> None:
    """With nobody there each pulled message is reported as such, and an endless supply is not drained."""
    hand_over = HandOver()
    way.dead.carry(hand_over.pull(make_outgoing(n) for n in range(3000)), hand_over.intend, hand_over.report)
    assert 0 < len(hand_over.pulled) <= way.most_ahead
    assert set(hand_over.outcomes) == set(hand_over.pulled)
    for outcome in hand_over.outcomes.values():
        # A Maildir that cannot be made is a fault of the set-up; a relay that is away comes back.
        assert isinstance(outcome, OurFault) or (isinstance(outcome, Temporary) and outcome.scope is Scope.PROVIDER)


def test_messages_are_pulled_lazily(way: Way) -> None:
    """No more is pulled than is soon handed over: a claim that waits here helps nobody."""
    hand_over = HandOver()
    way.provider.carry(hand_over.pull(_messages(150)), hand_over.intend, hand_over.report)
    assert hand_over.most_ahead <= way.most_ahead


def test_nothing_to_carry(way: Way) -> None:
    """Without a message nothing is intended or reported."""
    hand_over = HandOver()
    way.provider.carry(hand_over.pull([]), hand_over.intend, hand_over.report)
    assert (hand_over.groups, hand_over.reported, way.arrived()) == ([], [], {})


def test_a_supply_that_breaks_is_told_after_the_rest_is_settled(way: Way) -> None:
    """An error of the iterable reaches the caller; what was yielded before it is carried and reported."""
    hand_over = HandOver()

    def broken() -> Iterator[Outgoing]:
        yield from _messages(5)
        raise KeyError("claim")

    with pytest.raises(KeyError, match="claim"):
        way.provider.carry(hand_over.pull(broken()), hand_over.intend, hand_over.report)
    assert len(hand_over.outcomes) == 5
    assert len(way.arrived()) == 5


def test_what_cannot_be_intended_is_not_sent(way: Way) -> None:
    """When `intend` fails, nothing leaves, nothing more is pulled, and the caller gets the error."""
    hand_over = HandOver()

    def intend(keys: Sequence[Key]) -> Collection[Key]:
        raise OSError("database is gone")

    more_than_enough = (make_outgoing(n) for n in range(3000))
    with pytest.raises(OSError, match="database is gone"):
        way.provider.carry(hand_over.pull(more_than_enough), intend, hand_over.report)
    assert way.arrived() == {}
    assert len(hand_over.pulled) <= way.most_ahead


def test_it_can_be_used_again(way: Way) -> None:
    """One carry after the other works, also after one that failed."""
    for start in (0, 50):
        hand_over = HandOver()
        messages = _messages(100)[start : start + 30]
        way.provider.carry(hand_over.pull(messages), hand_over.intend, hand_over.report)
        assert {type(outcome) for outcome in hand_over.outcomes.values()} == {Accepted}
    assert len(way.arrived()) == 60


def test_check_says_what_it_found(way: Way) -> None:
    """A look tells in words what is there and sends nothing; with nobody there it is a ProviderError."""
    assert len(way.provider.check()) > 10
    assert way.arrived() == {}
    with pytest.raises(ProviderError):
        way.dead.check()

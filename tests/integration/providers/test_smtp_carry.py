"""A carry over SMTP under troubles: what the relay refuses, drops, delays and forgets."""

import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence

import pytest

from newsletter.providers.provider import (
    Accepted,
    Key,
    OurFault,
    Outcome,
    Outgoing,
    Refused,
    Scope,
    Temporary,
    Uncertain,
)
from newsletter.providers.smtp import SmtpProvider
from newsletter.providers.smtp_relay import Relay, Timeouts
from tests.fakes.hand_over import HandOver, make_outgoing
from tests.fakes.smtp_server import SmtpServer

QUICK = Timeouts(connect=2, banner=2, command=0.3, data=0.3, dot=0.3, quit=1)


def provider_for(
    server: SmtpServer, *, connections: int = 1, per_connection: int = 100, timeouts: Timeouts | None = None
) -> SmtpProvider:
    relay = Relay(
        host="127.0.0.1", port=server.port, connections=connections, per_connection=per_connection,
        timeouts=timeouts or Timeouts(),
    )  # fmt: skip
    return SmtpProvider("relay", relay)


def carry(provider: SmtpProvider, count: int, hand_over: HandOver | None = None) -> HandOver:
    hand_over = hand_over or HandOver()
    messages = [make_outgoing(number) for number in range(count)]
    provider.carry(hand_over.pull(messages), hand_over.intend, hand_over.report)
    assert set(hand_over.outcomes) == {one.key for one in messages}
    return hand_over


def kinds(hand_over: HandOver) -> Counter[type[Outcome]]:
    return Counter(type(outcome) for outcome in hand_over.outcomes.values())


def test_a_refused_recipient_harms_nobody_else() -> None:
    """The one is Refused in the relay's words; the others arrive over the same connection."""
    with SmtpServer().refuse_recipient("reader3@example.org", "550 5.1.1 no such user") as server:
        hand_over = carry(provider_for(server), 8)
        assert hand_over.of(3) == Refused("550 5.1.1 no such user")
        assert kinds(hand_over) == {Accepted: 7, Refused: 1}
        assert server.connections == 1


@pytest.mark.parametrize("is_lock_step", [False, True])
@pytest.mark.parametrize(
    ("step", "reply", "outcome"),
    [
        ("MAIL", "451 4.3.0 later", Temporary("451 4.3.0 later")),
        ("MAIL", "550 5.1.7 bad sender", OurFault("550 5.1.7 bad sender")),
        ("RCPT", "450 4.2.1 later", Temporary("450 4.2.1 later")),
        ("DATA", "451 4.5.0 later", Temporary("451 4.5.0 later")),
        ("DOT", "451 4.5.0 later", Temporary("451 4.5.0 later")),
        ("DOT", "550 5.6.0 content", Refused("550 5.6.0 content")),
        ("DOT", "550 5.7.26 not authenticated", OurFault("550 5.7.26 not authenticated")),
    ],
)
def test_a_refusal_at_any_step_is_that_messages_alone(
    step: str, reply: str, outcome: Outcome, *, is_lock_step: bool
) -> None:
    """Whatever is refused and where, the connection goes on with the next message."""
    server = SmtpServer().reply_at(step, reply, times=1, after=1)
    with server.without("PIPELINING") if is_lock_step else server:
        hand_over = carry(provider_for(server), 4)
        assert hand_over.of(1) == outcome
        assert kinds(hand_over)[Accepted] == 3
        assert server.connections == 1


def test_content_wanted_without_a_recipient() -> None:
    """RCPT refused and DATA answered 354: a lone dot and RSET, and no mail is made of it."""
    with SmtpServer().refuse_recipient("reader0@example.org", "550 5.1.1 no") as server:
        server.reply_at("DATA", "354 go ahead all the same", times=1)
        hand_over = carry(provider_for(server), 3)
        assert kinds(hand_over) == {Refused: 1, Accepted: 2}
        assert len(server.messages) == 2
        assert "RSET" in server.commands


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "DOT"])
def test_421_puts_off_and_goes_on_elsewhere(step: str) -> None:
    """421 closes that connection; what it had is put off with its lane, and the rest goes over another."""
    with SmtpServer().reply_at(step, "421 4.7.0 too fast", times=1, after=2) as server:
        hand_over = carry(provider_for(server), 10)
        put_off = [one for one in hand_over.outcomes.values() if isinstance(one, Temporary)]
        assert 1 <= len(put_off) <= 2
        assert {one.scope for one in put_off} == {Scope.LANE}
        assert kinds(hand_over)[Accepted] == 10 - len(put_off)
        assert server.connections == 2


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
def test_a_connection_that_breaks_before_the_dot_is_temporary(step: str) -> None:
    """Nothing can have been accepted, so it is tried again later."""
    with SmtpServer().drop_at(step, times=1, after=1) as server:
        hand_over = carry(provider_for(server), 6)
        assert kinds(hand_over)[Uncertain] == 0
        assert kinds(hand_over)[Temporary] == 1
        assert len(server.messages) == kinds(hand_over)[Accepted] == 5


@pytest.mark.parametrize("keep", [True, False])
def test_no_answer_to_the_dot_is_uncertain(keep: bool) -> None:
    """Whether the relay kept it or not looks the same from here: in doubt, never guessed."""
    with SmtpServer().drop_after_dot(keep=keep) as server:
        hand_over = carry(provider_for(server), 5)
        assert isinstance(hand_over.of(0), Uncertain)
        assert kinds(hand_over)[Uncertain] == 1
        assert len(server.messages) == kinds(hand_over)[Accepted] + keep


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "DOT"])
def test_no_answer_in_time(step: str) -> None:
    """A relay that falls silent is given up after that step's time: Uncertain after the dot, Temporary before it."""
    with SmtpServer().be_silent_at(step, times=1, after=1) as server:
        hand_over = carry(provider_for(server, timeouts=QUICK), 4)
        expected = Uncertain if step == "DOT" else Temporary
        assert kinds(hand_over)[expected] >= 1
        assert not (step != "DOT" and kinds(hand_over)[Uncertain])
        assert "for 0.3 s" in getattr(hand_over.of(1), "reason", "")


def test_a_slow_answer_is_waited_for() -> None:
    """A relay that takes its time before 250 is not given up before the time-out, and nothing is doubled."""
    with SmtpServer().delay_dot(0.05) as server:
        hand_over = carry(provider_for(server, connections=4), 8)
        assert kinds(hand_over) == {Accepted: 8}
        assert len(server.messages) == 8


def test_nonsense_ends_the_connection_only() -> None:
    """Words that are no SMTP in answer to the dot leave that one in doubt; the others go on."""
    with SmtpServer().reply_at("DOT", "what?", times=1) as server:
        hand_over = carry(provider_for(server), 5)
        assert isinstance(hand_over.of(0), Uncertain)
        assert kinds(hand_over)[Accepted] >= 3


def test_a_relay_that_breaks_every_connection_is_down() -> None:
    """After a few fruitless connections the rest is put off for the whole provider, and no more is pulled."""
    with SmtpServer().drop_at("MAIL") as server:
        hand_over = HandOver()
        more_than_enough = (make_outgoing(number) for number in range(3000))
        provider_for(server, connections=2).carry(hand_over.pull(more_than_enough), hand_over.intend, hand_over.report)
        assert set(hand_over.outcomes) == set(hand_over.pulled)
        assert server.connections <= 6
        scopes = Counter(one.scope for one in hand_over.outcomes.values() if isinstance(one, Temporary))
        assert scopes[Scope.RECIPIENT] <= 5
        assert scopes[Scope.PROVIDER] >= 1


def test_fewer_connections_when_the_relay_takes_no_more() -> None:
    """Refused connections reduce the number; with one going everything arrives."""
    with SmtpServer().max_connections(2).delay_dot(0.01) as server:
        hand_over = carry(provider_for(server, connections=6), 40)
        assert kinds(hand_over) == {Accepted: 40}


def test_a_relay_that_goes_away_meanwhile() -> None:
    """Cut off in the middle of everything, and refused from then on: each message still has one outcome."""
    with SmtpServer().delay_dot(0.02) as server:
        hand_over = HandOver()

        def report(key: Key, outcome: Outcome) -> None:
            hand_over.report(key, outcome)
            if len(hand_over.reported) == 10:
                server.reply_at("CONNECT", "421 4.3.2 shutting down")
                server.cut_all()

        more_than_enough = (make_outgoing(number) for number in range(3000))
        provider_for(server, connections=4).carry(hand_over.pull(more_than_enough), hand_over.intend, report)
        assert set(hand_over.outcomes) == set(hand_over.pulled)
        accepted = {key for key, outcome in hand_over.outcomes.items() if isinstance(outcome, Accepted)}
        in_doubt = {key for key, outcome in hand_over.outcomes.items() if isinstance(outcome, Uncertain)}
        arrived = {one.key for one in server.messages}
        assert accepted <= arrived <= accepted | in_doubt
        assert len(in_doubt) <= 4


def test_a_connection_carries_its_share() -> None:
    """After per_connection messages a connection says QUIT and another is opened."""
    with SmtpServer() as server:
        carry(provider_for(server, per_connection=4), 10)
        assert server.connections == 3
        assert server.commands.count("QUIT") == 3
        assert server.most_open == 1


def test_one_message_opens_one_connection() -> None:
    """Connections are opened for work, not for show."""
    with SmtpServer() as server:
        carry(provider_for(server, connections=8), 1)
        assert server.connections == 1


def test_envelope_and_content_go_together() -> None:
    """With PIPELINING the content, its dot and the next envelope arrive in one piece: one round trip a message."""
    with SmtpServer().record_writes() as server:
        carry(provider_for(server), 5)
        together = [piece for piece in server.writes if b"\r\n.\r\nMAIL FROM" in piece and piece.endswith(b"DATA\r\n")]
        assert len(together) == 4


def test_intents_are_grouped() -> None:
    """Connections that wait at their dots while a commit is under way share the next one."""
    with SmtpServer() as server:
        hand_over = carry(provider_for(server, connections=8), 160, HandOver(seconds=0.005))
        assert sum(hand_over.groups) == 160
        assert len(hand_over.groups) <= 80


def test_a_slow_supply_holds_up_no_dot() -> None:
    """While the next message is being claimed, the one before it is sent and reported."""
    reported = threading.Event()

    def supply() -> Iterator[Outgoing]:
        yield make_outgoing(1)
        assert reported.wait(5), "the first was not reported before the second was there"
        yield make_outgoing(2)

    with SmtpServer() as server:
        hand_over = HandOver()

        def report(key: Key, outcome: Outcome) -> None:
            hand_over.report(key, outcome)
            reported.set()

        provider_for(server).carry(hand_over.pull(supply()), hand_over.intend, report)
        assert len(server.messages) == 2


def test_a_resting_connection_is_closed_and_opened_again() -> None:
    """A connection without work says QUIT before the relay ends it, and the next message gets a new one."""
    with SmtpServer().be_silent_at("QUIT", times=1) as server:  # it takes its time to close

        def supply() -> Iterator[Outgoing]:
            yield make_outgoing(1)
            _until(lambda: "QUIT" in server.commands)
            yield make_outgoing(2)

        hand_over = HandOver()
        provider = provider_for(server, timeouts=Timeouts(idle=0.05, quit=0.2, command=1))
        provider.carry(hand_over.pull(supply()), hand_over.intend, hand_over.report)
        assert kinds(hand_over) == {Accepted: 2}
        assert server.connections == 2


def test_a_fenced_message_never_reaches_its_dot() -> None:
    """The connection of a fenced message is dropped without its content, and others take over."""
    with SmtpServer().record_writes() as server:
        messages = [make_outgoing(number) for number in range(12)]
        hand_over = HandOver(fenced={messages[5].key})
        provider_for(server, connections=2).carry(hand_over.pull(messages), hand_over.intend, hand_over.report)
        assert messages[5].key not in hand_over.outcomes
        assert kinds(hand_over) == {Accepted: 11}
        assert not any(messages[5].mime in piece for piece in server.writes)


def test_a_report_that_breaks_ends_the_carry() -> None:
    """A fault on our side is raised, not swallowed, and the carry does not hang."""

    def report(key: Key, outcome: Outcome) -> None:
        raise ZeroDivisionError("a bug")

    messages = [make_outgoing(number) for number in range(5)]
    with SmtpServer() as server, pytest.raises(ZeroDivisionError, match="a bug"):
        provider_for(server).carry(messages, HandOver().intend, report)


def test_the_connection_breaks_while_the_outbox_is_asked() -> None:
    """Granted after its connection broke: the message is reported Temporary, since its dot never left."""
    with SmtpServer() as server:
        hand_over = HandOver()

        def intend(keys: Sequence[Key]) -> Collection[Key]:
            if len(hand_over.groups) == 0:
                before = set(server.open)
                server.cut_all()
                _until(lambda: not before & server.open)
                threading.Event().wait(0.05)  # the client sees it too
            return hand_over.intend(keys)

        messages = [make_outgoing(number) for number in range(4)]
        provider_for(server).carry(hand_over.pull(messages), intend, hand_over.report)
        assert isinstance(hand_over.of(0), Temporary)
        assert kinds(hand_over) == {Temporary: 1, Accepted: 3}
        assert len(server.messages) == 3


def _until(condition: Callable[[], bool]) -> None:
    """Wait until something is so, five seconds at most."""
    for _ in range(500):
        if condition():
            return
        threading.Event().wait(0.01)
    raise AssertionError("it did not come about")

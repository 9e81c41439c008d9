"""Troubles at random, many at once: the laws of the seam hold whatever a relay does."""

import asyncio
import random
from collections.abc import Iterator

import pytest

from newsletter.providers.provider import Accepted, Outgoing, Uncertain
from newsletter.providers.smtp import SmtpProvider
from newsletter.providers.smtp_relay import Relay, Timeouts
from tests.fakes.hand_over import HandOver, make_outgoing
from tests.fakes.smtp_server import DROP, SILENCE, SmtpServer

STEPS = ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "DOT", "RSET", "QUIT"]
REPLIES = [
    "421 4.7.0 no", "450 later", "451 4.3.1 full", "550 5.1.1 no", "554 5.7.1 no", "354 go", "nonsense", DROP, SILENCE,
]  # fmt: skip
TIMEOUTS = Timeouts(connect=2, banner=0.2, command=0.2, data=0.2, dot=0.2, quit=0.1, idle=0.05)


def make_trouble(dice: random.Random) -> SmtpServer:
    server = SmtpServer()
    if dice.random() < 0.3:
        server.without("PIPELINING")
    for _ in range(dice.randint(0, 6)):
        step, reply = dice.choice(STEPS), dice.choice(REPLIES)
        server.reply_at(step, reply, times=dice.choice([1, 1, 2, 5]), after=dice.choice([0, 1, 3, 10, 20]))
    for _ in range(dice.randint(0, 2)):
        server.drop_after_dot(keep=dice.random() < 0.5)
    if dice.random() < 0.3:
        server.max_connections(dice.randint(1, 4))
    return server.delay_dot(dice.choice([0, 0, 0.002]))


@pytest.mark.parametrize("seed", range(12))
def test_every_message_has_its_one_and_true_outcome(seed: int) -> None:
    """Whatever happens: each pulled message is reported once or was fenced; Accepted arrived; what arrived is Accepted
    or in doubt, came once, was intended and not fenced."""
    dice = random.Random(seed)
    count = dice.choice([1, 5, 40])
    fenced = {make_outgoing(number).key for number in range(count) if dice.random() < 0.05}
    hand_over = HandOver(fenced=fenced, seconds=dice.choice([0, 0.001]))
    with make_trouble(dice) as server:
        server.on_accept = lambda received: hand_over.accepted_at_other_side(received.key)
        relay = Relay(
            host="127.0.0.1", port=server.port, connections=dice.choice([1, 2, 8]),
            per_connection=dice.choice([1, 3, 100]), timeouts=TIMEOUTS,
        )  # fmt: skip
        messages: Iterator[Outgoing] = (make_outgoing(number) for number in range(count))
        new_loop = dice.choice([None, asyncio.new_event_loop])
        SmtpProvider("relay", relay, new_loop).carry(hand_over.pull(messages), hand_over.intend, hand_over.report)
    outcomes = hand_over.outcomes
    assert set(hand_over.pulled) - set(outcomes) <= fenced
    arrived = [one.key for one in server.messages]
    accepted = {key for key, outcome in outcomes.items() if isinstance(outcome, Accepted)}
    in_doubt = {key for key, outcome in outcomes.items() if isinstance(outcome, Uncertain)}
    assert len(arrived) == len(set(arrived))
    assert accepted <= set(arrived) <= accepted | in_doubt
    assert hand_over.too_early == []

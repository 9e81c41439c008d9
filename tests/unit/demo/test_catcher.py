"""The demo's mail catcher, and the engine, each held against a second opinion."""

import smtplib
import socket
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from newsletter.demo.catcher import Catcher
from newsletter.providers.provider import Accepted
from newsletter.providers.smtp import SmtpProvider
from newsletter.providers.smtp_relay import Relay
from tests.fakes.hand_over import HandOver, make_outgoing


def caught(catcher: Catcher) -> list[bytes]:
    return sorted(path.read_bytes() for path in (catcher.folder / "new").iterdir())


def say(port: int, words: bytes) -> bytes:
    """Send words and read all answers until the server closes."""
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(words)
        answers = b""
        while piece := client.recv(4096):
            answers += piece
        return answers


def test_mail_arrives_in_the_maildir(tmp_path: Path) -> None:
    """What the engine sends is there, one file a mail, with who sent it to whom, before carry returns."""
    with Catcher(tmp_path / "caught") as catcher:
        relay = Relay(host="127.0.0.1", port=catcher.port, connections=4)
        hand_over = HandOver()
        messages = [make_outgoing(number) for number in range(50)]
        SmtpProvider("catcher", relay).carry(hand_over.pull(messages), hand_over.intend, hand_over.report)
        assert {type(outcome) for outcome in hand_over.outcomes.values()} == {Accepted}
        assert catcher.count == 50
        assert caught(catcher) == sorted(
            f"Return-Path: <news@example.org>\r\nDelivered-To: {one.envelope.recipient}\r\n".encode() + one.mime
            for one in messages
        )
        assert list((catcher.folder / "tmp").iterdir()) == []


def test_another_client_gets_on_with_it(tmp_path: Path) -> None:
    """The standard library's client (lock-step, dots stuffed) is served too, and dots are taken off again."""
    text = b"Subject: dots\r\n\r\n.one\r\n..two\r\n.\r\nend\r\n"
    with Catcher(tmp_path) as catcher, smtplib.SMTP("127.0.0.1", catcher.port) as client:
        client.sendmail("a@example.org", ["b@example.org", "c@example.org"], text)
        client.sendmail("", ["b@example.org"], b"x\r\n")
        assert client.noop()[0] == 250
        mails = caught(catcher)
        assert mails[1].endswith(b"Delivered-To: b@example.org\r\nDelivered-To: c@example.org\r\n" + text)
        assert mails[0].startswith(b"Return-Path: <>\r\n")


def test_what_is_out_of_order_is_refused(tmp_path: Path) -> None:
    """Commands in the wrong order, or unknown, change nothing (RFC 5321, section 4.1.4)."""
    words = (
        b"HELO x\r\nDATA\r\nRCPT TO:<a@b>\r\nMAIL FROM:a@b\r\nMAIL FROM:<a@b>\r\nMAIL FROM:<a@b>\r\nRCPT TO:<>\r\n"
        b"DATA\r\nVRFY a\r\nRSET\r\nRCPT TO:<a@b>\r\nQUIT\r\n"
    )
    with Catcher(tmp_path) as catcher:
        codes = [line[:3] for line in say(catcher.port, words).split(b"\r\n")[:-1]]
        assert b" ".join(codes) == b"220 250 503 503 501 250 503 501 503 502 250 503 221"
        assert catcher.count == 0


def test_a_line_without_end_is_not_kept(tmp_path: Path) -> None:
    """A flood without a line end closes the connection."""
    with Catcher(tmp_path) as catcher:
        assert b"500 5.5.2 line too long" in say(catcher.port, b"x" * 5000)


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_pieces_may_be_cut_anywhere(cut: int, tmp_path: Path) -> None:
    """The end of data is found wherever the network cuts it."""
    words = b"EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nhello\r\n.\r\nQUIT\r\n"
    with Catcher(tmp_path) as catcher, socket.create_connection(("127.0.0.1", catcher.port)) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for start in range(0, len(words), cut):
            client.sendall(words[start : start + cut])
        while client.recv(4096):
            pass
        assert [mail.endswith(b"hello\r\n") for mail in caught(catcher)] == [True]


class _Handler:
    """aiosmtpd's side: keeps what it got."""

    def __init__(self) -> None:
        self.contents: list[tuple[str, list[str], bytes]] = []

    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:  # noqa: N802 - its name there
        self.contents.append((envelope.mail_from, envelope.rcpt_tos, envelope.original_content))
        return "250 kept"


def test_a_second_opinion_on_the_engine() -> None:
    """A server that we did not write (aiosmtpd, without PIPELINING) receives the same bytes once each."""
    handler = _Handler()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        relay = Relay(host="127.0.0.1", port=port, connections=2)
        hand_over = HandOver()
        messages = [make_outgoing(number) for number in range(20)]
        SmtpProvider("relay", relay).carry(hand_over.pull(messages), hand_over.intend, hand_over.report)
    finally:
        controller.stop()
    assert {type(outcome) for outcome in hand_over.outcomes.values()} == {Accepted}
    sent = [(one.envelope.sender, [one.envelope.recipient], one.mime) for one in messages]
    assert sorted(handler.contents) == sorted(sent)

"""A recording SMTP server that does what it is told: refuses, delays, drops, asks for TLS and a login.

The dialogue itself is the demo's (newsletter.demo.catcher.Reception), which is kept to RFC 5321 by a second opinion in
the tests; here are the troubles. Data are recorded as they came, dots and all. As a process of its own it writes one
JSON line for each mail before it answers 250: `python -m tests.fakes.smtp_server --port 0 --record FILE`.
"""

import argparse
import asyncio
import base64
import json
import os
import re
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from newsletter.demo.catcher import Reception

_MESSAGE_ID = re.compile(rb"^message-id:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
_KEY = re.compile(rb"^x-key:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
DROP = "DROP"  # instead of a reply: the connection is cut
SILENCE = "SILENCE"  # instead of a reply: nothing, from then on


@dataclass(frozen=True, slots=True)
class Received:
    """One mail that the server took responsibility for."""

    sender: str
    recipients: list[str]
    data: bytes
    at: float

    @property
    def key(self) -> str:
        return _header(_KEY, self.data)

    @property
    def message_id(self) -> str:
        return _header(_MESSAGE_ID, self.data)


@dataclass
class _Trouble:
    reply: str
    times: float
    after: int = 0  # so many pass before


@dataclass
class _Behaviour:
    extensions: list[str] = field(default_factory=lambda: list(Reception.extensions))
    troubles: dict[str, list[_Trouble]] = field(default_factory=dict)
    recipients: dict[str, str] = field(default_factory=dict)
    login: tuple[str, str] | None = None
    certificate: ssl.SSLContext | None = None
    is_implicit: bool = False
    injected: bytes = b""  # said in one write with the answer to STARTTLS
    dot_delay: float = 0.0
    drop_after_dot: list[bool] = field(default_factory=list)  # keep it or not, one a mail
    most_connections: int | None = None


class SmtpServer:
    """The server in a thread: `with SmtpServer() as server:`. Say what it shall do before or while it runs."""

    def __init__(self, port: int = 0) -> None:
        self.port = port
        self.messages: list[Received] = []
        self.connections = 0  # so many were made in all
        self.open: set[_Session] = set()
        self.most_open = 0  # at a time
        self.commands: list[str] = []  # every command line, "AUTH" without what follows
        self.writes: list[bytes] = []  # what came in one piece; only when `record_writes` was called
        self.on_accept: Callable[[Received], object] | None = None  # called before 250 is said
        self.is_recording_writes = False
        self.behaviour = _Behaviour()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    # What it shall do

    def refuse_recipient(self, address: str, reply: str) -> Self:
        self.behaviour.recipients[address] = reply
        return self

    def reply_at(self, step: str, reply: str, *, times: float = float("inf"), after: int = 0) -> Self:
        """Say this at CONNECT, EHLO, STARTTLS, AUTH, MAIL, RCPT, DATA, DOT, RSET or QUIT."""
        self.behaviour.troubles.setdefault(step, []).append(_Trouble(reply, times, after))
        return self

    def drop_at(self, step: str, *, times: float = float("inf"), after: int = 0) -> Self:
        """Cut the connection where this step's reply belongs; a mail at its DOT is not kept."""
        return self.reply_at(step, DROP, times=times, after=after)

    def be_silent_at(self, step: str, *, times: float = float("inf"), after: int = 0) -> Self:
        """Say nothing where this step's reply belongs, and nothing after it; a mail at its DOT is not kept."""
        return self.reply_at(step, SILENCE, times=times, after=after)

    def drop_after_dot(self, *, keep: bool, times: int = 1) -> Self:
        """Cut the connection after the dot and before the reply; keep the mail or lose it."""
        self.behaviour.drop_after_dot += [keep] * times
        return self

    def delay_dot(self, seconds: float) -> Self:
        """Answer the dot so much later."""
        self.behaviour.dot_delay = seconds
        return self

    def without(self, *extensions: str) -> Self:
        self.behaviour.extensions = [
            offered for offered in self.behaviour.extensions if offered.split()[0] not in extensions
        ]
        return self

    def with_size(self, octets: int) -> Self:
        self.without("SIZE").behaviour.extensions.append(f"SIZE {octets}")
        return self

    def require_login(self, user: str, password: str, *, mechanisms: str = "PLAIN LOGIN") -> Self:
        self.behaviour.login = (user, password)
        self.behaviour.extensions.append(f"AUTH {mechanisms}")
        return self

    def starttls(self, certificate: ssl.SSLContext) -> Self:
        self.behaviour.certificate = certificate
        return self

    def implicit_tls(self, certificate: ssl.SSLContext) -> Self:
        self.behaviour.certificate, self.behaviour.is_implicit = certificate, True
        return self

    def inject_at_starttls(self, words: bytes) -> Self:
        """Say more in one piece with the answer to STARTTLS, as somebody in between would."""
        self.behaviour.injected = words
        return self

    def max_connections(self, most: int) -> Self:
        self.behaviour.most_connections = most
        return self

    def record_writes(self) -> Self:
        self.is_recording_writes = True
        return self

    # Its life

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def cut_all(self) -> None:
        """Cut every connection now."""
        self._loop.call_soon_threadsafe(self._cut)

    async def _listen(self) -> None:
        context = self.behaviour.certificate if self.behaviour.is_implicit else None
        self._server = await self._loop.create_server(lambda: _Session(self), "127.0.0.1", self.port, ssl=context)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop(self) -> None:
        # Clients that wait to be accepted become sessions first: asyncio loses the socket of one whose server is closed
        # between its accept and its transport, or whose task is cancelled.
        for _ in range(8):
            await asyncio.sleep(0)
        self._server.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}  # upgrades to TLS, and clients just being accepted
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for _ in range(4):  # closing takes a few turns of the loop
            self._cut()
            await asyncio.sleep(0)

    def _cut(self) -> None:
        for session in list(self.open):
            session.transport.abort()

    def accept(self, sender: str, recipients: list[str], data: bytes) -> str:
        received = Received(sender, recipients, data, time.time())
        if self.on_accept:
            self.on_accept(received)
        self.messages.append(received)
        return f"250 2.0.0 queued as {len(self.messages)}"


class _Session(Reception):
    """A client's session with troubles."""

    def __init__(self, server: SmtpServer) -> None:
        super().__init__(server.accept)
        self._server = server
        self._behaviour = server.behaviour
        self._is_in = server.behaviour.login is None
        self._is_protected = server.behaviour.is_implicit
        self._login: list[str] | None = None  # what AUTH LOGIN has heard so far
        self._unsaid: deque[tuple[float, bytes]] = deque()  # pauses and words, while one waits for a pause
        self._is_silent = False
        self._is_upgrading = False
        self._early = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._server.connections += 1
        self._server.open.add(self)
        self._server.most_open = max(self._server.most_open, len(self._server.open))
        self._offer()
        super().connection_made(transport)

    def connection_lost(self, _error: Exception | None) -> None:
        self._server.open.discard(self)

    def data_received(self, data: bytes) -> None:
        if self._server.is_recording_writes:
            self._server.writes.append(data)
        if self._is_upgrading:  # TLS stands, and the transport to answer by is not here yet
            self._early += data
        else:
            super().data_received(data)

    def answer(self, _step: str, reply: str, _about: str = "") -> str:
        most = self._behaviour.most_connections
        if _step == "CONNECT" and most is not None and len(self._server.open) > most:
            reply = "421 4.7.0 too many connections"
        if _step == "RCPT" and _about in self._behaviour.recipients:
            reply = self._behaviour.recipients[_about]
        reply = self._trouble(_step, reply)
        if reply in {DROP, SILENCE}:
            self._fall_out(reply)
            return reply
        delay = self._behaviour.dot_delay if _step == "DOT" else 0.0
        self._say(reply.encode() + b"\r\n", delay)
        if reply.startswith("421"):
            self.transport.close()
        return reply

    def obey(self, verb: str, rest: str) -> None:
        if self._login is not None:
            self._hear_login(verb if not rest else f"{verb} {rest}", raw=self._line)
            return
        self._server.commands.append("AUTH" if verb == "AUTH" else f"{verb} {rest}".rstrip())
        if verb == "STARTTLS" and self._behaviour.certificate and not self._is_protected:
            if self.answer(verb, "220 2.0.0 go ahead").startswith("220"):
                self._begin_tls()
        elif verb == "AUTH" and self._behaviour.login:
            self._begin_login(rest)
        elif verb == "MAIL" and not self._is_in:
            self.answer(verb, "530 5.7.0 authentication required")
        else:
            super().obey(verb, rest)

    def take_mail(self, sender: str, recipients: list[str], data: bytes) -> None:
        if self._behaviour.drop_after_dot:
            if self._behaviour.drop_after_dot.pop(0):
                self._server.accept(sender, recipients, data)
            self.transport.abort()
            return
        reply = self._trouble("DOT", "")
        if not reply:
            reply = self._server.accept(sender, recipients, data)
            self._say(reply.encode() + b"\r\n", self._behaviour.dot_delay)
        elif reply in {DROP, SILENCE}:
            self._fall_out(reply)
        else:
            self._say(reply.encode() + b"\r\n", self._behaviour.dot_delay)
            if reply.startswith("421"):
                self.transport.close()

    def _trouble(self, step: str, reply: str) -> str:
        for trouble in self._behaviour.troubles.get(step, ()):
            if trouble.after > 0:
                trouble.after -= 1
            elif trouble.times > 0:
                trouble.times -= 1
                return trouble.reply
        return reply

    def _fall_out(self, word: str) -> None:
        self._is_silent = True
        if word == DROP:
            self.transport.abort()

    def _say(self, words: bytes, delay: float) -> None:
        """Write now, or after a pause and then everything behind it too."""
        if self._is_silent:
            return
        if not delay and not self._unsaid:
            self.transport.write(words)
            return
        self._unsaid.append((delay, words))
        if len(self._unsaid) == 1:
            asyncio.get_running_loop().call_later(delay, self._say_on)

    def _say_on(self) -> None:
        """Write what the pause was for, and on to the next pause."""
        pause = 0.0
        while self._unsaid and not pause:
            self.transport.write(self._unsaid.popleft()[1])
            pause = self._unsaid[0][0] if self._unsaid else 0.0
        if self._unsaid:
            asyncio.get_running_loop().call_later(pause, self._say_on)

    def _offer(self) -> None:
        starttls = ("STARTTLS",) if self._behaviour.certificate and not self._is_protected else ()
        self.extensions = (*self._behaviour.extensions, *starttls)

    def _begin_tls(self) -> None:
        if self._behaviour.injected:
            self.transport.write(self._behaviour.injected)
        self.buffer.clear()
        self.transport.pause_reading()  # what comes now is TLS
        self._is_protected = self._is_upgrading = True
        self._offer()
        asyncio.get_running_loop().create_task(self._upgrade())

    async def _upgrade(self) -> None:
        assert self._behaviour.certificate
        loop = asyncio.get_running_loop()
        try:
            transport = await loop.start_tls(self.transport, self, self._behaviour.certificate, server_side=True)
        except OSError:
            self.transport.abort()
        else:
            assert transport is not None
            self.transport, self._is_upgrading = transport, False
            super().data_received(self._early)

    _line = ""

    def _take_line(self) -> bool:
        end = self.buffer.find(b"\n")
        self._line = self.buffer[:end].decode("utf-8", "replace").rstrip("\r") if end >= 0 else ""
        return super()._take_line()

    def _begin_login(self, rest: str) -> None:
        mechanism, _, initial = rest.partition(" ")
        assert self._behaviour.login
        if mechanism.upper() == "LOGIN":
            self._login = []
            self.answer("AUTH", "334 VXNlcm5hbWU6")
        else:
            name, password = self._behaviour.login
            self._judge(base64.b64decode(initial) == f"\0{name}\0{password}".encode())

    def _hear_login(self, _: str, *, raw: str) -> None:
        assert self._login is not None
        assert self._behaviour.login
        self._login.append(base64.b64decode(raw).decode())
        if len(self._login) == 1:
            self.answer("AUTH", "334 UGFzc3dvcmQ6")
            return
        heard, self._login = tuple(self._login), None
        self._judge(heard == self._behaviour.login)

    def _judge(self, is_right: bool) -> None:
        self._is_in = self.answer(
            "AUTH", "235 2.7.0 welcome" if is_right else "535 5.7.8 authentication credentials invalid"
        ).startswith("2")


def _header(pattern: re.Pattern[bytes], data: bytes) -> str:
    found = pattern.search(data, 0, max(0, data.find(b"\r\n\r\n")) or len(data))
    return found[1].decode() if found else ""


def main() -> None:
    """Run until killed; print the port; record each mail before it is answered."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--record", type=Path, required=True)
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before the dot is answered")
    parser.add_argument("--whole", action="store_true", help="record the mails themselves too")
    parser.add_argument("--reply", action="append", default=[], metavar="STEP=REPLY", help="say this at that step")
    parser.add_argument("--login", default="", metavar="USER:PASSWORD", help="take mail after this login only")
    arguments = parser.parse_args()
    record = os.open(arguments.record, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def write(received: Received) -> None:
        received_as = {
            "key": received.key, "message_id": received.message_id, "sender": received.sender,
            "recipient": received.recipients[0], "at": received.at,
        }  # fmt: skip
        if arguments.whole:
            received_as["data"] = received.data.decode("latin-1")  # each octet a character, so that nothing is lost
        os.write(record, json.dumps(received_as).encode() + b"\n")
        server.messages.clear()  # it may run for a million

    server = SmtpServer(arguments.port).delay_dot(arguments.delay)
    server.on_accept = write
    for one in arguments.reply:
        server.reply_at(*one.split("=", 1))
    if arguments.login:
        server.require_login(*arguments.login.split(":", 1))
    with server:
        print(server.port, flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()

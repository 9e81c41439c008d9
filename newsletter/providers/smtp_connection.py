"""One connection to the relay, from the greeting to the goodbye: bytes to replies, replies to the dialogue.

The rule it keeps: nothing that was said before TLS is believed after it (RFC 3207, section 4.2), and no password leaves
unprotected for another machine.
"""

import asyncio
import socket
import ssl
from typing import Protocol, cast

from newsletter.providers.errors import ProviderError
from newsletter.providers.provider import Temporary
from newsletter.providers.smtp_dialogue import Dialogue
from newsletter.providers.smtp_relay import Timeouts
from newsletter.providers.smtp_replies import NotSmtpError, Reply, ReplyParser, Step


class LostError(ProviderError):
    """The connection ended while an answer was awaited."""


class Owner(Protocol):
    """Who is told that a connection is gone."""

    def lost(self, connection: "Connection") -> None: ...


class Connection(asyncio.Protocol):
    """A connection. Before `begin` one asks and waits; after it the dialogue runs by itself."""

    def __init__(self, timeouts: Timeouts, owner: Owner) -> None:
        self.dialogue: Dialogue | None = None
        self.closed = asyncio.get_running_loop().create_future()
        self.reason = ""  # why it ended, when it was not our wish
        self._loop = asyncio.get_running_loop()
        self._timeouts = timeouts
        self._owner = owner
        self._parser = ReplyParser()
        self._answer: asyncio.Future[Reply] = self._loop.create_future()  # of the greeting
        self._since = self._loop.time()
        self._transport: asyncio.Transport

    # What the event loop calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        # Without it the small write of a dot waits for the relay's delayed acknowledgement: 40 ms a message.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def data_received(self, data: bytes) -> None:
        self._since = self._loop.time()
        try:
            for reply in self._parser.feed(data):
                self._hear(reply)
                if self._transport.is_closing():
                    break
        except NotSmtpError as error:
            self.drop(f"the relay does not speak SMTP: {error}")

    def eof_received(self) -> None:
        self.reason = self.reason or "the relay closed the connection"

    def connection_lost(self, error: Exception | None) -> None:
        self.reason = self.reason or (f"the connection broke: {error}" if error else "the connection was closed")
        if not self.closed.done():
            self.closed.set_result(None)
        if not self._answer.done():
            self._answer.set_exception(LostError(self.reason))
            self._answer.exception()  # seen: nobody may be waiting
        if self.dialogue is not None:
            self.dialogue.end(Temporary(self.reason))
        self._owner.lost(self)

    # Before the first message

    @property
    def local_address(self) -> str:
        return str(self._transport.get_extra_info("sockname")[0])

    @property
    def tls_version(self) -> str:
        """Give "TLSv1.3" or what protects the connection; empty if nothing does."""
        protection: ssl.SSLObject | None = self._transport.get_extra_info("ssl_object")
        return (protection.version() or "") if protection else ""

    async def greeting(self) -> Reply:
        """Wait for the relay's first words."""
        return await self._wait(Step.BANNER, self._timeouts.banner)

    async def ask(self, step: Step, line: bytes) -> Reply:
        """Say one line and wait for its answer; LostError without one."""
        if self._transport.is_closing():
            raise LostError(self.reason)
        self._answer = self._loop.create_future()
        self._transport.write(line + b"\r\n")
        return await self._wait(step, self._timeouts.command)

    async def protect(self, context: ssl.SSLContext, host: str) -> None:
        """Begin TLS after the relay agreed to it. LostError if something was said in between: it may be an attacker."""
        if not self._parser.is_empty or self._transport.is_closing():
            self.drop("something was said between STARTTLS and TLS")
            raise LostError(self.reason)
        transport = await self._loop.start_tls(
            self._transport, self, context, server_hostname=host, ssl_handshake_timeout=self._timeouts.connect
        )
        if transport is None:
            raise LostError(self.reason or "the connection was closed")
        self._transport = transport
        self._parser = ReplyParser()

    async def _wait(self, step: Step, seconds: float) -> Reply:
        try:
            async with asyncio.timeout(seconds):
                return await self._answer
        except TimeoutError as error:
            self.drop(f"no answer to {step} for {seconds:g} s")
            raise LostError(self.reason) from error

    # Messages

    def begin(self, dialogue: Dialogue) -> None:
        """From now on replies belong to the dialogue."""
        self.dialogue = dialogue
        dialogue.proceed()

    def write(self, data: bytes) -> None:
        self._since = self._loop.time()
        self._transport.write(data)

    def watch(self, now: float) -> None:
        """Give up an answer that does not come."""
        if self.dialogue is None or self._transport.is_closing() or not self.dialogue.awaited:
            return
        step = self.dialogue.awaited[0]
        if now - self._since > self._patience(step):
            self.drop(f"no answer to {step} for {self._patience(step):g} s")

    def is_idle(self, now: float) -> bool:
        """Say whether nothing was said for so long that the relay may soon end it."""
        return now - self._since > self._timeouts.idle

    def drop(self, reason: str) -> None:
        """Close at once; what was not written yet never leaves."""
        self.reason = self.reason or reason
        if self.dialogue is not None:
            self.dialogue.end(Temporary(self.reason))
        self._transport.abort()

    def _hear(self, reply: Reply) -> None:
        if self.dialogue is not None:
            is_goodbye = bool(self.dialogue.awaited) and self.dialogue.awaited[0] is Step.QUIT
            self.dialogue.hear(reply)
            if is_goodbye:
                self._transport.close()
            elif self.dialogue.has_ended:
                self.drop(reply.words)  # not close: a dot that is still in our buffer must not leave any more
        elif self._answer.done():
            raise NotSmtpError(f"it said {reply.words!r} without being asked")
        else:
            self._answer.set_result(reply)

    def _patience(self, step: Step) -> float:
        match step:
            case Step.DOT:
                return self._timeouts.dot
            case Step.DATA:
                return self._timeouts.data
            case Step.QUIT:
                return self._timeouts.quit
            case _:
                return self._timeouts.command

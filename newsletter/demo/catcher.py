"""A small SMTP server on this machine that keeps every mail in a Maildir and sends none on.

It speaks what the engine of ours uses (PIPELINING, SIZE, 8BITMIME, SMTPUTF8) so that a demo is sent as a real issue is.
The rule it keeps: it listens on 127.0.0.1 only, and answers 250 to a mail after the mail is in the Maildir.
"""

import asyncio
import itertools
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self, cast

MOST_OCTETS = 50_000_000  # of a mail
MOST_LINE = 4_096  # octets of a command; RFC 5321, section 4.5.3.1.4 has 512 without extensions
END = b"\r\n.\r\n"


class Reception(asyncio.Protocol):
    """One client's session (RFC 5321). `deliver` is given sender, recipients and data; what it gives is answered."""

    extensions: tuple[str, ...] = ("PIPELINING", f"SIZE {MOST_OCTETS}", "8BITMIME", "SMTPUTF8")

    def __init__(self, deliver: Callable[[str, list[str], bytes], str]) -> None:
        self.transport: asyncio.Transport
        self.buffer = bytearray()
        self._deliver = deliver
        self._looked_at = 0  # so much of the buffer holds no end of data
        self._is_in_data = False
        self._sender: str | None = None
        self._recipients: list[str] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.answer("CONNECT", "220 catcher.invalid ready to catch")

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while not self.transport.is_closing() and (self._take_data() if self._is_in_data else self._take_line()):
            pass

    def answer(self, _step: str, reply: str, _about: str = "") -> str:
        """Say a reply; gives what was said. Here one may say otherwise, by step and the address it is about."""
        self.transport.write(reply.encode() + b"\r\n")
        return reply

    def obey(self, verb: str, rest: str) -> None:
        """Do what one command line asks for."""
        match verb:
            case "EHLO" | "HELO":
                self._forget()
                lines = ["catcher.invalid", *(self.extensions if verb == "EHLO" else ())]
                self.answer(verb, "\r\n".join([*(f"250-{line}" for line in lines[:-1]), f"250 {lines[-1]}"]))
            case "MAIL":
                self._open(_path(rest))
            case "RCPT":
                self._add(_path(rest))
            case "DATA":
                self._begin_data()
            case "RSET":
                self._forget()
                self.answer(verb, "250 2.0.0 forgotten")
            case "NOOP":
                self.answer(verb, "250 2.0.0 nothing done")
            case "QUIT":
                self.answer(verb, "221 2.0.0 bye")
                self.transport.close()
            case _:
                self.answer(verb, "502 5.5.1 not implemented")

    def _open(self, sender: str | None) -> None:
        if self._sender is not None:
            self.answer("MAIL", "503 5.5.1 a mail is open already")
        elif sender is None:
            self.answer("MAIL", "501 5.5.4 write MAIL FROM:<address>")
        elif self.answer("MAIL", "250 2.1.0 ok", sender).startswith("2"):
            self._sender = sender

    def _add(self, recipient: str | None) -> None:
        if self._sender is None:
            self.answer("RCPT", "503 5.5.1 MAIL comes first")
        elif not recipient:
            self.answer("RCPT", "501 5.5.4 write RCPT TO:<address>")
        elif self.answer("RCPT", "250 2.1.5 ok", recipient).startswith("2"):
            self._recipients.append(recipient)

    def _begin_data(self) -> None:
        reply = "354 end with a dot" if self._recipients else "503 5.5.1 RCPT comes first"
        self._is_in_data = self.answer("DATA", reply).startswith("3")
        self._looked_at = 0

    def _take_line(self) -> bool:
        end = self.buffer.find(b"\n")
        if end < 0 and len(self.buffer) <= MOST_LINE:
            return False
        if end < 0 or end > MOST_LINE:
            self.answer("LINE", "500 5.5.2 line too long")
            self.transport.close()
            return False
        line = self.buffer[:end].decode("utf-8", "replace").rstrip("\r")
        del self.buffer[: end + 1]
        verb, _, rest = line.partition(" ")
        self.obey(verb.upper(), rest)
        return True

    def _take_data(self) -> bool:
        """Take a mail if its end is here. The CRLF before the final dot is the last of the mail."""
        if self.buffer.startswith(b".\r\n"):
            data, length = b"", 3
        else:
            end = self.buffer.find(END, max(0, self._looked_at - len(END)))
            self._looked_at = len(self.buffer)
            if end < 0:
                return self._refuse_flood()
            data, length = bytes(self.buffer[: end + 2]), end + len(END)
        del self.buffer[:length]
        self._is_in_data = False
        sender, recipients = self._sender or "", self._recipients
        self._forget()
        if not recipients:
            self.answer("DOT", "554 5.5.1 no valid recipients")
        elif len(data) > MOST_OCTETS:
            self.answer("DOT", "552 5.3.4 too big")
        else:
            self.take_mail(sender, recipients, data)
        return True

    def take_mail(self, sender: str, recipients: list[str], data: bytes) -> None:
        """Deliver one mail and answer for it."""
        self.answer("DOT", self._deliver(sender, recipients, data))

    def _refuse_flood(self) -> bool:
        if len(self.buffer) > 2 * MOST_OCTETS:
            self.answer("DOT", "552 5.3.4 too big")
            self.transport.close()
        return False

    def _forget(self) -> None:
        self._sender, self._recipients = None, []


class Catcher:
    """The server in a thread: `with Catcher(folder) as catcher:` and mail to 127.0.0.1, port `catcher.port`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = 0
        self.count = 0
        self._serials = itertools.count(1)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="newsletter-catcher", daemon=True)
        self._clients: set[asyncio.Transport] = set()

    def __enter__(self) -> Self:
        for name in ("tmp", "new", "cur"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _listen(self) -> asyncio.Server:
        return await self._loop.create_server(lambda: _Client(self._keep, self._clients), "127.0.0.1", 0)

    async def _stop(self) -> None:
        for _ in range(8):  # who waits to be accepted becomes a client first, or asyncio would lose the socket
            await asyncio.sleep(0)
        self._server.close()
        for _ in range(4):  # closing takes a few turns of the loop
            for transport in self._clients:
                transport.abort()
            await asyncio.sleep(0)

    def _keep(self, sender: str, recipients: list[str], data: bytes) -> str:
        """Write one mail as a Maildir wants it: to tmp, then moved to new."""
        name = f"{time.time_ns()}.{os.getpid()}_{next(self._serials)}.catcher"
        trace = f"Return-Path: <{sender}>\r\n" + "".join(f"Delivered-To: {one}\r\n" for one in recipients)
        unstuffed = data.replace(b"\r\n..", b"\r\n.")  # RFC 5321, section 4.5.2
        unfinished = self.folder / "tmp" / name
        unfinished.write_bytes(trace.encode() + (unstuffed[1:] if unstuffed.startswith(b"..") else unstuffed))
        unfinished.rename(self.folder / "new" / name)
        self.count += 1
        return f"250 2.0.0 caught as {name}"


class _Client(Reception):
    """A session that the catcher can end."""

    def __init__(self, deliver: Callable[[str, list[str], bytes], str], clients: set[asyncio.Transport]) -> None:
        super().__init__(deliver)
        self._clients = clients

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._clients.add(self.transport)

    def connection_lost(self, _error: Exception | None) -> None:
        self._clients.discard(self.transport)


def _path(rest: str) -> str | None:
    """Read the address of `FROM:<address> SIZE=1`, None if there is none; the empty one is the null sender."""
    keyword, colon, path = rest.partition(":")
    path = path.strip()
    if keyword.strip().upper() not in {"FROM", "TO"} or not colon or not path.startswith("<"):
        return None
    address, closed, _ = path[1:].partition(">")
    return address if closed else None

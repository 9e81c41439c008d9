"""Postmark's batch API as documented, on this machine: limits, item-wise errors, refusals, and cuts at bad moments.

It keeps to postmarkapp.com/developer/api: token in a header, at most 500 messages and 50 MB a call and 10 MB a message,
200 with one result a message in their order.
"""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

TOKEN = "server-token"
INACTIVE = "You tried to send to a recipient that has been marked as inactive. Found inactive addresses: x@y."


@dataclass(frozen=True, slots=True)
class Answered:
    """A whole call answered otherwise than by sending."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


class PostmarkServer:
    """The server in a thread: `with PostmarkServer() as server:`; say what it shall do next."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []  # accepted, in order
        self.calls: list[int] = []  # messages in each call that arrived whole
        self.on_accept: Callable[[dict[str, Any]], object] | None = None
        self._refused: dict[str, dict[str, Any]] = {}
        self._next: list[Answered | str] = []
        self._silence = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    # What it shall do

    def refuse_recipient(self, address: str, code: int, message: str) -> Self:
        self._refused[address] = {"ErrorCode": code, "Message": message}
        return self

    def answer_next(self, status: int, body: object = None, *, headers: dict[str, str] | None = None) -> Self:
        """Answer the next call like this and send nothing; `body` may be bytes that are no JSON."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self._next.append(Answered(status, content, tuple((headers or {}).items())))
        return self

    def cut_next_before_acceptance(self) -> Self:
        """Cut the next call after it was read, sending nothing."""
        self._next.append("cut before")
        return self

    def cut_next_after_acceptance(self) -> Self:
        """Send what the next call asks for, and cut it without an answer."""
        self._next.append("cut after")
        return self

    def be_silent_next(self) -> Self:
        """Send what the next call asks for, and never answer."""
        self._next.append("silence")
        return self

    def garble_next(self) -> Self:
        """Send what the next call asks for, and answer 200 with half of a result."""
        self._next.append("garble")
        return self

    # Its life

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._silence.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer_call(self, content: bytes, handler: "_Handler") -> None:
        """Send a batch, or do what was said for the next one."""
        planned = self._next.pop(0) if self._next else None
        if isinstance(planned, Answered):
            handler.answer(planned.status, planned.body, planned.headers)
            return
        if planned == "cut before":
            handler.close_connection = True
            return
        if len(content) > 50_000_000:
            handler.answer(413, b"")
            return
        messages = json.loads(content)
        self.calls.append(len(messages))
        if len(messages) > 500:
            handler.answer(422, b'{"ErrorCode": 410, "Message": "Too many batch messages."}')
            return
        results = json.dumps([self._send(message) for message in messages]).encode()
        if planned == "cut after":
            handler.close_connection = True
        elif planned == "silence":
            self._silence.wait(10)
            handler.close_connection = True
        else:
            handler.answer(200, results[: len(results) // 2] if planned == "garble" else results)

    def _send(self, message: dict[str, Any]) -> dict[str, Any]:
        refusal = self._refused.get(message["To"])
        if refusal:
            return refusal
        if len(json.dumps(message, ensure_ascii=False).encode()) > 10_000_000:
            return {"ErrorCode": 300, "Message": "Invalid email request: the message is too large."}
        if self.on_accept:
            self.on_accept(message)
        self.messages.append(message)
        return {"ErrorCode": 0, "Message": "OK", "To": message["To"], "MessageID": f"pm-{len(self.messages)}"}


class _Handler(BaseHTTPRequestHandler):
    """Reads a call and checks the token."""

    protocol_version = "HTTP/1.1"

    def __init__(self, postmark: PostmarkServer, *args: Any, **kwargs: Any) -> None:
        self._postmark = postmark
        super().__init__(*args, **kwargs)

    def do_GET(self) -> None:
        if self._is_known() and self.path == "/server":
            self.answer(200, json.dumps({"Name": "Newsroom", "ID": 1}).encode())

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        if not self._is_known():
            return
        if self.path == "/email/batch":
            self._postmark.answer_call(content, self)
        else:
            self.answer(404, b"{}")

    def answer(self, status: int, body: bytes, headers: tuple[tuple[str, str], ...] = ()) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Stay quiet."""

    def _is_known(self) -> bool:
        if self.headers.get("X-Postmark-Server-Token") == TOKEN:
            return True
        self.answer(401, b'{"ErrorCode": 10, "Message": "Bad or missing Server API token."}')
        return False

"""A mail API on this machine: what all the fakes share. Each says what its API's documents say, in a file of its own.

The troubles are real ones: answers that never come, connections that are cut before and after the mail was taken.
"""

import json
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import urlsplit

SECRET = "secret-of-the-account"
USER = "name-of-the-account"


@dataclass(frozen=True, slots=True)
class Request:
    """What came; names of headers in small letters."""

    method: str
    path: str
    headers: Mapping[str, str]
    content: bytes

    def json(self) -> Any:
        return json.loads(self.content)


@dataclass(frozen=True, slots=True)
class Answered:
    """What goes back."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Arrived:
    """A mail that the API took responsibility for."""

    key: str
    recipient: str
    body: object  # (html, text), or the MIME message


def answered(status: int, body: object = None, headers: Mapping[str, str] | None = None) -> Answered:
    """Answer with JSON, or with bytes as they are."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answered(status, content, {"Content-Type": "application/json", **(headers or {})})


class MailApi(ABC):
    """The server in a thread: `with SesApi() as api:`; say what it shall do next."""

    most_octets = 50_000_000  # of a call
    says_when = True  # with too many calls, when they are free again

    def __init__(self) -> None:
        self.arrived: list[Arrived] = []  # in order
        self.calls: list[int] = []  # messages in each call that was understood
        self.requests: list[Request] = []
        self.on_accept: Callable[[str], object] | None = None
        self._allowed: int | None = None
        self._refused: set[str] = set()
        self._faulty: set[str] = set()
        self._next: list[Answered | str] = []
        self._lock = threading.RLock()
        self._silence = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    # What each API says for itself

    @abstractmethod
    def knows(self, request: Request) -> bool:
        """Say whether the account may do this."""

    @abstractmethod
    def stranger(self) -> Answered:
        """Answer who is not known."""

    @abstractmethod
    def send(self, request: Request) -> Answered:
        """Answer a call with mails: `accept` those that can be sent."""

    @abstractmethod
    def look(self, request: Request) -> Answered:
        """Answer a look at the account."""

    @abstractmethod
    def too_many(self) -> Answered:
        """Say that these are too many calls, and when they are free again: in 7 seconds."""

    # What it shall do

    def refuse_recipient(self, address: str) -> Self:
        """Say of this recipient, in the API's own words, that it is not good."""
        self._refused.add(address)
        return self

    def fault(self, address: str) -> Self:
        """Say of the mail to this address, in the API's own words, that its sender is not allowed."""
        self._faulty.add(address)
        return self

    def is_refused(self, address: str) -> bool:
        return address in self._refused

    def is_faulty(self, address: str) -> bool:
        return address in self._faulty

    def answer_next(self, status: int, body: object = None, headers: Mapping[str, str] | None = None) -> Self:
        """Answer the next call like this and send nothing."""
        self._next.append(answered(status, body, headers))
        return self

    def allow(self, calls: int) -> Self:
        """Take so many calls, and say of each after them that they are too many."""
        self._allowed = calls
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

    def be_slow_next(self) -> Self:
        """Answer the next call late."""
        self._next.append("slow")
        return self

    def garble_next(self) -> Self:
        """Send what the next call asks for, and answer with half of a result."""
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

    def accept(self, key: str, recipient: str, body: object) -> int:
        """Take responsibility for a mail; gives its number, from 1."""
        if self.on_accept:
            self.on_accept(key)
        with self._lock:
            self.arrived.append(Arrived(key, recipient, body))
            return len(self.arrived)

    def answer(self, request: Request) -> Answered | None:
        """Answer a request, or do what was said for the next one; None: cut the connection."""
        if not self.knows(request):
            return self.stranger()
        if request.method == "GET":
            return self.look(request)
        with self._lock:
            planned = self._next.pop(0) if self._next else None
            self.requests.append(request)
        if isinstance(planned, Answered) or planned == "cut before":
            return planned if isinstance(planned, Answered) else None
        if self._is_over_its_calls():
            return self.too_many()
        if len(request.content) > self.most_octets:
            return answered(413, {"message": "Payload too large"})
        return self._troubled(planned, self.send(request))

    def _is_over_its_calls(self) -> bool:
        with self._lock:
            if self._allowed is None:
                return False
            self._allowed -= 1
            return self._allowed < 0

    def _troubled(self, planned: str | None, result: Answered) -> Answered | None:
        if planned == "cut after":
            return None
        if planned == "silence":
            self._silence.wait(10)
            return None
        if planned == "slow":
            time.sleep(0.2)
        if planned == "garble":
            return Answered(result.status, result.body[: len(result.body) // 2], {})
        return result


class _Handler(BaseHTTPRequestHandler):
    """Reads requests, writes answers."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or each answer waits 40 ms for an acknowledgement

    def __init__(self, api: MailApi, *args: Any, **kwargs: Any) -> None:
        self._api = api
        super().__init__(*args, **kwargs)

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers["Content-Length"])))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Stay quiet."""

    def _answer(self, content: bytes) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        path = urlsplit(self.path)
        result = self._api.answer(Request(self.command, path.path, headers, content))
        if result is None:
            self.close_connection = True
            return
        self.send_response(result.status)
        for name, value in result.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(result.body)))
        self.end_headers()
        self.wfile.write(result.body)

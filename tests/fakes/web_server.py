"""A web site on 127.0.0.1 that does what a test tells it: pages, feeds, and everything that goes wrong."""

import gzip
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = Callable[[BaseHTTPRequestHandler], None]


class _Server(ThreadingHTTPServer):
    """A thread a request; a client that hangs up early (at a cap, at a time-out) is no news."""

    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]  # any request, as the base class has it


@dataclass(frozen=True, slots=True)
class SeenRequest:
    """One request as the site saw it; header names in lower case."""

    path: str
    headers: dict[str, str] = field(default_factory=dict)


class WebSite:
    """Answers by path; whatever was not told is 404. `requests` is the log."""

    def __init__(self) -> None:
        self.requests: list[SeenRequest] = []
        self.most_at_once = 0
        self._now_open = 0
        self._counting = threading.Lock()
        self._answers: dict[str, Answer] = {}
        self._etags: dict[str, str] = {}
        self._closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._server.serve_forever, args=(0.005,), daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def url(self, path: str) -> str:
        return self.address + path

    def page(self, path: str, html: str) -> str:
        return self.content(path, html.encode(), "text/html; charset=utf-8")

    def feed(self, path: str, xml: str) -> str:
        return self.content(path, xml.encode(), "application/rss+xml; charset=utf-8")

    def json_feed(self, path: str, text: str) -> str:
        return self.content(path, text.encode(), "application/feed+json")

    def content(self, path: str, content: bytes, media_type: str, *, headers: dict[str, str] | None = None) -> str:
        """Answer 200 with these bytes; 304 when the request knows the path's etag."""

        def answer(handler: BaseHTTPRequestHandler) -> None:
            etag = self._etags.get(path, "")
            if etag and handler.headers.get("If-None-Match") == etag:
                _reply(handler, 304, b"", {"ETag": etag})
                return
            _reply(
                handler,
                200,
                content,
                {"Content-Type": media_type, **({"ETag": etag} if etag else {}), **(headers or {})},
            )

        return self._set(path, answer)

    def etag(self, path: str, etag: str) -> None:
        self._etags[path] = etag

    def status(self, path: str, status: int, *, headers: dict[str, str] | None = None) -> str:
        return self._set(path, lambda handler: _reply(handler, status, b"no", headers or {}))

    def in_turn(self, path: str, *answers: tuple[int, str, dict[str, str]]) -> str:
        """Answer each request with the next of these (status, text, headers), and with the last one for ever."""
        left = list(answers)

        def answer(handler: BaseHTTPRequestHandler) -> None:
            status, text, headers = left.pop(0) if len(left) > 1 else left[0]
            _reply(handler, status, text.encode(), headers)

        return self._set(path, answer)

    def slow(self, path: str, seconds: float, text: str = "slow") -> str:
        """Answer 200 after a while."""

        def answer(handler: BaseHTTPRequestHandler) -> None:
            self._wait(seconds)
            _reply(handler, 200, text.encode(), {"Content-Type": "application/rss+xml"})

        return self._set(path, answer)

    def held(self, path: str, text: str) -> threading.Event:
        """Answer 200 once the event that this gives is set."""
        released = threading.Event()

        def answer(handler: BaseHTTPRequestHandler) -> None:
            while not released.wait(0.01) and not self._closing.is_set():
                pass
            _reply(handler, 200, text.encode(), {"Content-Type": "application/rss+xml"})

        self._set(path, answer)
        return released

    def robots(self, text: str) -> str:
        return self.content("/robots.txt", text.encode(), "text/plain")

    def asked(self, path: str) -> int:
        """Give how often a path was asked for."""
        return sum(request.path == path for request in self.requests)

    def redirect(self, path: str, to: str, status: int = 302) -> str:
        return self.status(path, status, headers={"Location": to})

    def slow_redirect(self, path: str, to: str, seconds: float) -> str:
        """Lead on after a while."""

        def answer(handler: BaseHTTPRequestHandler) -> None:
            self._wait(seconds)
            _reply(handler, 302, b"", {"Location": to})

        return self._set(path, answer)

    def hang(self, path: str) -> str:
        """Take the request and never answer."""
        return self._set(path, lambda _: self._wait_for_end())

    def drip(self, path: str, start: bytes = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n") -> str:
        """Send a byte every 20 ms for ever; with start=b"" not even the headers come to an end."""

        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.close_connection = True
            try:
                handler.wfile.write(start or b"HTTP/1.1 200 OK\r\nX-Slow: ")
                while not self._wait(0.02):
                    handler.wfile.write(b"x")
                    handler.wfile.flush()
            except OSError:
                return  # the client has hung up, as it should

        return self._set(path, answer)

    def gzip_bomb(self, path: str, size: int) -> str:
        """Answer with zeroes that unpack to `size` bytes."""
        return self.content(
            path, gzip.compress(bytes(size)), "application/rss+xml", headers={"Content-Encoding": "gzip"}
        )

    def close(self) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()

    def _set(self, path: str, answer: Answer) -> str:
        self._answers[path] = answer
        return self.url(path)

    def _count(self, change: int) -> None:
        with self._counting:
            self._now_open += change
            self.most_at_once = max(self.most_at_once, self._now_open)

    def _wait_for_end(self) -> None:
        self._wait(60)

    def _wait(self, seconds: float) -> bool:
        return self._closing.wait(seconds)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                headers = {name.lower(): value for name, value in self.headers.items()}
                site.requests.append(SeenRequest(self.path, headers))
                site._count(1)
                self.is_open = True
                try:
                    site._answers.get(self.path, _not_here)(self)
                finally:
                    self.answered()

            def answered(self) -> None:
                """Count the request as over: before its last byte leaves, or the next could come in between."""
                if self.is_open:
                    self.is_open = False
                    site._count(-1)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's own name
                """Say nothing: the log is `requests`."""

        return Handler


def _not_here(handler: BaseHTTPRequestHandler) -> None:
    _reply(handler, 404, b"not here", {})


def _reply(handler: BaseHTTPRequestHandler, status: int, content: bytes, headers: dict[str, str]) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.answered()  # type: ignore[attr-defined]  # of our own Handler, above
    handler.wfile.write(content)

"""What goes wrong between machines is told as a person would say it: no errno, no name of a class."""

import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from newsletter.base.settings import FetchSettings
from newsletter.sources.errors import FetchFailed
from newsletter.sources.fetching.fetch import Fetcher
from tests.fakes.certificates import make_certificate

Serve = Callable[[socket.socket], object]


@pytest.fixture
def hasty() -> Iterator[Fetcher]:
    """A fetcher that waits for half a second."""
    settings = FetchSettings(allow_addresses=["127.0.0.1"], timeout_seconds=0.5, every_minutes=60)
    with Fetcher(settings, "newsletter-tests/1") as fetcher:
        yield fetcher


@contextmanager
def listening(serve: Serve) -> Iterator[int]:
    """Listen on a port and let `serve` have the first connection."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def take() -> None:
            with suppress(OSError):
                connection, _ = server.accept()
                with connection:
                    serve(connection)

        thread = threading.Thread(target=take, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.close()
        thread.join(2)


def words_of(fetcher: Fetcher, url: str) -> str:
    with pytest.raises(FetchFailed) as caught:
        fetcher.get(url)
    assert caught.value.temporary
    words = str(caught.value)
    assert not re.search(r"Errno|\bError\b|_ssl|\[SSL", words), words
    return words.removeprefix(f"{url} ")


def test_a_port_where_nothing_listens_is_named(hasty: Fetcher) -> None:
    """Connection refused: nothing answers at that host and port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    url = f"http://127.0.0.1:{port}/feed"
    assert words_of(hasty, url) == f"cannot be reached: nothing answers at 127.0.0.1 port {port}"


def test_a_name_that_is_unknown_is_named(hasty: Fetcher) -> None:
    """No such host: the name is told, for it may be a slip of the pen."""
    words = words_of(hasty, "http://nowhere.invalid/feed")
    assert words.startswith("cannot be reached: the name nowhere.invalid ")


def test_a_server_without_encryption_is_told(hasty: Fetcher) -> None:
    """https at a server that speaks http only: no secure connection."""

    def serve(connection: socket.socket) -> None:
        connection.recv(999)
        connection.sendall(b"HTTP/1.0 400 No\r\n\r\n")

    with listening(serve) as port:
        assert "no secure connection can be made" in words_of(hasty, f"https://127.0.0.1:{port}/")


def test_a_certificate_that_is_not_valid_is_told(hasty: Fetcher, tmp_path: Path) -> None:
    """One that nobody vouches for is refused, and the reason stands in the words."""
    _, context = make_certificate(tmp_path, "127.0.0.1")

    def serve(connection: socket.socket) -> None:
        with suppress(ssl.SSLError):
            context.wrap_socket(connection, server_side=True).close()

    with listening(serve) as port:
        words = words_of(hasty, f"https://127.0.0.1:{port}/")
    assert words.startswith("cannot be reached: its certificate is not valid (")


def test_a_server_that_hangs_up_is_told(hasty: Fetcher) -> None:
    """A connection that ends without an answer is the server's doing."""
    with listening(lambda connection: connection.recv(999)) as port:
        assert "its server broke the connection off" in words_of(hasty, f"http://127.0.0.1:{port}/")


def test_a_server_that_says_nothing_is_told_by_the_time(hasty: Fetcher) -> None:
    """Who takes the connection and stays silent did not answer; who does not even greet by TLS is not there."""
    with listening(lambda connection: connection.recv(999) and connection.recv(999)) as port:
        assert words_of(hasty, f"http://127.0.0.1:{port}/") == "did not answer in full within 0.5 s"
    with listening(lambda connection: [connection.recv(999) for _ in range(2)]) as port:
        words = f"cannot be reached: nothing answers at 127.0.0.1 port {port} within 0.5 s"
        assert words_of(hasty, f"https://127.0.0.1:{port}/") == words

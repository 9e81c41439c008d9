"""The sample web sites: a small HTTP server on this machine that shows the files of one folder.

The rule it keeps: it listens on 127.0.0.1 only. Pages keep their addresses from run to run while the port is free.
"""

import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self


class Sites:
    """The server in a thread: `with Sites(folder, port=0) as sites:` and ask `sites.address`."""

    def __init__(self, folder: Path, *, port: int) -> None:
        self._server = _server(folder, port)
        self.port: int = self._server.server_address[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="newsletter-sites", daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Files(SimpleHTTPRequestHandler):
    """Serves files, and says nothing on the terminal of the demo."""

    extensions_map = {  # noqa: RUF012 - the base class has it as a plain attribute
        ".xml": "application/xml",
        ".json": "application/feed+json",
        ".html": "text/html; charset=utf-8",
        ".jpg": "image/jpeg",
        "": "application/octet-stream",
    }

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Be silent."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True


def _server(folder: Path, port: int) -> ThreadingHTTPServer:
    files = partial(_Files, directory=str(folder))
    try:
        return _Server(("127.0.0.1", port), files)
    except OSError:  # somebody else has the port of the last run
        return _Server(("127.0.0.1", 0), files)

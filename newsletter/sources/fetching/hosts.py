"""What is remembered of the servers that we ask: their robots.txt, and until when they want to be left alone.

The fetcher sees the Protocol only. `HostsInMemory` serves a single use and tests; host_memory.py keeps it in tables.
"""

import threading
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from urllib.parse import urlsplit

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """What we know of one origin."""

    origin: str  # "https://www.example.org"
    robots: str = ""
    robots_at: datetime | None = None  # when its robots.txt was read; None: never
    not_before: datetime | None = None


class HostMemory(Protocol):
    """Keeps what we know of origins. Used from several threads."""

    def load(self, origin: str) -> Host:
        """Give what is known; an origin that nobody asked yet is an empty Host."""
        ...

    def keep_robots(self, origin: str, text: str, *, at: datetime) -> None: ...

    def rest_until(self, origin: str, until: datetime) -> None: ...


class HostsInMemory:
    """Remembers for as long as the program runs."""

    def __init__(self) -> None:
        self._hosts: dict[str, Host] = {}
        self._lock = threading.Lock()

    def load(self, origin: str) -> Host:
        return self._hosts.get(origin) or Host(origin=origin)

    def keep_robots(self, origin: str, text: str, *, at: datetime) -> None:
        with self._lock:
            self._hosts[origin] = replace(self.load(origin), robots=text, robots_at=at)

    def rest_until(self, origin: str, until: datetime) -> None:
        with self._lock:
            self._hosts[origin] = replace(self.load(origin), not_before=until)

    def forget(self) -> None:
        """Know nothing again."""
        with self._lock:
            self._hosts.clear()


def origin_of(url: str) -> str:
    """Give an address's scheme, host and port, as robots.txt and a server's wishes hold for (RFC 6454, section 4)."""
    scheme, host, port = _parts(url)
    name = f"[{host}]" if ":" in host else host
    return f"{scheme}://{name}" if port == _PORTS.get(scheme) else f"{scheme}://{name}:{port}"


def host_of(url: str) -> str:
    """Give the server an address lives on, for taking turns: http and https are the same machine's doors."""
    scheme, host, port = _parts(url)
    return host if port == _PORTS.get(scheme) else f"{host}:{port}"


def _parts(url: str) -> tuple[str, str, int | None]:
    try:
        parts = urlsplit(url)
        scheme = parts.scheme.lower()
        return scheme, (parts.hostname or "").rstrip("."), parts.port or _PORTS.get(scheme)
    except ValueError:
        return "", "", None

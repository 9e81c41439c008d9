"""What is remembered of the servers that we ask: their robots.txt, and until when they want to be left alone.

The fetcher sees the Protocol only. `HostsInMemory` serves a single use and tests; host_memory.py keeps it in tables.
"""

import threading
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import urlsplit

_PORTS = {"http": 80, "https": 443}
_LONGEST_QUEUE = timedelta(minutes=5)  # for a page; what is kept beyond that was written by a clock that went wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """What we know of one server: its robots.txt by origin, its wishes for rest by host, whatever the scheme."""

    origin: str  # "https://www.example.org", or the host alone: "www.example.org"
    robots: str = ""
    robots_at: datetime | None = None  # when its robots.txt was read; None: never
    not_before: datetime | None = None


class HostMemory(Protocol):
    """Keeps what we know of servers. Used from several threads, and of a home from several processes."""

    def load(self, origin: str) -> Host:
        """Give what is known; an origin that nobody asked yet is an empty Host."""
        ...

    def keep_robots(self, origin: str, text: str, *, at: datetime) -> None: ...

    def rest_until(self, origin: str, until: datetime) -> None: ...

    def reserve_page(self, host: str, pause: timedelta, *, now: datetime) -> datetime:
        """Take the next moment at which a page of this host may be asked, and give it; the one after is a pause later.

        Nobody else is given the same moment.
        """
        ...


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

    def reserve_page(self, host: str, pause: timedelta, *, now: datetime) -> datetime:
        with self._lock:
            key = pages_of(host)
            start = next_page(self.load(key).not_before, now=now)
            self._hosts[key] = replace(self.load(key), not_before=start + pause)
            return start

    def forget(self) -> None:
        """Know nothing again."""
        with self._lock:
            self._hosts.clear()


def pages_of(host: str) -> str:
    """Give the key under which a host's next page is kept: feeds do not wait for it, so it is no rest of the host."""
    return f"pages of {host}"


def next_page(kept: datetime | None, *, now: datetime) -> datetime:
    """Decide when the next page may be asked: as kept, or now where that is over."""
    return kept if kept is not None and now < kept <= now + _LONGEST_QUEUE else now


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

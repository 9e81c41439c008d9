"""Fetches over HTTP: conditional, capped, timed, one request at a time a server, and never from an address that the
operator did not allow.

One client for all sources, but nothing passes from one to the next: no cookies, no kept connections, no proxy from the
environment (it would go round the guard). Redirects are followed here, one by one: the client would read their bodies.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import TracebackType
from typing import Self

import httpx

from newsletter.base.clock import Clock, SystemClock
from newsletter.base.settings import FetchSettings
from newsletter.sources.errors import FetchFailed, HostIsTaken, HostRests
from newsletter.sources.fetching.answers import Fetched, fetched_of, packing_of, refusal, shown, timed_out, unreachable
from newsletter.sources.fetching.freshness import LONGEST
from newsletter.sources.fetching.guard import GuardedBackend, GuardedTransport
from newsletter.sources.fetching.host_turns import HostBusy, HostTurns, ThreadTurns
from newsletter.sources.fetching.hosts import HostMemory, HostsInMemory, host_of
from newsletter.sources.fetching.redirects import Hop, leads_for_good, moved_to
from newsletter.sources.fetching.robots import MOST_BYTES as MOST_ROBOTS
from newsletter.sources.fetching.robots import Robots, product_of
from newsletter.sources.fetching.under_way import UnderWay
from newsletter.sources.fetching.unpack import ACCEPTED, BrokenPacking, TooLarge, unpack, unpack_start

__all__ = ["MOST_REDIRECTS", "Fetched", "Fetcher", "shown"]

MOST_REDIRECTS = 5
_CONDITIONS = ("If-None-Match", "If-Modified-Since")
_BUSY_FOR = timedelta(minutes=5)  # until we try again where another request of ours kept a server busy
_ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, text/html;q=0.8, */*;q=0.5"

Admit = Callable[[str], None]  # raises where a request may not be made
ReadBody = Callable[[httpx.Response], bytes]


class Fetcher:
    """Gets feeds, pages and pictures. Safe to use from several threads; close it at the end.

    Without `hosts` and `turns` it remembers servers, and takes turns at them, within this process only.
    """

    def __init__(
        self,
        settings: FetchSettings,
        user_agent: str,
        *,
        hosts: HostMemory | None = None,
        turns: HostTurns | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._settings = settings
        self._clock = clock or SystemClock()
        self._hosts = hosts or HostsInMemory()
        self._turns = turns or ThreadTurns()
        self._under_way = UnderWay()
        self._robots = Robots(self._hosts, self._clock, product_of(user_agent), self._read_robots)
        self._client = httpx.Client(
            transport=GuardedTransport(GuardedBackend(settings.allow_addresses)),
            headers={"User-Agent": user_agent, "Accept": _ACCEPT, "Accept-Encoding": ACCEPTED},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            trust_env=False,
        )

    @property
    def max_bytes(self) -> int:
        """The largest content that is read, from the network or from a file."""
        return self._settings.max_bytes

    def get(self, url: str, *, etag: str = "", last_modified: str = "", validators_of: str = "") -> Fetched:
        """Get an address; SourceError in words when it gives nothing usable.

        `validators_of`: the address that ETag and Last-Modified came from, if that was another one.
        """
        known = _Known(headers=_conditions(etag, last_modified), url=validators_of)
        return self._follow(url, known, admit=_anything, body=self._body)

    def get_page(self, url: str, *, etag: str = "", last_modified: str = "", validators_of: str = "") -> Fetched:
        """Get a page that a person would read, if its server's robots.txt lets programs read it."""
        known = _Known(headers=_conditions(etag, last_modified), url=validators_of)
        return self._follow(url, known, admit=self._robots.admit, body=self._body)

    def check_robots(self, url: str) -> None:
        """Come back if a page may be read; RobotsForbid or a temporary FetchFailed if not. The page is not asked."""
        self._robots.check(url)

    def close(self) -> None:
        """End, when no other thread has a request under way: one that still brings bytes is broken off, one that
        brings none ends by its time-out. What is broken off, or asked from now on, is a ProgramEnds.
        """
        self._under_way.end()
        self._client.close()
        self._turns.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _follow(self, url: str, known: "_Known", *, admit: Admit, body: ReadBody) -> Fetched:
        """Go from the address over its redirects to an answer."""
        hops: list[Hop] = []
        left, status = self._settings.timeout_seconds, 0
        with self._failures_in_words(shown(url)):
            request = self._client.build_request("GET", url)
            for _ in range(MOST_REDIRECTS + 1):
                _refuse_other_schemes(request)
                admit(str(request.url))
                known.tell(request, hops)
                with self._under_way.one(), self._turn_at(str(request.url)):
                    started = time.monotonic()
                    answer = self._ask(request, left, body)
                    left -= time.monotonic() - started  # waiting for a turn is not the server's time
                if isinstance(answer, Fetched):
                    return replace(answer, moved_to=moved_to(hops))
                status, following = answer
                hops.append(Hop(status=status, start=str(request.url), end=str(following.url)))
                request = following
        words = f"{shown(url)} redirects more than {MOST_REDIRECTS} times"
        raise FetchFailed(words, temporary=False, status=status)

    def _ask(self, request: httpx.Request, left: float, body: ReadBody) -> Fetched | tuple[int, httpx.Request]:
        """Make one request; give what came, or the status and the request of a redirect."""
        self._under_way.go_on()  # the turn may have come late
        # The guard takes the time for connecting as the end of the whole connection.
        request.extensions["timeout"] = httpx.Timeout(max(left, 0.001)).as_dict()
        response = self._client.send(request, stream=True, follow_redirects=False)
        try:
            if response.next_request is not None:
                return response.status_code, response.next_request
            error = refusal(response, now=self._clock.now())
            if error is not None:
                self._note_wish(str(request.url), error)
                raise error
            return fetched_of(response, body(response), now=self._clock.now())
        finally:
            response.close()

    @contextmanager
    def _turn_at(self, url: str) -> Iterator[None]:
        """Hold the only turn at a server; HostRests where none comes in time, or it asked to be left alone."""
        self._refuse_resting(url)
        seconds = self._settings.timeout_seconds
        try:
            with self._turns.turn(host_of(url), timeout=seconds):
                self._refuse_resting(url)  # it may have asked just now
                yield
        except HostBusy as error:
            words = f"{shown(url)} was not asked: another request to its server took over {seconds:g} s"
            raise HostIsTaken(words, temporary=True, retry_after=_BUSY_FOR) from error

    def _refuse_resting(self, url: str) -> None:
        until = self._hosts.load(host_of(url)).not_before
        left = until - self._clock.now() if until else timedelta()
        if until and timedelta() < left <= LONGEST:
            words = f"{shown(url)} was not asked: its server wants to be left alone until {until:%Y-%m-%d %H:%M} UTC"
            raise HostRests(words, temporary=True, retry_after=left)

    def _note_wish(self, url: str, error: FetchFailed) -> None:
        """A server that is too busy for us is so for all its sources (RFC 6585, section 4; RFC 9110, 15.6.4)."""
        if error.status in {429, 503} and error.retry_after:
            self._hosts.rest_until(host_of(url), self._clock.now() + error.retry_after)

    def _body(self, response: httpx.Response) -> bytes:
        length = response.headers.get("content-length", "")
        if length.isascii() and length.isdigit() and int(length[:19]) > self._settings.max_bytes:
            raise TooLarge
        parts = self._under_way.until_the_end(response.iter_raw())
        return unpack(parts, packing_of(response), self._settings.max_bytes)

    def _read_robots(self, url: str) -> bytes:
        return self._follow(url, _Known(), admit=_anything, body=_robots_body).content

    @contextmanager
    def _failures_in_words(self, name: str) -> Iterator[None]:
        """Turn the client's errors into one sentence a person can act on."""
        seconds, most = self._settings.timeout_seconds, self._settings.max_bytes
        try:
            yield
        except httpx.TimeoutException as error:
            raise timed_out(name, error, seconds) from error
        except TooLarge as error:
            raise FetchFailed(f"{name} is larger than {most:,} bytes (fetch.max_bytes)", temporary=False) from error
        except BrokenPacking as error:
            raise FetchFailed(f"{name}: {error}", temporary=True) from error
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError) as error:
            raise FetchFailed(f"{name} is no address that can be fetched: {error}", temporary=False) from error
        except httpx.HTTPError as error:
            raise unreachable(name, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What an earlier answer left, and the address that gave it; empty: not noted.

    One address's validators mean nothing at another (RFC 9110, section 8.8): they are sent to their own only, or, where
    that was not noted, as long as permanent redirects alone lead on.
    """

    headers: Mapping[str, str] = field(default_factory=dict)
    url: str = ""

    def tell(self, request: httpx.Request, hops: Sequence[Hop]) -> None:
        is_its_own = str(request.url) == self.url if self.url else leads_for_good(hops)
        for name in _CONDITIONS:
            request.headers.pop(name, None)  # the client copies headers from one hop to the next
        if is_its_own:
            request.headers.update(self.headers)


def _anything(_: str) -> None:
    """Admit every address."""


def _robots_body(response: httpx.Response) -> bytes:
    return unpack_start(response.iter_raw(), packing_of(response), MOST_ROBOTS)


def _refuse_other_schemes(request: httpx.Request) -> None:
    if request.url.scheme not in {"http", "https"} or not request.url.host:
        raise FetchFailed(f"{shown(str(request.url))} is no http or https address", temporary=False)


def _conditions(etag: str, last_modified: str) -> dict[str, str]:
    return {name: value for name, value in zip(_CONDITIONS, (etag, last_modified), strict=True) if value}

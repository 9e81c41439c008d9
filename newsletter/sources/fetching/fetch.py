"""Fetches over HTTP: conditional, capped, timed, and never from an address the operator did not allow.

One client for all sources, but nothing passes from one to the next: no cookies, no kept connections, no proxy from the
environment (it would go round the guard). Redirects are followed here, one by one: the client would read their bodies.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import httpcore
import httpx

from newsletter.base.settings import FetchSettings
from newsletter.sources.errors import FetchFailed
from newsletter.sources.fetching.guard import ForbiddenAddress, GuardedBackend
from newsletter.sources.fetching.unpack import ACCEPTED, BrokenPacking, TooLarge, unpack

MOST_REDIRECTS = 5
_ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, text/html;q=0.8, */*;q=0.5"
_LONGEST_RETRY_AFTER = timedelta(days=1)  # a server that says "in a year" does not switch its source off
# The same answer would come again; all other failures may pass.
_FINAL_STATUS = frozenset({400, 401, 403, 404, 405, 406, 410, 414, 415, 451})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What an address gave. With status 304 there is no content: nothing has changed."""

    status: int
    url: str  # after redirects
    content: bytes
    media_type: str  # lower case, without parameters; empty: not said
    charset: str
    etag: str
    last_modified: str
    moved_to: str = ""  # the address to ask from now on: all redirects on the way were permanent; empty: none was
    fresh_for: timedelta | None = None  # as Cache-Control or Expires says; None: it does not


class Fetcher:
    """Gets feeds, pages and pictures. Safe to use from several threads; close it at the end."""

    def __init__(self, settings: FetchSettings, user_agent: str) -> None:
        self._settings = settings
        self._client = httpx.Client(
            transport=_GuardedTransport(GuardedBackend(settings.allow_addresses)),
            headers={"User-Agent": user_agent, "Accept": _ACCEPT, "Accept-Encoding": ACCEPTED},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            trust_env=False,
        )

    @property
    def max_bytes(self) -> int:
        """The largest content that is read, from the network or from a file."""
        return self._settings.max_bytes

    def get(self, url: str, *, etag: str = "", last_modified: str = "") -> Fetched:
        """Get an address; SourceError in words when it gives nothing usable."""
        name = shown(url)
        deadline = time.monotonic() + self._settings.timeout_seconds
        with self._failures_in_words(name):
            request = self._client.build_request("GET", url, headers=_conditions(etag, last_modified))
            for _ in range(MOST_REDIRECTS + 1):
                fetched = self._ask(request, deadline)
                if isinstance(fetched, Fetched):
                    return fetched
                request = fetched
        raise FetchFailed(f"{name} redirects more than {MOST_REDIRECTS} times", temporary=False)

    def get_page(self, url: str, *, etag: str = "", last_modified: str = "") -> Fetched:
        """Get a page that a person would read, if its server's robots.txt lets programs read it."""
        return self.get(url, etag=etag, last_modified=last_modified)

    def close(self) -> None:
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ask(self, request: httpx.Request, deadline: float) -> Fetched | httpx.Request:
        """Make one request; give what came, or the request that a redirect asks for."""
        if request.url.scheme not in {"http", "https"} or not request.url.host:
            raise FetchFailed(f"{shown(str(request.url))} is no http or https address", temporary=False)
        # The guard takes the time for connecting as the end of the whole connection.
        request.extensions["timeout"] = httpx.Timeout(max(deadline - time.monotonic(), 0.001)).as_dict()
        response = self._client.send(request, stream=True, follow_redirects=False)
        try:
            return response.next_request or self._read(response)
        finally:
            response.close()

    def _read(self, response: httpx.Response) -> Fetched:
        name = shown(str(response.url))
        is_unchanged = response.status_code == HTTPStatus.NOT_MODIFIED
        if is_unchanged and not {"if-none-match", "if-modified-since"} & set(response.request.headers):
            raise FetchFailed(f"{name} says 'not modified' though nothing was asked about a change", temporary=True)
        if response.status_code != HTTPStatus.OK and not is_unchanged:
            raise _refusal(name, response)
        if int(_digits(response.headers.get("content-length", ""))) > self._settings.max_bytes:
            raise TooLarge
        packing = response.headers.get("content-encoding", "")
        content = b"" if is_unchanged else unpack(response.iter_raw(), packing, self._settings.max_bytes)
        return Fetched(
            status=response.status_code,
            url=str(response.url),
            content=content,
            media_type=response.headers.get("content-type", "").partition(";")[0].strip().lower(),
            charset=response.charset_encoding or "",
            etag=_plain(response.headers.get("etag", "")),
            last_modified=_plain(response.headers.get("last-modified", "")),
        )

    @contextmanager
    def _failures_in_words(self, name: str) -> Iterator[None]:
        """Turn the client's errors into one sentence a person can act on."""
        seconds, most = self._settings.timeout_seconds, self._settings.max_bytes
        try:
            yield
        except httpx.TimeoutException as error:
            raise FetchFailed(f"{name} did not answer in full within {seconds:g} s", temporary=True) from error
        except TooLarge as error:
            raise FetchFailed(f"{name} is larger than {most:,} bytes (fetch.max_bytes)", temporary=False) from error
        except BrokenPacking as error:
            raise FetchFailed(f"{name}: {error}", temporary=True) from error
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError) as error:
            raise FetchFailed(f"{name} is no address that can be fetched: {error}", temporary=False) from error
        except httpx.HTTPError as error:
            raise _unreachable(name, error) from error


class _GuardedTransport(httpx.HTTPTransport):
    """httpx's own transport over a pool that connects through the guard and keeps nothing open."""

    def __init__(self, backend: GuardedBackend) -> None:
        context = httpx.create_ssl_context(trust_env=False)
        super().__init__(verify=context, trust_env=False)
        self._pool: httpcore.ConnectionPool = httpcore.ConnectionPool(
            ssl_context=context, max_connections=None, max_keepalive_connections=0, network_backend=backend
        )


def shown(url: str) -> str:
    """Give an address as messages may show it: without a password, not longer than a line."""
    try:
        parts = urlsplit(url)
        userinfo, at, host = parts.netloc.rpartition("@")
        url = parts._replace(netloc=host).geturl() if at and userinfo else url
    except ValueError:
        url = "the address"
    return url if len(url) <= 200 else f"{url[:199]}…"


def _conditions(etag: str, last_modified: str) -> dict[str, str]:
    pairs = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    return {name: value for name, value in pairs.items() if value}


def _refusal(name: str, response: httpx.Response) -> FetchFailed:
    status = response.status_code
    phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else ""
    words = "is gone for good, its server says (410): remove the source or find its new address"
    answer = f"{name} {words}" if status == HTTPStatus.GONE else f"{name} answered {status} {phrase}".rstrip()
    seconds = int(_digits(response.headers.get("retry-after", "")))
    wait = min(timedelta(seconds=min(seconds, 10**6)), _LONGEST_RETRY_AFTER) if seconds else None
    return FetchFailed(answer, temporary=status not in _FINAL_STATUS, retry_after=wait, status=status)


def _unreachable(name: str, error: httpx.HTTPError) -> FetchFailed:
    if isinstance(error.__cause__, ForbiddenAddress):
        words = "leads to an address that is not public; if that is meant, add its network to fetch.allow_addresses"
        return FetchFailed(f"{name} {words}", temporary=False)
    return FetchFailed(f"{name} cannot be reached: {error or type(error).__name__}", temporary=True)


def _digits(text: str) -> str:
    """Give a header's number, 0 for anything else (a date in Retry-After is rare and not worth a parser)."""
    text = text.strip()
    return text if text.isascii() and text.isdigit() and len(text) < 20 else "0"


def _plain(text: str) -> str:
    """Give a validator that can be sent back; one with other characters is dropped."""
    return text if text.isascii() and text.isprintable() and len(text) <= 1000 else ""

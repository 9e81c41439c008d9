"""Reads what stands in an answer's head: what came, or why that is nothing usable, in words."""

import errno
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from urllib.parse import urlsplit

import httpx

from newsletter.sources.errors import FetchFailed, NoSuchName
from newsletter.sources.fetching.freshness import fresh_for, retry_after
from newsletter.sources.fetching.guard import ForbiddenAddress, UnknownName

# The same answer would come again; all other failures may pass.
_FINAL_STATUS = frozenset({400, 401, 403, 404, 405, 406, 410, 414, 415, 451})
# What the system says of a connection, and what that means.
_WORDS = (
    ({errno.ECONNREFUSED, errno.EHOSTDOWN}, "nothing answers at {place}"),
    ({errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL}, "no way leads to {place} from here"),
    ({errno.ECONNRESET, errno.ECONNABORTED, errno.EPIPE}, "its server broke the connection off"),
    ({errno.ETIMEDOUT}, "nothing answers at {place} in time"),
    ({errno.EMFILE, errno.ENFILE}, "this machine has too many files open"),
)


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
    moved_to: str = ""  # the address to ask from now on: permanent redirects alone led there; empty: none did
    fresh_for: timedelta | None = None  # as Cache-Control or Expires says; None: it does not


def fetched_of(response: httpx.Response, content: bytes, *, now: datetime) -> Fetched:
    """Give what came."""
    headers = response.headers
    return Fetched(
        status=response.status_code,
        url=str(response.url),
        content=b"" if response.status_code == HTTPStatus.NOT_MODIFIED else content,
        media_type=headers.get("content-type", "").partition(";")[0].strip().lower(),
        charset=response.charset_encoding or "",
        etag=_plain(headers.get("etag", "")),
        last_modified=_plain(headers.get("last-modified", "")),
        fresh_for=fresh_for(headers, now=now),
    )


def packing_of(response: httpx.Response) -> str:
    """Say how the body is packed; a 304 has none, whatever its head says."""
    is_unchanged = response.status_code == HTTPStatus.NOT_MODIFIED
    return "" if is_unchanged else response.headers.get("content-encoding", "")


def refusal(response: httpx.Response, *, now: datetime) -> FetchFailed | None:
    """Give the failure that any answer but 200, and 304 to a conditional request, is; None where there is none."""
    name, status = shown(str(response.url)), response.status_code
    if status == HTTPStatus.OK:
        return None
    if status == HTTPStatus.NOT_MODIFIED:
        if {"if-none-match", "if-modified-since"} & set(response.request.headers):
            return None
        words = f"{name} says 'not modified' though nothing was asked about a change"
        return FetchFailed(words, temporary=True, status=status)
    headers = response.headers
    wait = retry_after(headers.get("retry-after", ""), now=now, sent=headers.get("date", ""))
    return FetchFailed(_answer(name, status), temporary=status not in _FINAL_STATUS, retry_after=wait, status=status)


def unreachable(name: str, error: httpx.HTTPError) -> FetchFailed:
    """Give the failure to connect to an address, or to hear it out."""
    if isinstance(error.__cause__, ForbiddenAddress):
        words = "leads to an address that is not public; if that is meant, add its network to fetch.allow_addresses"
        return FetchFailed(f"{name} {words}", temporary=False)
    kind = NoSuchName if isinstance(error.__cause__, UnknownName) else FetchFailed
    return kind(f"{name} cannot be reached: {_trouble(error)}", temporary=True)


def timed_out(name: str, error: httpx.TimeoutException, seconds: float) -> FetchFailed:
    """Give the failure of an answer that did not come, or not to its end, in time."""
    if isinstance(error, httpx.ConnectTimeout):
        words = f"{name} cannot be reached: nothing answers at {_place(error)} within {seconds:g} s"
        return FetchFailed(words, temporary=True)
    return FetchFailed(f"{name} did not answer in full within {seconds:g} s", temporary=True)


def _trouble(error: httpx.HTTPError) -> str:
    """Say what went wrong between the machines, as a person would; what is not known is told as it came."""
    causes = list(_causes(error))
    untrusted = next((cause for cause in causes if isinstance(cause, ssl.SSLCertVerificationError)), None)
    if untrusted is not None:
        return f"its certificate is not valid ({untrusted.verify_message or untrusted.reason})"
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return "no secure connection can be made; its server may speak http only, or an outdated TLS"
    number = next((cause.errno for cause in causes if isinstance(cause, OSError) and cause.errno), 0)
    for numbers, words in _WORDS:
        if number in numbers:
            return words.format(place=_place(error))
    if isinstance(error, (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)):
        return f"its server broke the connection off, or does not speak HTTP ({str(error) or type(error).__name__})"
    return str(error) or type(error).__name__


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Walk from an error to what it came from: the client hands each on in one of its own."""
    seen: BaseException | None = error
    for _ in range(10):
        if seen is None:
            return
        yield seen
        seen = seen.__cause__ or seen.__context__


def _place(error: httpx.HTTPError) -> str:
    """Give host and port of a request as a person says them."""
    url = error.request.url
    port = url.port or (443 if url.scheme == "https" else 80)
    return f"{url.host} port {port}"


def shown(url: str) -> str:
    """Give an address as messages may show it: without a password, not longer than a line."""
    try:
        parts = urlsplit(url)
        userinfo, at, host = parts.netloc.rpartition("@")
        url = parts._replace(netloc=host).geturl() if at and userinfo else url
    except ValueError:
        url = "the address"
    return url if len(url) <= 200 else f"{url[:199]}…"


def _answer(name: str, status: int) -> str:
    if status == HTTPStatus.GONE:
        return f"{name} is gone for good, its server says (410): remove the source or find its new address"
    phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else ""
    return f"{name} answered {status} {phrase}".rstrip()


def _plain(text: str) -> str:
    """Give a validator that can be sent back; one with other characters is dropped."""
    return text if text.isascii() and text.isprintable() and len(text) <= 1000 else ""

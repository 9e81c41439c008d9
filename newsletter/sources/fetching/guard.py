"""Connects only where sources may live: public addresses, and networks that the operator allows.

The address is checked where the connection is made and the checked address is the one connected to, so neither a
redirect nor a name that changes its address between look-up and connection gets past. It also ends every connection
by the wall clock: a server that drips a byte a minute is cut like one that is silent.
"""

import socket
import ssl
import time
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

import httpcore
import httpx

Address = IPv4Address | IPv6Address
# 64:ff9b::/96 carries an IPv4 address in its last 32 bits (RFC 6052 section 2.1); a gateway would lead there.
_NAT64 = ip_network("64:ff9b::/96")
# What IANA's registries (RFC 6890) do not give to hosts of the world. A list of our own: versions of Python differ in
# theirs, and 192.0.0.192 is where a cloud keeps its machines' secrets. Of IPv6 only 2000::/3 is given out at all.
_SPECIAL_NETWORKS = """
0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24
192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/3
::/3 4000::/2 8000::/1 2001::/23 2001:db8::/32 3fff::/20
"""
_SPECIAL = tuple(ip_network(network) for network in _SPECIAL_NETWORKS.split())


class ForbiddenAddress(httpcore.ConnectError):
    """The name leads to an address that sources may not live at."""


class UnknownName(httpcore.ConnectError):
    """The system's resolver says that nobody has the name; one that cannot say is another matter (RFC 3493, 6.1)."""


class GuardedBackend(httpcore.NetworkBackend):
    """Makes connections to permitted addresses, each with an end.

    The time-out given for connecting is what is left of the whole request; it bounds all that follows on the stream.
    The look-up of the name itself is bounded by the system's resolver.
    """

    def __init__(self, allowed: Sequence[str]) -> None:
        self._allowed = [ip_network(network, strict=False) for network in allowed]
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        deadline = time.monotonic() + (timeout or 0)
        failure: Exception = ForbiddenAddress(host)
        for address in self._permitted(host, port):
            try:
                left = _time_left(deadline, httpcore.ConnectTimeout)
                stream = self._inner.connect_tcp(address, port, left, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _EndingStream(stream, deadline)
        raise failure

    def _permitted(self, host: str, port: int) -> list[str]:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            has_no_name = isinstance(error, UnicodeError) or error.errno == socket.EAI_NONAME
            kind = UnknownName if has_no_name else httpcore.ConnectError
            raise kind(_unknown(host, error)) from error
        return [str(sockaddr[0]) for *_, sockaddr in found if self._is_permitted(ip_address(sockaddr[0]))]

    def _is_permitted(self, address: Address) -> bool:
        real = _embedded(address)
        return is_public(real) or any(real in network or address in network for network in self._allowed)


class GuardedTransport(httpx.HTTPTransport):
    """httpx's own transport over a pool that connects through the guard and keeps nothing open."""

    def __init__(self, backend: GuardedBackend) -> None:
        context = httpx.create_ssl_context(trust_env=False)
        super().__init__(verify=context, trust_env=False)
        self._pool: httpcore.ConnectionPool = httpcore.ConnectionPool(
            ssl_context=context, max_connections=None, max_keepalive_connections=0, network_backend=backend
        )


def _unknown(host: str, error: Exception) -> str:
    """Tell a name that does not exist from a name service that does not answer just now."""
    if isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN:
        return f"the name {host} cannot be looked up just now: the name service (DNS) does not answer"
    return f"the name {host} is unknown; is it spelled right?"


def is_public(address: Address) -> bool:
    """Tell whether anybody in the world could reach this address."""
    return address.is_global and not any(address in network for network in _SPECIAL)


def _embedded(address: Address) -> Address:
    """Give the IPv4 address that an IPv6 address stands for, else the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


class _EndingStream(httpcore.NetworkStream):
    """A connection that ends at its deadline, however lively the other side is."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: float) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 - ours is what is left
        return self._inner.read(max_bytes, _time_left(self._deadline, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002 - ours is what is left
        self._inner.write(buffer, _time_left(self._deadline, httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        left = _time_left(self._deadline, httpcore.ConnectTimeout)
        return _EndingStream(self._inner.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _time_left(deadline: float, error: type[Exception]) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise error
    return left

"""The guard: which addresses are the world's, and that the address which was checked is the one connected to."""

import socket
from ipaddress import ip_address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.base.settings import FetchSettings
from newsletter.sources.errors import FetchFailed
from newsletter.sources.fetching.fetch import Fetcher
from newsletter.sources.fetching.guard import is_public
from tests.fakes.web_server import WebSite

Found = list[tuple[Any, ...]]


class Names:
    """A name service whose answer changes from one look-up to the next."""

    def __init__(self, *answers: str) -> None:
        self._answers = list(answers)
        self._ask = socket.getaddrinfo
        self.asked: list[str] = []

    def __call__(self, host: str, port: int, *args: Any, **options: Any) -> Found:
        if not host.endswith(".example"):
            return list(self._ask(host, port, *args, **options))
        self.asked.append(host)
        address = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]


def fetcher_of(*allowed: str) -> Fetcher:
    settings = FetchSettings(allow_addresses=list(allowed), timeout_seconds=5, max_bytes=1000, every_minutes=60)
    return Fetcher(settings, "newsletter-tests/1")


def test_the_checked_address_is_the_one_connected_to(site: WebSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name is looked up once: what it would answer to a second look-up (DNS rebinding) is never connected to."""
    names = Names("127.0.0.1", "127.0.0.2")
    monkeypatch.setattr(socket, "getaddrinfo", names)
    port = site.address.rpartition(":")[2]
    site.page("/x", "there")
    with fetcher_of("127.0.0.1") as fetcher:
        assert fetcher.get(f"http://rebinding.example:{port}/x").content == b"there"
    assert names.asked == ["rebinding.example"]


def test_a_name_is_checked_anew_at_each_connection(site: WebSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """That a name was harmless a moment ago lets it go nowhere."""
    monkeypatch.setattr(socket, "getaddrinfo", Names("127.0.0.1", "127.0.0.2"))
    port = site.address.rpartition(":")[2]
    site.page("/x", "there")
    with fetcher_of("127.0.0.1") as fetcher:
        fetcher.get(f"http://rebinding.example:{port}/x")
        with pytest.raises(FetchFailed, match="not public"):
            fetcher.get(f"http://rebinding.example:{port}/x")
    assert len(site.requests) == 1


@pytest.mark.parametrize(
    "address",
    [
        "192.0.0.192", "192.0.0.1", "192.0.0.9", "192.0.2.1", "192.88.99.1", "198.18.0.1", "203.0.113.9",
        "100.100.100.200", "169.254.169.254", "0.1.2.3", "239.1.1.1", "250.0.0.1",
        "3fff::1", "3fff:fff::1", "2001:db8::1", "2001:2::1", "2001:10::1", "100::1", "5f00::1", "64:ff9b:1::1",
        "4000::1", "fec0::1", "fd00::1", "ff0e::1",
    ],
)  # fmt: skip
def test_networks_with_a_purpose_of_their_own_are_not_public(address: str) -> None:
    """IANA's special networks are no place for a site, whatever the version of Python calls global."""
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["9.9.9.9", "193.0.6.139", "192.1.0.1", "2001:67c:2e8::1", "2a00:1450::1"])
def test_addresses_of_the_world_are_public(address: str) -> None:
    """What lies beside a special network is none."""
    assert is_public(ip_address(address))


@given(st.ip_addresses())
def test_nothing_is_public_that_python_knows_to_be_special(address: Any) -> None:
    """Our list only takes away."""
    special = address.is_private or address.is_multicast or address.is_reserved or address.is_loopback
    assert not (special and is_public(address))

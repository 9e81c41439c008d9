"""Whose request it is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.web.network_address import is_loopback, network_address, read_networks

PROXIES = read_networks(["10.0.0.0/8", "2001:db8::/32"])


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("192.0.2.1", [], "192.0.2.1"),
        ("192.0.2.1", ["203.0.113.5"], "192.0.2.1"),
        ("10.0.0.1", ["203.0.113.5"], "203.0.113.5"),
        ("10.0.0.1", ["198.51.100.1, 203.0.113.5"], "203.0.113.5"),
        ("10.0.0.1", ["198.51.100.1", "203.0.113.5, 10.0.0.2"], "203.0.113.5"),
        ("10.0.0.1", ["203.0.113.5:4711"], "203.0.113.5"),
        ("10.0.0.1", ['"[2001:db9::7]:443"'], "2001:db9::7"),
        ("10.0.0.1", ["::ffff:203.0.113.5"], "203.0.113.5"),
        ("::ffff:10.0.0.1", ["203.0.113.5"], "203.0.113.5"),
        ("10.0.0.1", ["unknown"], "10.0.0.1"),
        ("10.0.0.1", ["203.0.113.5, unknown"], "10.0.0.1"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ("testclient", ["203.0.113.5"], "testclient"),
    ],
)
def test_the_right_most_untrusted_hop_counts(peer: str, forwarded: list[str], expected: str) -> None:
    """Only what a trusted proxy saw itself is believed."""
    assert network_address(peer, forwarded, PROXIES) == expected


@given(st.lists(st.text(max_size=30), max_size=4))
@settings(max_examples=50)
def test_without_a_trusted_proxy_nothing_is_believed(forwarded: list[str]) -> None:
    """Whatever a client writes into X-Forwarded-For, its own address stands."""
    assert network_address("192.0.2.1", forwarded, PROXIES) == "192.0.2.1"


@given(st.text(max_size=40))
@settings(max_examples=50)
def test_what_a_client_prepends_changes_nothing(prefix: str) -> None:
    """The proxy appends what it saw; everything left of it is the client's invention."""
    assert network_address("10.0.0.1", [f"{prefix},203.0.113.5"], PROXIES) == "203.0.113.5"


def test_loopback_is_this_machine_alone() -> None:
    """127/8 and ::1 are, also as IPv4 in IPv6; names and other addresses are not."""
    assert all(is_loopback(text) for text in ("127.0.0.1", "127.8.8.8", "::1", "[::1]", "::ffff:127.0.0.1"))
    assert not any(is_loopback(text) for text in ("", "localhost", "0.0.0.0", "::", "10.0.0.1", "1270.0.0.1"))

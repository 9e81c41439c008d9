"""Whose request it is: the peer's address, or behind trusted proxies what they say. Pure.

X-Forwarded-For is written by anybody; it counts from the right, and only as far as each hop is a trusted proxy.
"""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Networks = tuple[IPv4Network | IPv6Network, ...]


def read_networks(texts: Iterable[str]) -> Networks:
    """Read the networks of a setting."""
    return tuple(ip_network(text, strict=False) for text in texts)


def network_address(peer: str, forwarded_for: Iterable[str], proxies: Networks) -> str:
    """Give the right-most address that is no trusted proxy; `peer` where no trusted proxy says anything usable.

    `forwarded_for` are the values of all X-Forwarded-For fields in their order.
    """
    address = _read(peer)
    if address is None:
        return peer
    hops = [hop for value in forwarded_for for hop in value.split(",")]
    while hops and _is_among(address, proxies):
        before = _read(hops.pop())
        if before is None:
            break
        address = before
    return str(address)


def is_loopback(text: str) -> bool:
    """Tell whether an address is this machine's own."""
    address = _read(text)
    return address is not None and address.is_loopback


def _is_among(address: IPv4Address | IPv6Address, networks: Networks) -> bool:
    return any(address.version == network.version and address in network for network in networks)


def _read(text: str) -> IPv4Address | IPv6Address | None:
    """Read an address, with a port or brackets or without; IPv4 inside IPv6 becomes plain."""
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address

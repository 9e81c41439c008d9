"""Which redirects are remembered."""

import pytest

from newsletter.sources.fetching.hosts import host_of, origin_of
from newsletter.sources.fetching.redirects import Hop, moved_to

A, B, C = "https://a.example/feed", "https://b.example/feed", "https://c.example/feed"


def hops(*steps: tuple[int, str, str]) -> list[Hop]:
    return [Hop(status=status, start=start, end=end) for status, start, end in steps]


@pytest.mark.parametrize(
    ("way", "expected"),
    [
        ([], ""),
        ([(301, A, B)], B),
        ([(308, A, B), (301, B, C)], C),
        ([(302, A, B)], ""),
        ([(303, A, B)], ""),
        ([(307, A, B), (301, B, C)], ""),
        ([(301, A, B), (302, B, C)], B),
        ([(301, "http://a.example/", A)], A),
        ([(301, A, "http://b.example/feed")], ""),
        ([(301, A, B), (301, B, "http://c.example/")], B),
        ([(301, A, B + "#top")], B),
        ([(301, "https://me:secret@a.example/feed", B)], ""),
        ([(301, A, "https://me:secret@b.example/feed")], ""),
    ],
)
def test_only_permanent_steps_from_the_start_are_remembered(way: list[tuple[int, str, str]], expected: str) -> None:
    """301 and 308 count until the first other one, until one leaves https, or one would lose or gain a password."""
    assert moved_to(hops(*way)) == expected


@pytest.mark.parametrize(
    ("url", "origin", "host"),
    [
        ("https://Example.ORG/x?y", "https://example.org", "example.org"),
        ("https://example.org:443/", "https://example.org", "example.org"),
        ("http://example.org/", "http://example.org", "example.org"),
        ("http://example.org:8080/", "http://example.org:8080", "example.org:8080"),
        ("http://me:x@example.org./", "http://example.org", "example.org"),
        ("http://[::1]:8000/", "http://[::1]:8000", "::1:8000"),
    ],
)
def test_an_address_lives_on_one_server(url: str, origin: str, host: str) -> None:
    """Case, default ports, passwords and a last dot make no other server."""
    assert (origin_of(url), host_of(url)) == (origin, host)

"""What a person typed: an address, a host, or a path."""

from pathlib import Path

import pytest

from newsletter.base.errors import UsageError
from newsletter.sources.reading.typed_address import addresses_of


@pytest.mark.parametrize(
    "typed",
    [
        "example.org",
        "example.org/feed",
        "www.example.org/feed.xml",
        "example.org:8080/a?b=c",
        "müller.example/aktuelles",
        "xn--mller-kva.example",
        "localhost:8000/feed",
        "127.0.0.1:8000/feed",
        "[::1]:8000/feed",
        "example.org?feed=rss2",
    ],
)
def test_a_bare_host_is_tried_by_https_then_http(typed: str) -> None:
    """Most are right that way, and people leave the scheme out."""
    assert addresses_of(typed) == [f"https://{typed}", f"http://{typed}"]


@pytest.mark.parametrize(
    "typed",
    [
        "https://example.org/feed",
        "HTTP://example.org",
        "nowhere",
        "posts/feed.xml",
        "feed.xml",
        "news.json",
        "feeds.opml",
        "./example.org/feed",
        "/srv/example.org",
        "~/posts",
        "..",
        "a b.org",
        "me@example.org",
        "",
    ],
)
def test_an_address_or_a_path_stays(typed: str) -> None:
    """What has a scheme, or can only be a path, is taken as it is."""
    assert addresses_of(typed) == [typed]


def test_what_is_there_is_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file wins over a host of its name."""
    monkeypatch.chdir(tmp_path)
    Path("example.org").write_text("x")
    assert addresses_of("example.org") == ["example.org"]


def test_other_schemes_are_named_or_understood() -> None:
    """ "feed:" is what some browsers write before an address; ftp is nothing we read."""
    assert addresses_of("feed:https://example.org/x") == ["https://example.org/x"]
    assert addresses_of("feed://example.org/x") == ["https://example.org/x", "http://example.org/x"]
    with pytest.raises(UsageError, match="only http and https"):
        addresses_of("ftp://example.org/feed")

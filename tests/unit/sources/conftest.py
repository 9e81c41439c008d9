"""A web site of one's own and a fetcher that may reach it."""

from collections.abc import Iterator

import pytest

from newsletter.base.settings import FetchSettings
from newsletter.sources.fetching.fetch import Fetcher
from newsletter.sources.fetching.hosts import HostsInMemory
from tests.fakes.web_server import WebSite


@pytest.fixture
def site() -> Iterator[WebSite]:
    site = WebSite()
    yield site
    site.close()


@pytest.fixture
def other_site() -> Iterator[WebSite]:
    """A site on another server."""
    site = WebSite()
    yield site
    site.close()


@pytest.fixture(scope="session")
def shared_fetcher() -> Iterator[tuple[Fetcher, HostsInMemory]]:
    settings = FetchSettings(allow_addresses=["127.0.0.1"], timeout_seconds=5, max_bytes=1_000_000, every_minutes=60)
    hosts = HostsInMemory()
    with Fetcher(settings, "newsletter-tests/1 (+https://news.example.org)", hosts=hosts) as fetcher:
        yield fetcher, hosts


@pytest.fixture
def fetcher(shared_fetcher: tuple[Fetcher, HostsInMemory]) -> Fetcher:
    """A fetcher that knows no server yet: the next test's site may get the port of this one's."""
    fetcher, hosts = shared_fetcher
    hosts.forget()
    return fetcher

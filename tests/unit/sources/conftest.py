"""A web site of one's own and a fetcher that may reach it."""

from collections.abc import Iterator

import pytest

from newsletter.base.settings import FetchSettings
from newsletter.sources.fetching.fetch import Fetcher
from tests.fakes.web_server import WebSite


@pytest.fixture
def site() -> Iterator[WebSite]:
    site = WebSite()
    yield site
    site.close()


@pytest.fixture(scope="session")
def fetcher() -> Iterator[Fetcher]:
    settings = FetchSettings(allow_addresses=["127.0.0.1"], timeout_seconds=5, max_bytes=1_000_000, every_minutes=60)
    with Fetcher(settings, "newsletter-tests/1 (+https://news.example.org)") as fetcher:
        yield fetcher

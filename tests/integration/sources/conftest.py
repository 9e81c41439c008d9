"""The web sites and the fetcher that the unit tests of sources have too."""

from tests.unit.sources.conftest import fetcher, other_site, shared_fetcher, site

__all__ = ["fetcher", "other_site", "shared_fetcher", "site"]

"""Knows publishing systems by their pages, and where each keeps its feed when a page announces none."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit, urlunsplit

MOST_GUESSES = 3

Guess = Callable[[str, str], list[str]]  # the page's address and markup -> addresses to try


def _below_root(*paths: str) -> Guess:
    def guess(url: str, _: str) -> list[str]:
        parts = urlsplit(url)
        return [urlunsplit((parts.scheme, parts.netloc, *_split_query(path), "")) for path in paths]

    return guess


def _split_query(path: str) -> tuple[str, str]:
    name, _, query = path.partition("?")
    return name, query


def _of_page(query: str) -> Guess:
    def guess(url: str, _: str) -> list[str]:
        parts = urlsplit(url)
        return [urlunsplit((parts.scheme, parts.netloc, parts.path or "/", query, ""))]

    return guess


def _medium(url: str, _: str) -> list[str]:
    parts = urlsplit(url)
    name = parts.path.strip("/").partition("/")[0]
    is_own_host = name == "" or not (parts.hostname or "").endswith("medium.com")
    return [urlunsplit((parts.scheme, parts.netloc, "/feed" if is_own_host else f"/feed/{name}", "", ""))]


_CHANNEL = re.compile(r'(?:"(?:channelId|externalId|browseId)"\s*:\s*"|/channel/)(UC[A-Za-z0-9_-]{22})')


def _youtube(url: str, markup: str) -> list[str]:
    found = _CHANNEL.search(url) or _CHANNEL.search(markup)
    parts = urlsplit(url)
    path = "/feeds/videos.xml"
    return [urlunsplit((parts.scheme, parts.netloc, path, f"channel_id={found[1]}", ""))] if found else []


# name: (its name in <meta name="generator">, traces in its markup, where its feed is)
_SYSTEMS: dict[str, tuple[str, str, Guess]] = {
    "WordPress": ("wordpress", r"/wp-(?:content|includes)/", _below_root("/feed/", "/?feed=rss2")),
    "Wix": (r"wix\.com", r"static\.wixstatic\.com|wix-(?:code|site)", _below_root("/blog-feed.xml")),
    "Squarespace": ("squarespace", r"static1?\.squarespace\.com|squarespace-cdn", _of_page("format=rss")),
    "Ghost": ("ghost", r"/ghost/api/|ghost-(?:sdk|portal)", _below_root("/rss/")),
    "Drupal": ("drupal", r"/sites/default/files/|data-drupal-", _below_root("/rss.xml")),
    "TYPO3": ("typo3", r"/typo3(?:conf|temp)/|/_assets/[0-9a-f]{32}/", _below_root("/?type=9818", "/rss.xml")),
    "Joomla": ("joomla", r"/media/(?:jui|system/js|vendor/joomla)", _of_page("format=feed&type=rss")),
    "Blogger": ("blogger", r"\.blogspot\.com|www\.blogger\.com/", _below_root("/feeds/posts/default")),
    "Medium": (r"medium\b", r"cdn-client\.medium\.com|miro\.medium\.com", _medium),
    "YouTube": (r"(?!)", r"www\.youtube\.com/s/desktop|ytInitialData", _youtube),
}


def system_of(page: Any, markup: str) -> str:
    """Give the name of the system that made a parsed page; empty where it cannot be told."""
    generators = [
        meta.get("content") or "" for meta in page.iter("meta") if (meta.get("name") or "").lower() == "generator"
    ]
    told = " ".join(generators)[:500]
    for name, (generator, _, _) in _SYSTEMS.items():
        if re.search(rf"\b{generator}", told, re.IGNORECASE):
            return name
    head = markup[:_LOOKED_AT]
    return next((name for name, (_, trace, _) in _SYSTEMS.items() if re.search(trace, head)), "")


_LOOKED_AT = 200_000  # characters of a page that are looked through for traces


def feeds_of(system: str, *, url: str, markup: str) -> list[str]:
    """Give the few addresses at which a system keeps the feed of a page."""
    if system not in _SYSTEMS:
        return []
    return _SYSTEMS[system][2](url, markup[: 2 * _LOOKED_AT])[:MOST_GUESSES]

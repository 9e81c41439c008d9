"""Understands what a person typed as the place of a source: an address, one without its scheme, or a path.

The one rule: what is there as a file or a folder is that.
"""

import re
from ipaddress import ip_address
from pathlib import Path

from newsletter.base.errors import UsageError
from newsletter.sources.reading.read_source import is_web

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)
_FEED_SCHEME = re.compile(r"feed:(?://)?(?=\S)", re.IGNORECASE)  # as some browsers write it
_PLACE = re.compile(r"(?P<host>[^\s/?#:@]+|\[[0-9a-f:.]+\])(?::(?P<port>\d{1,5}))?(?P<rest>[/?#].*)?", re.IGNORECASE)
_NAME = re.compile(r"(?:[^\W_](?:[\w-]*[^\W_])?\.)+(?:[^\W\d_]{2,}|xn--[a-z0-9-]+)\.?", re.IGNORECASE)
# A name of these alone is a file that is not there, rather than a host.
_FILES = frozenset(
    {"xml", "rss", "atom", "rdf", "json", "html", "htm", "md", "markdown", "opml", "txt", "csv", "toml", "gz"}
)


def addresses_of(location: str) -> list[str]:
    """Give where to look, in this order: an address or a path as it is; a bare host by https, then by http."""
    location = location.strip()
    scheme = _SCHEME.match(location)
    if is_web(location) or _is_there(location):
        return [location]
    if _FEED_SCHEME.match(location):
        return addresses_of(_FEED_SCHEME.sub("", location, count=1))
    if scheme:
        raise UsageError(f"{location} cannot be read: only http and https addresses, and paths, can")
    if _is_host(location):
        return [f"https://{location}", f"http://{location}"]
    return [location]


def _is_there(location: str) -> bool:
    try:
        return Path(location).expanduser().exists()
    except (OSError, ValueError, RuntimeError):
        return False


def _is_host(location: str) -> bool:
    place = _PLACE.fullmatch(location)
    if place is None:
        return False
    host = place["host"].strip("[]")
    if host.casefold() == "localhost" or _is_number(host):
        return True
    is_file = not place["rest"] and not place["port"] and host.rpartition(".")[2].casefold() in _FILES
    return _NAME.fullmatch(host) is not None and not is_file


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True

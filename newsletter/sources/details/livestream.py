"""Finds where an event can be watched: the page of an embedded player, or a link whose words say "live".

A player in a post that is no event shows a recording, so only events are asked. Several players on a page are a
gallery: then only words count.
"""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

from newsletter.sources.cleaning.clean import web_address
from newsletter.sources.cleaning.plain_text import one_line, storable
from newsletter.sources.details.telling_words import live_words
from newsletter.sources.reading.tame import parse_document

_ID = r"([A-Za-z0-9_-]{5,40})"
_YOUTUBE_HOSTS = frozenset({"youtube.com", "youtube-nocookie.com", "m.youtube.com"})
# The player's host (empty: any), the path of a film in it, and that film's page.
_PLAYERS = (
    ("player.vimeo.com", r"/video/(\d+)", "https://vimeo.com/{film}"),
    ("vimeo.com", r"/event/(\d+)/embed", "https://vimeo.com/event/{film}"),
    ("dailymotion.com", rf"/embed/video/{_ID}", "https://www.dailymotion.com/video/{film}"),
    ("", rf"/videos/embed/{_ID}", "https://{host}/w/{film}"),  # PeerTube
)
_SOURCES = ("src", "data-src", "data-lazy-src", "data-cookieblock-src", "data-href")  # consent banners move the first
_AROUND = frozenset({"nav", "header", "footer", "aside"})


def page_of_player(address: str) -> str:
    """Give the page of the film that a player's address shows; empty for what is no known player."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    host = (parts.hostname or "").removeprefix("www.")
    if host in _YOUTUBE_HOSTS:
        return _youtube(parts.path, parts.query)
    if host == "player.twitch.tv":
        channel = parse_qs(parts.query).get("channel", [""])[0]
        return f"https://www.twitch.tv/{channel}" if re.fullmatch(r"\w{1,40}", channel, re.ASCII) else ""
    for known, path, page in _PLAYERS:
        found = re.match(path, parts.path) if known in {host, ""} else None
        if found:
            return page.format(host=host, film=found[1])
    return ""


def livestream_of(markup: str, page: str, *, base: str) -> str:
    """Give the address where the event can be watched: as the post says it, else as its page does; empty for none."""
    for document in (markup, page):
        found = _livestream(document, base) if _may_show(document) else ""
        if found:
            return found
    return ""


def _youtube(path: str, query: str) -> str:
    if path == "/embed/live_stream":
        channel = parse_qs(query).get("channel", [""])[0]
        return f"https://www.youtube.com/channel/{channel}/live" if re.fullmatch(_ID, channel) else ""
    found = re.match(rf"/(?:embed|live)/{_ID}/?$", path)
    is_film = found is not None and found[1] not in {"videoseries", "live_stream"}
    return f"https://www.youtube.com/watch?v={found[1]}" if found and is_film else ""


def _may_show(markup: str) -> bool:
    return "<iframe" in markup or "<video" in markup or "youtube" in markup or live_words().search(markup) is not None


def _livestream(markup: str, base: str) -> str:
    document = parse_document(storable(markup))
    if document is None:
        return ""
    linked = _linked(document, base)
    if linked:
        return linked
    films = list(dict.fromkeys(_players(document, base)))
    if len(films) == 1:
        return films[0]
    has_own = next(document.iter("video"), None) is not None and live_words().search(markup) is not None
    return web_address(base) if has_own and not films else ""


def _linked(document: Any, base: str) -> str:
    """Give the link whose words promise a transmission; what lies in menus does not count."""
    for link in document.iter("a"):
        words = one_line("".join(link.itertext()))[:200]
        if live_words().search(words) and not _is_around(link):
            found = web_address(link.get("href") or "", base=base)
            if found:
                return page_of_player(found) or found
    return ""


def _players(document: Any, base: str) -> Iterator[str]:
    for frame in document.iter("iframe", "lite-youtube"):
        if _is_around(frame):
            continue
        sources = [web_address(frame.get(name) or "", base=base or "https://localhost/") for name in _SOURCES]
        if frame.get("videoid"):
            sources.append(f"https://www.youtube.com/embed/{frame.get('videoid')}")
        yield from (page for source in sources if source and (page := page_of_player(source)))


def _is_around(node: Any) -> bool:
    return any(parent.tag in _AROUND for parent in node.iterancestors())

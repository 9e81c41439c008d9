"""Reads an index page ("news", "press releases"): learns which repeated links lead to posts, and gives those.

What was learned is kept as a pattern, so that a page is read alike each time; when it no longer matches, it is learned
anew. An index gives only what stands on it: each post's own page tells the rest.
"""

import html
import json
import math
import re
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import lxml.etree

from newsletter.sources.cleaning.chrome import is_chrome
from newsletter.sources.cleaning.clean import web_address
from newsletter.sources.cleaning.plain_text import one_line, storable
from newsletter.sources.errors import NotUnderstood
from newsletter.sources.fetched_post import FetchedPost
from newsletter.sources.reading.page_date import date_line, declared_date
from newsletter.sources.reading.page_links import PageLink, is_title, items_of, links_of, shape_of
from newsletter.sources.reading.parse_page import page_text
from newsletter.sources.reading.tame import parse_document

MOST_POSTS = 100
_FEWEST_LINKS = 3  # fewer are no list
_LEAST_QUALITY = 3.0  # of a group's links; menus reach 2, headlines 5 and more
_LONG_TEXT = 40  # characters of a paragraph that tells something
_MOST_IN_ITEM = 400  # elements of one item that are looked at
_INLINE = frozenset({"a", "abbr", "b", "em", "font", "i", "small", "span", "strong", "sup", "time", "u"})


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexReading:
    """The posts that an index page lists, and the pattern that found them."""

    posts: tuple[FetchedPost, ...]
    pattern: str
    own_text: int  # characters of running text that belong to none of them
    listed_text: int


def parse_index(
    content: bytes, *, url: str, charset: str = "", pattern: str = "", now: datetime | None = None
) -> IndexReading:
    """Give the posts that a page lists; NotUnderstood if it shows no repeated links to posts.

    A date after `now` is that of what is announced: a list of coming events names no dates of publication.
    """
    page = parse_document(storable(page_text(content, charset)))
    if page is None:
        raise NotUnderstood("the page holds no HTML")
    links = links_of(page, url=url)
    group = _matching(links, pattern) or _best_group(links, url)
    if not group:
        raise NotUnderstood("the page shows no list of links to posts")
    items = items_of(group)
    language = page.get("lang") or ""
    listed_posts = [_post(address, item, group, url, language) for address, item in list(items.items())[:MOST_POSTS]]
    posts = [_without_coming_date(post, now) for post in listed_posts]
    own, listed = _texts(page, list(items.values()))
    return IndexReading(posts=tuple(posts), pattern=_pattern(group), own_text=own, listed_text=listed)


def _pattern(group: list[PageLink]) -> str:
    places, shapes = ([getattr(link, name) for link in group] for name in ("place", "shape"))
    most = {"place": max(places, key=places.count), "shape": max(shapes, key=shapes.count)}
    return json.dumps(most, ensure_ascii=False)


def _matching(links: list[PageLink], pattern: str) -> list[PageLink]:
    """Give the links that a kept pattern means: by their place, else by the shape of their addresses."""
    try:
        told = json.loads(pattern) if pattern else {}
    except (ValueError, RecursionError):
        return []
    if not isinstance(told, dict):
        return []
    in_place = [link for link in links if link.place == told.get("place")]
    is_telling = str(told.get("shape", "")).count("/") > 1 or "?" in str(told.get("shape", ""))
    return in_place or [link for link in links if is_telling and link.shape == told.get("shape")]


def _best_group(links: list[PageLink], url: str) -> list[PageLink]:
    groups: dict[str, list[PageLink]] = defaultdict(list)
    for link in links:
        groups[link.place].append(link)
    scored = [(_score(group, url), place) for place, group in groups.items()]
    score, place = max(scored, default=(0.0, ""))
    return groups[place] if score > 0 else []


def _score(group: list[PageLink], url: str) -> float:
    items = items_of(group)
    if len(items) < _FEWEST_LINKS:
        return 0.0
    quality = sum(_quality(address, item, group[0], url) for address, item in items.items()) / len(items)
    words = [len(link.text.split()) for link in group if is_title(link.text)]
    quality += 3 * min(sum(words) / len(group), 8) / 8
    return quality * math.log2(1 + min(len(items), 30)) if quality >= _LEAST_QUALITY else 0.0


def _quality(address: str, item: Any, link: PageLink, url: str) -> float:
    path, own = urlsplit(address).path, urlsplit(url).path.rstrip("/")
    last = path.rstrip("/").rpartition("/")[2]
    return (
        1.5 * (_heading(item) != "")
        + 2.0 * (_listed_date(item, "") is not None)
        + 1.5 * (len(re.findall(r"[-_]", last)) >= 2 or "?" in link.shape)
        + 1.5 * (own != "" and path.startswith(f"{own}/"))
        + 1.0 * (len(one_line(" ".join(item.itertext()))) >= 120)
    )


def _post(address: str, item: Any, group: list[PageLink], url: str, language: str) -> FetchedPost:
    texts = [link.text for link in group if link.url == address and is_title(link.text)]
    title = _heading(item) or max(texts, key=len, default="")
    picture_url, alt = _picture(item, url)
    return FetchedPost(
        url=address,
        title=html.escape(title, quote=False),
        summary=html.escape(_summary(item, title), quote=False),
        published=_listed_date(item, language),
        document_language=language,
        picture_url=picture_url,
        picture_alt=alt,
        is_cut=True,
    )


def _within(item: Any) -> list[Any]:
    return [node for node, _ in zip(item.iter(), range(_MOST_IN_ITEM), strict=False) if isinstance(node.tag, str)]


def _heading(item: Any) -> str:
    headings = [one_line(" ".join(node.itertext())) for node in _within(item) if re.fullmatch("h[1-6]", node.tag)]
    return next((heading[:400] for heading in headings if is_title(heading)), "")


def _summary(item: Any, title: str) -> str:
    texts = [one_line(" ".join(node.itertext())) for node in _within(item) if node.tag in {"p", "dd"}]
    told = [text for text in texts if len(text) >= _LONG_TEXT and text != title and not is_chrome(text)]
    return max(told, key=len, default="")[:2_000]


def _without_coming_date(post: FetchedPost, now: datetime | None) -> FetchedPost:
    is_coming = now is not None and post.published is not None and post.published > now
    return replace(post, published=None) if is_coming else post


def _listed_date(item: Any, language: str) -> datetime | None:
    """Give the date of a <time> in the item, else the only one that has a line to itself."""
    for node in _within(item):
        if node.tag == "time" and (date := declared_date(node.get("datetime") or "")):
            return date
    lines = _lines(item)
    dates = {
        date
        for before, line in zip(["", *lines], lines, strict=False)
        if not before.endswith(":") and (date := date_line(line, language=language))
    }
    return dates.pop() if len(dates) == 1 else None


def _lines(item: Any) -> list[str]:
    """Give the lines of an item as a person sees them; a heading's link is one of its own."""
    parts: list[str] = []
    walk = lxml.etree.iterwalk(item, events=("start", "end"))
    for (event, node), _ in zip(walk, range(2 * _MOST_IN_ITEM), strict=False):
        is_title_link = node.tag == "a" and is_title(one_line(" ".join(node.itertext())))
        parts.append("\n" if node.tag not in _INLINE or is_title_link else " ")
        parts.append((node.text if event == "start" else node.tail if node is not item else "") or "")
    return [line for part in re.split(r"[\n|\u00b7\u2022]", "".join(parts)) if (line := one_line(part))]


def _picture(item: Any, url: str) -> tuple[str, str]:
    for node in _within(item):
        if node.tag == "img":
            told = (node.get(name) or "" for name in ("data-src", "data-lazy-src", "src"))
            address = next((found for link in told if (found := web_address(link, base=url))), "")
            if address:
                return address, one_line(node.get("alt") or "")
    return "", ""


def _texts(page: Any, items: list[Any]) -> tuple[int, int]:
    """Count the running text outside the items, and the text in them."""
    inside = {node for item in items for node in _within(item)}
    paragraphs = [node for node, _ in zip(page.iter("p"), range(2_000), strict=False) if node not in inside]
    lengths = [len(one_line(" ".join(node.itertext()))) for node in paragraphs]
    listed = sum(len(one_line(" ".join(item.itertext()))) for item in items)
    return sum(length for length in lengths if length >= _LONG_TEXT), listed


def is_overview(found: IndexReading, *, url: str) -> bool:
    """Tell an index from an article with a list beside it: an article tells more itself, or stands among the listed."""
    shape = json.loads(found.pattern)["shape"]
    is_sibling = urlsplit(url).path.strip("/") != "" and shape_of(url) == shape and shape.count("/") > 1
    return not is_sibling and found.own_text < max(found.listed_text, 150 * len(found.posts))

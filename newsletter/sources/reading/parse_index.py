"""Reads an index page ("news", "press releases"): learns which repeated links lead to posts, and gives those.

What was learned is kept as a pattern, so that a page is read alike each time; when it no longer matches, it is learned
anew. An index gives only what stands on it: each post's own page tells the rest.
"""

import html
import json
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from newsletter.sources.cleaning.chrome import is_chrome
from newsletter.sources.cleaning.clean import web_address
from newsletter.sources.cleaning.plain_text import one_line, storable
from newsletter.sources.errors import NotUnderstood
from newsletter.sources.fetched_post import FetchedPost
from newsletter.sources.reading.link_words import is_title, names_a_list, without_more
from newsletter.sources.reading.listed_items import Item, items_of, lines_of, text_of, within
from newsletter.sources.reading.page_date import date_line, declared_date, looks_like_date
from newsletter.sources.reading.page_links import PageLink, documents_text, links_of
from newsletter.sources.reading.parse_page import page_text
from newsletter.sources.reading.tame import parse_document

ONLY_DOCUMENTS = (
    "the page lists files (PDF), and no pages that could be read as posts. If its owner has a feed, or a page for each "
    "file, give the address of that"
)
MOST_POSTS = 100
_FEWEST_LINKS = 3  # fewer are no list
_LEAST_QUALITY = 3.0  # of a group's links; menus reach 2, headlines 5 and more
_FEWEST_WORDS = 3.5  # of a title on average, where only the page's name speaks for its links
_SAMPLE = 30  # items of a group that tell what it is
_LONG_TEXT = 40  # characters of a paragraph that tells something
_LONGEST_TITLE = 250  # characters of a line that may be one
_MOST_ABOVE = 40_000  # elements
_NO_NAME = re.compile(r"\.[a-z]{2,5}$|/(?:index|default|overview|\u00fcbersicht|uebersicht)(?:\.[a-z]{2,5})?$")
_TITLE_CLASS = re.compile(r"(?:^|[\s_-])(?:title|titel|titre|titolo|titulo|headline)(?:$|[\s_-])", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexReading:
    """The posts that an index page lists, and the pattern that found them."""

    posts: tuple[FetchedPost, ...]
    pattern: str
    own_text: int  # characters of running text that belong to none of them
    listed_text: int
    title_words: float = 0.0  # of a title, on average
    dated: float = 0.0  # the share of items that show a date, whether or not it can be read
    is_named: bool = False  # the page calls itself what pages of lists are called
    is_more_of: bool = False  # the heading above the list is "More news", "Related posts"


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
    is_named = names_itself_a_list(page, url)
    group = _matching(links, pattern) or _best_group(links, url, is_named=is_named)
    if not group:
        raise NotUnderstood(ONLY_DOCUMENTS if documents_text(page) else "the page shows no list of links to posts")
    items = dict(list(items_of(group).items())[:MOST_POSTS])
    language = page.get("lang") or ""
    titles = {address: _title(item, group, address) for address, item in items.items()}
    listed_posts = [_post(address, item, titles[address], url, language) for address, item in items.items()]
    own, listed = _texts(page, list(items.values()))
    return IndexReading(
        posts=tuple(_without_coming_date(post, now) for post in listed_posts),
        pattern=_pattern(group),
        own_text=own,
        listed_text=listed,
        title_words=_words(titles.values()),
        dated=sum(_is_dated(item) for item in items.values()) / len(items),
        is_named=is_named,
        is_more_of=is_chrome(_heading_above(page, items)),
    )


def names_itself_a_list(page: Any, url: str) -> bool:
    """Tell whether a page's address, heading or title says "News", "Press releases" or the like, and little else."""
    last = _NO_NAME.sub("", urlsplit(url).path.rstrip("/"))
    headings = [
        one_line(" ".join(node.itertext())) for node, _ in zip(page.iter("h1", "title"), range(5), strict=False)
    ]
    names = [part for heading in headings for part in re.split(r"\s[|\u2013\u2014\u00b7:-]\s|[|:]", heading)[:1]]
    return any(names_a_list(name) for name in [last.rpartition("/")[2], *names])


def _heading_above(page: Any, items: Mapping[str, Item]) -> str:
    """Give the heading of the part of a page in which a list stands; the page's own is none."""
    listed = {node for item in items.values() for node in within(item)}
    heading = ""
    for node, _ in zip(page.iter(), range(_MOST_ABOVE), strict=False):
        if node in listed:
            break
        if node.tag in {"h1", "h2", "h3", "h4"}:
            heading = "" if node.tag == "h1" else one_line(" ".join(node.itertext()))
    return heading


def _pattern(group: list[PageLink]) -> str:
    most = {}
    for name in ("place", "shape"):
        told = [getattr(link, name) for link in group]
        most[name] = max(told, key=told.count)
    if any(link.place != most["place"] for link in group):
        most["tags"] = group[0].tags
    return json.dumps(most, ensure_ascii=False)


def _matching(links: list[PageLink], pattern: str) -> list[PageLink]:
    """Give the links that a kept pattern means: by their place, else by the shape of their addresses."""
    try:
        told = json.loads(pattern) if pattern else {}
    except (ValueError, RecursionError):
        return []
    if not isinstance(told, dict):
        return []
    name = "tags" if "tags" in told else "place"
    in_place = [link for link in links if getattr(link, name) == told[name]] if name in told else []
    is_telling = str(told.get("shape", "")).count("/") > 1 or "?" in str(told.get("shape", ""))
    return in_place or [link for link in links if is_telling and link.shape == told.get("shape")]


def _best_group(links: list[PageLink], url: str, *, is_named: bool) -> list[PageLink]:
    """Give the links in one place that look most like posts; classes count, unless they part the items."""
    for name in ("place", "tags"):
        groups: dict[str, list[PageLink]] = defaultdict(list)
        for link in links:
            groups[getattr(link, name)].append(link)
        scored = [(_score(group, url, is_named=is_named), place) for place, group in groups.items()]
        score, place = max(scored, default=(0.0, ""))
        if score > 0:
            return groups[place]
    return []


def _score(group: list[PageLink], url: str, *, is_named: bool) -> float:
    if len({link.url for link in group}) < _FEWEST_LINKS:
        return 0.0
    items = items_of(group)
    sample = list(items.items())[:_SAMPLE]
    words = _words(_title(item, group, address) for address, item in sample)
    quality = sum(_quality(address, item, group[0], url) for address, item in sample) / len(sample)
    quality += 3 * min(words, 8) / 8 + 1.5 * (is_named and words >= _FEWEST_WORDS)
    if quality < _LEAST_QUALITY:
        return 0.0
    titled = sum(is_title(link.text) for link in group) / len(group)  # a title's link before the item's "read more"
    return (quality + titled / 10) * math.log2(1 + min(len(items), 30))


def _quality(address: str, item: Item, link: PageLink, url: str) -> float:
    path, own = urlsplit(address).path, urlsplit(url).path.rstrip("/")
    last = path.rstrip("/").rpartition("/")[2]
    return (
        1.5 * (_heading(item) != "")
        + 2.0 * _is_dated(item)
        + 1.5 * (len(re.findall(r"[-_]", last)) >= 2 or "?" in link.shape)
        + 1.5 * (own != "" and path.startswith(f"{own}/"))
        + 1.0 * (len(text_of(item)) >= 120)
    )


def _words(titles: Iterable[str]) -> float:
    counts = [len(title.split()) for title in titles]
    return sum(counts) / len(counts) if counts else 0.0


def _is_dated(item: Item) -> bool:
    return any(node.tag == "time" for node in within(item)) or any(looks_like_date(line) for line in lines_of(item))


def _post(address: str, item: Item, title: str, url: str, language: str) -> FetchedPost:
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


def _title(item: Item, group: list[PageLink], address: str) -> str:
    """Give an item's heading, what is marked as its title, or its link's text; never "Read more"."""
    own = [link for link in group if link.url == address]
    linked = [without_more(line) for link in own for line in [_title_line(Item(nodes=(link.node,)))] if line]
    told = (
        _heading(item),
        _marked_title(item),
        max((text for text in linked if is_title(text)), key=len, default=""),
        _emphasised(item),
        *(without_more(one_line(link.node.get(name) or "")) for link in own for name in ("title", "aria-label")),
        _title_line(item),
    )
    return next((text[:400] for text in told if is_title(text)), "")


def _title_line(item: Item) -> str:
    """Give the first line that reads like a title; a topic or a place before it has a word or two."""
    lines = [line for line in lines_of(item) if is_title(line) or is_title(without_more(line))]
    return next((line for line in lines if len(line.split()) > 2 and len(line) <= _LONGEST_TITLE), (lines or [""])[0])


def _heading(item: Item) -> str:
    headings = [one_line(" ".join(node.itertext())) for node in within(item) if re.fullmatch("h[1-6]", node.tag)]
    return next((heading[:400] for heading in headings if is_title(heading)), "")


def _marked_title(item: Item) -> str:
    marked = [
        node for node in within(item) if node.tag != "img" and _TITLE_CLASS.search((node.get("class") or "")[:200])
    ]
    texts = [one_line(" ".join(node.itertext())) for node in marked]
    return next((text for text in texts if is_title(text) and len(text) <= _LONGEST_TITLE), "")


def _emphasised(item: Item) -> str:
    texts = [one_line(" ".join(node.itertext())) for node in within(item) if node.tag in {"strong", "b"}]
    return next((text for text in texts if is_title(text) and len(text) <= _LONGEST_TITLE), "")


def _summary(item: Item, title: str) -> str:
    texts = [one_line(" ".join(node.itertext())) for node in within(item) if node.tag in {"p", "dd"}]
    told = [text for text in texts if len(text) >= _LONG_TEXT and text != title and not is_chrome(text)]
    return max(told, key=len, default="")[:2_000]


def _without_coming_date(post: FetchedPost, now: datetime | None) -> FetchedPost:
    is_coming = now is not None and post.published is not None and post.published > now
    return replace(post, published=None) if is_coming else post


def _listed_date(item: Item, language: str) -> datetime | None:
    """Give the date of a <time> in the item, else the only one that has a line to itself."""
    for node in within(item):
        if node.tag == "time" and (date := declared_date(node.get("datetime") or "")):
            return date
    lines = lines_of(item)
    dates = {
        date
        for before, line in zip(["", *lines], lines, strict=False)
        if not before.endswith(":") and (date := date_line(line, language=language))
    }
    return dates.pop() if len(dates) == 1 else None


def _picture(item: Item, url: str) -> tuple[str, str]:
    for node in within(item):
        if node.tag == "img":
            told = (node.get(name) or "" for name in ("data-src", "data-lazy-src", "src"))
            address = next((found for link in told if (found := web_address(link, base=url))), "")
            if address:
                return address, one_line(node.get("alt") or "")
    return "", ""


def _texts(page: Any, items: list[Item]) -> tuple[int, int]:
    """Count the running text outside the items, and the text in them."""
    inside = {node for item in items for node in within(item)}
    paragraphs = [node for node, _ in zip(page.iter("p"), range(2_000), strict=False) if node not in inside]
    own = [node for node in paragraphs if not any(child in inside for child in node.iterdescendants("a"))]
    lengths = [len(one_line(" ".join(node.itertext()))) for node in own]
    listed = sum(len(text_of(item)) for item in items)
    return sum(length for length in lengths if length >= _LONG_TEXT), listed

"""Tells whether what a page lists makes it an overview of posts, or stands beside what the page itself tells."""

import json
import re
from urllib.parse import urlsplit

from newsletter.sources.reading.link_words import names_a_list
from newsletter.sources.reading.page_links import is_front_page, shape_of
from newsletter.sources.reading.parse_index import IndexReading

_TEXT_PER_POST = 150  # characters that a page may tell itself for each post that it lists, however short these are
_LEAST_OF_A_TEXT = 100  # characters that are more than a line of introduction
_MOST_OF_A_SILENT_PAGE = 600  # characters of its own on a page whose headlines alone speak for a list
_MOST_DATED = 0.5  # the share of items with a date from which dates speak for a list of posts
_WORDS = 4.5  # of a headline, on average; names of people, partners and services are shorter
_WORDS_ON_A_LIST = 2.5  # of one on a page that calls itself a list


def is_overview(found: IndexReading, *, url: str) -> bool:
    """Tell an index from an article with a list beside it, and from pages that list anything but posts.

    An article tells more itself, stands among the listed, or names its list "More news". A list of posts shows dates,
    or its page says what it is, or its titles are headlines.
    """
    return (
        is_mostly_a_list(found)
        and not _is_sibling(found, url)
        and not _is_beside_a_text(found, url)
        and _lists_posts(found, url)
    )


def is_mostly_a_list(found: IndexReading) -> bool:
    """Tell whether a page lists more than it tells."""
    return found.own_text < max(found.listed_text, _TEXT_PER_POST * len(found.posts))


def _lists_posts(found: IndexReading, url: str) -> bool:
    if found.is_named:
        return found.dated >= _MOST_DATED or found.title_words >= _WORDS_ON_A_LIST
    if found.own_text > found.listed_text:  # short titles make room for a page's own text only where it says "News"
        return False
    is_silent = found.own_text < _MOST_OF_A_SILENT_PAGE and not is_front_page(url)
    return found.dated >= _MOST_DATED or (found.title_words >= _WORDS and is_silent)


def _is_beside_a_text(found: IndexReading, url: str) -> bool:
    is_article = not found.is_named and not is_front_page(url)
    return is_article and found.is_more_of and found.own_text >= _LEAST_OF_A_TEXT


def _is_sibling(found: IndexReading, url: str) -> bool:
    """Tell whether the page's address is like those of the listed; "press.html" is none among "2026-11-call.html"."""
    shape = json.loads(found.pattern)["shape"]
    path = urlsplit(url).path.strip("/")
    last = path.rpartition("/")[2]
    is_a_posts = len(re.findall(r"[-_]", last)) >= 2 or bool(re.search(r"\d", last)) or "?" in shape
    is_alike = path != "" and shape_of(url) == shape and shape.count("/") > 1
    return is_alike and is_a_posts and not names_a_list(re.sub(r"\.[a-z]{2,5}$", "", last))

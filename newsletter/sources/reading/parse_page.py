"""Reads one web page: bytes in, one post out. trafilatura finds the article, our own rules clean what it leaves.

The title and the date are those that the page declares; a page without a date has none.
"""

import html
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from newsletter.sources.cleaning.chrome import is_chrome
from newsletter.sources.cleaning.plain_text import storable, text_of_clean
from newsletter.sources.details.linked_items import items_of_document, may_hold_items
from newsletter.sources.errors import NotUnderstood
from newsletter.sources.fetched_post import FetchedPost, OwnPage
from newsletter.sources.reading.article_head import without_head
from newsletter.sources.reading.linked_data import linked_values
from newsletter.sources.reading.page_article import article_of
from newsletter.sources.reading.page_head import PageHead, head_of
from newsletter.sources.reading.tame import parse_document
from newsletter.sources.stories.identity import same_site

_LARGEST_PAGE = 3_000_000  # bytes; an article's page is under 1 MB, and extraction takes seconds a megabyte
_META_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE)
_LEAST_UNTITLED = 120  # characters; a page without a title that says less is no article


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPage:
    """The post of a page, and what the page says beside."""

    post: FetchedPost
    page: OwnPage


def parse_page(content: bytes, *, url: str, charset: str = "", now: datetime | None = None) -> FetchedPost:
    """Give the post that a page holds, as read_post_page does."""
    return read_post_page(content, url=url, charset=charset, now=now).post


def read_post_page(content: bytes, *, url: str, charset: str = "", now: datetime | None = None) -> ReadPage:
    """Give the post that a page holds, and the page; NotUnderstood if it holds no text.

    A day that stands beside the title and lies after `now` is that of what is announced. Without a title the post is
    called by its first words, as one of a feed is.
    """
    if len(content) > _LARGEST_PAGE:
        raise NotUnderstood(f"the page is larger than {_LARGEST_PAGE:,} bytes; that is no article")
    markup = page_text(content, charset)
    page = parse_document(storable(markup))
    if page is None:
        raise NotUnderstood("the page holds no HTML")
    linked = linked_values(page)
    items = tuple(items_of_document(page, linked)) if may_hold_items(markup) else ()
    post = _post(page, head_of(page, url=url, now=now, linked=linked), url)
    return ReadPage(post=post, page=OwnPage(markup=markup, items=items))


def _post(page: Any, head: PageHead, url: str) -> FetchedPost:
    """Give the post of a parsed page, which is taken apart for it."""
    body = without_head(article_of(page, url=url), head)
    if not body or not (head.title or len(text_of_clean(body)) >= _LEAST_UNTITLED):
        raise NotUnderstood("no article was found on the page")
    return FetchedPost(
        guid="",
        # Another site's address is a claim, and would lead readers there.
        url=head.canonical if same_site(head.canonical, url) else url,
        title=html.escape(head.title, quote=False),
        byline=head.byline,
        html=body,
        summary="" if is_chrome(head.description) else html.escape(head.description, quote=False),
        published=head.published,
        document_language=head.language,
        picture_url=head.picture_url,
        picture_alt=head.picture_alt,
        canonical=head.canonical,
        translations=head.translations,
        calendar_url=head.calendar_url,
    )


def page_text(content: bytes, charset: str) -> str:
    """Decode a page: as its server says, as it says itself, as UTF-8, and at last as what browsers fall back to."""
    declared = _META_CHARSET.search(content[:4000])
    for encoding in (charset, "utf-8-sig", declared[1].decode() if declared else "", "windows-1252"):
        try:
            return content.decode(encoding or "utf-8")
        except (UnicodeDecodeError, LookupError):
            continue
    return content.decode("windows-1252", errors="replace")

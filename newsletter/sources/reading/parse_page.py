"""Reads one web page: bytes in, one post out. trafilatura finds the article, our own rules clean what it leaves.

The title and the date are those that the page declares; a page without a date has none.
"""

import re

from newsletter.sources.cleaning.chrome import blocks_of, is_chrome, without_chrome
from newsletter.sources.cleaning.clean import clean_html, clean_page
from newsletter.sources.cleaning.plain_text import one_line, plain_text
from newsletter.sources.errors import NotUnderstood
from newsletter.sources.fetched_post import FetchedPost
from newsletter.sources.reading.page_head import PageHead, read_page_head

_LARGEST_PAGE = 3_000_000  # bytes; an article's page is under 1 MB, and extraction takes seconds a megabyte
_META_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE)
_SITE_NAME = re.compile(r"\s+[|\u2013\u2014\u00b7»:-]\s+[^|\u2013\u2014\u00b7»]{2,60}$")
_TELLING_WORDS = 4  # a heading of fewer may be that of a section
_LEAST_ARTICLE = 120  # characters; less is a teaser that extraction took for the article
_ELEMENT = re.compile(r"<[a-zA-Z]")
_MOST_ELEMENTS = 30_000  # extraction of more takes minutes; a long article has some thousands


def parse_page(content: bytes, *, url: str, charset: str = "") -> FetchedPost:
    """Give the post that a page holds; NotUnderstood if it holds no text or no title."""
    if len(content) > _LARGEST_PAGE:
        raise NotUnderstood(f"the page is larger than {_LARGEST_PAGE:,} bytes; that is no article")
    text = page_text(content, charset)
    head = read_page_head(text, url=url)
    body = without_chrome(clean_html(_article(text, url), base=url))
    title = _title(head)
    if not title or not plain_text(body):
        raise NotUnderstood("the page has no title" if not title else "no article was found on the page")
    return FetchedPost(
        guid="",
        url=head.canonical or url,
        title=title,
        byline=head.byline,
        html=_without_title(body, title),
        summary="" if is_chrome(head.description) else head.description,
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


def _article(text: str, url: str) -> str:
    """Extract the article; where that finds too little (no article markup), take what stands between the menus."""
    found = _extracted(text, url) if len(_ELEMENT.findall(text)) <= _MOST_ELEMENTS else ""
    if len(plain_text(found)) >= _LEAST_ARTICLE:
        return found
    rest = clean_page(text, base=url)
    return rest if len(plain_text(rest)) > len(plain_text(found)) else found


def _extracted(text: str, url: str) -> str:
    import trafilatura  # a second to load: only pages need it

    try:
        found: str | None = trafilatura.extract(
            text, url=url, output_format="html", include_links=True, include_formatting=True, include_comments=False
        )
    except Exception as error:  # lxml and its helpers raise anything on hostile pages
        raise NotUnderstood(f"the page cannot be read ({type(error).__name__})") from error
    return found or ""


def _title(head: PageHead) -> str:
    """Give the heading where it is the page's title; else the title said of this page, without the site's name."""
    heading = "" if is_chrome(head.heading) else head.heading
    if heading and heading.casefold() in head.title.casefold():
        return heading
    if not head.is_own_title and len(heading.split()) >= _TELLING_WORDS:
        return heading  # many sites write the same words into every title bar
    short = _SITE_NAME.sub("", head.title)
    return short if len(short) >= len(head.title) // 3 else head.title


def _without_title(body: str, title: str) -> str:
    """Leave out a first block that only repeats the title."""
    blocks = blocks_of(body)
    is_title = bool(blocks) and one_line(plain_text(blocks[0])).casefold() == one_line(title).casefold()
    return "\n".join(blocks[1:]) if is_title else body

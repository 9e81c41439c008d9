"""Completes a post from its own page, where its feed tells only the beginning or shows no picture.

What the feed said stays: the page adds. A page that answers with something else (the front page, a login, "not found"
in a friendly tone) adds nothing, because its text does not go on where the feed's stops. A page that could not be had
for the moment decides nothing.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import unquote, urlsplit

from newsletter.base.errors import SourceError
from newsletter.sources.cleaning.byline import byline_of
from newsletter.sources.cleaning.plain_text import plain_text, plain_title
from newsletter.sources.errors import ProgramEnds, may_pass
from newsletter.sources.fetched_post import FetchedPost, OwnPage
from newsletter.sources.fetching.fetch import Fetched, Fetcher
from newsletter.sources.reading.parse_page import read_post_page
from newsletter.sources.reading.read_source import Document

_WORD = re.compile(r"\w+")
_TELLING = 12  # words of a teaser that are looked for in the page
_MOST_TELLING = 40
_SHARE = 0.7  # of them must stand there: systems cut, join and decorate
_CUT_TITLE = re.compile(r"(?:…|\.\.\.)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    """A post with what its page added. `page`: None where none was read; `problem`: why not.

    `may_pass`: the same page may tell more later.
    """

    post: FetchedPost
    page: OwnPage | None = None
    etag: str = ""
    last_modified: str = ""
    problem: str = ""
    may_pass: bool = False


def needs_page(post: FetchedPost) -> bool:
    """Tell whether a post's page may add what its feed left out: the rest of the text, a picture, a title.

    What somebody sent in is taken as it is: no visitor of a form decides what this machine asks for.
    """
    if post.submitted_by:
        return False
    is_bare = post.is_cut or not post.title or not post.picture_url
    return is_bare and urlsplit(post.url).scheme in {"http", "https"}


def complete(fetcher: Fetcher, post: FetchedPost, *, now: datetime | None = None) -> Completed:
    """Read a post's page and add what it tells; without a page the post stays as it was.

    A day beside the page's title that lies after `now` is no date of publication. Fails only with ProgramEnds: what we
    broke off ourselves says nothing of a page.
    """
    try:
        fetched = fetcher.get_page(post.url)
        if _is_elsewhere(post.url, fetched.url):
            return Completed(post=post, problem=f"its page leads to {urlsplit(fetched.url).path or '/'}")
        read = read_post_page(fetched.content, url=fetched.url, charset=fetched.charset, now=now)
    except ProgramEnds:
        raise
    except SourceError as error:
        return Completed(post=post, problem=str(error), may_pass=may_pass(error))
    if not belongs(post, read.post):
        return Completed(post=post, problem="its page tells something else")
    return Completed(
        post=joined(post, read.post),
        page=read.page,
        etag=fetched.etag,
        last_modified=fetched.last_modified,
    )


def read_page(page: Fetched | Document, *, now: datetime | None = None) -> Completed:
    """Read a page that is a post by itself; NotUnderstood if no article stands there."""
    read = read_post_page(page.content, url=page.url, charset=page.charset, now=now)
    return Completed(post=read.post, page=read.page, etag=page.etag, last_modified=page.last_modified)


def called_by_address(post: FetchedPost) -> FetchedPost:
    """Give a post without title and text the last words of its address as a title: a sitemap tells no other."""
    if post.title or post.html or post.summary:
        return post
    last = unquote(urlsplit(post.url).path.rstrip("/").rpartition("/")[2])
    words = re.sub(r"\.\w{2,5}$", "", last).replace("-", " ").replace("_", " ").split()
    return replace(post, title=" ".join(words).capitalize())


def belongs(post: FetchedPost, told: FetchedPost) -> bool:
    """Tell whether a page goes on with what a post began: its title, or most of its first words, stand there."""
    page = _words(f"{told.title} {plain_text(told.html)} {told.summary}")
    title = _words(plain_title(post.title))
    begun = _words(plain_text(post.html or post.summary))[:_MOST_TELLING]
    if not title and not begun:
        return True
    is_titled = bool(title) and _share(title, _words(told.title)) >= _SHARE
    return is_titled or (len(begun) >= _TELLING and _share(begun, page) >= _SHARE)


def goes_on(post: FetchedPost, told: FetchedPost) -> bool:
    """Tell whether a page's text goes on where the post's stops: it is longer, and the post's first words stand there.

    A page that shows members more shows us the beginning alone, so that the post stays what it was.
    """
    begun, page = plain_text(post.html or post.summary), plain_text(told.html)
    words = _words(begun)[:_MOST_TELLING]
    return len(page) > len(begun) and (not words or _share(words, _words(page)) >= _SHARE)


def joined(post: FetchedPost, told: FetchedPost) -> FetchedPost:
    """Give the post with what its page adds: the whole text if the feed's was cut, and whatever was missing."""
    is_longer = post.is_cut and goes_on(post, told)
    is_title_cut = bool(_CUT_TITLE.search(plain_title(post.title))) or not plain_title(post.title)
    return replace(
        post,
        title=told.title if is_title_cut else post.title,
        html=told.html if is_longer else post.html,
        summary=post.summary or told.summary,
        byline=byline_of(post.byline, url=post.url) or told.byline,
        published=post.published or told.published,
        document_language=told.document_language or post.document_language,
        picture_url=post.picture_url or told.picture_url,
        picture_alt=post.picture_alt if post.picture_url else told.picture_alt,
        canonical=told.canonical,
        translations=tuple(dict.fromkeys((*post.translations, *told.translations))),
        calendar_url=post.calendar_url or told.calendar_url,
        is_cut=post.is_cut and not is_longer,
    )


def _is_elsewhere(asked: str, came: str) -> bool:
    """Tell whether a post's address led to a front page: what is gone often does."""
    return urlsplit(asked).path.strip("/") != "" and urlsplit(came).path.strip("/") == "" and not urlsplit(came).query


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _share(wanted: list[str], found: list[str]) -> float:
    known = set(found)
    return sum(word in known for word in wanted) / len(wanted) if wanted else 0.0

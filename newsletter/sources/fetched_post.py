"""A FetchedPost: one item as a parser read it from outside. Nothing in it may be shown before it is cleaned."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from newsletter.sources.post import CallDetails, EventDetails, PostKind


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedPost:
    """What a document says about one post; empty or None where it says nothing."""

    guid: str = ""
    url: str = ""  # absolute, where the document told what it is relative to
    title: str = ""  # may hold HTML
    byline: str = ""
    html: str = ""
    summary: str = ""  # may hold HTML
    published: datetime | None = None  # aware; never invented
    updated: datetime | None = None
    language: str = ""  # of this post
    document_language: str = ""  # of all that the document holds: often a template's, so it counts least
    categories: tuple[str, ...] = ()  # the publisher's words, perhaps topics of ours
    own_topics: tuple[str, ...] = ()  # which topics of ours the post says it is on: a file's front matter
    given_topics: tuple[str, ...] = ()  # slugs that a person gave it when adding it
    picture_url: str = ""  # an address, or an absolute path beside a file
    picture_alt: str = ""
    kind: PostKind | None = None
    event: EventDetails | None = None
    call: CallDetails | None = None
    story_key: str = ""  # joins translations of one story
    canonical: str = ""  # the address that the post's own page calls canonical, where that was read
    translations: tuple[str, ...] = ()  # addresses of the same post in other languages
    calendar_url: str = ""  # an iCalendar file that its page names
    is_cut: bool = False  # only the beginning stands here; its page may hold more
    submitted_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPage:
    """The page of a post, where it was read: what is looked at for an event or a call beside the post's text."""

    markup: str
    items: tuple[Mapping[str, Any], ...]  # what it says for machines: JSON-LD, microdata, RDFa, h-event


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one source gave: its posts, and in words what could not be read of them."""

    posts: tuple[FetchedPost, ...] = ()
    problems: tuple[str, ...] = ()
    link_pattern: str = ""  # of an index page: which of its links lead to posts, to be given at the next reading
    page: OwnPage | None = None  # of a source that is a single page: it was read already

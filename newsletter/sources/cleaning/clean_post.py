"""A CleanPost: a FetchedPost made safe to store; and how it is made. Pure: no clock, no database, no network."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime

from newsletter.sources.cleaning.byline import byline_of
from newsletter.sources.cleaning.clean import clean_html, web_address
from newsletter.sources.cleaning.excerpt import cut_at_sentence, make_excerpt
from newsletter.sources.cleaning.language import language_of
from newsletter.sources.cleaning.plain_text import one_line, plain_title, text_of_clean
from newsletter.sources.cleaning.topics import TopicRules
from newsletter.sources.details.stored_details import call_to_json, event_to_json
from newsletter.sources.fetched_post import FetchedPost
from newsletter.sources.pictures.pictured import described
from newsletter.sources.post import CallDetails, EventDetails, PostKind
from newsletter.sources.source import Source
from newsletter.sources.stories.fingerprint import content_fingerprint
from newsletter.sources.stories.identity import untracked, url_key

_NO_CONTENT = frozenset({"topic_reasons", "submitted_by"})  # told about the post, not by it
_LONGEST_TITLE_OF_TEXT = 90  # a post without a title is called by its first words


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanPost:
    """The content of a post as it is stored."""

    kind: PostKind
    url: str
    canonical_url: str
    title: str
    byline: str
    excerpt: str
    body: str
    language: str
    topics: tuple[str, ...]
    published_at: datetime | None
    picture_hash: str
    picture_alt: str
    event: EventDetails | None
    call: CallDetails | None
    story_key: str
    topic_reasons: Mapping[str, str] = field(default_factory=dict)  # why it has each topic, see topics.py
    submitted_by: str = ""

    def content(self) -> dict[str, object]:
        """Give the columns that hold the content."""
        return {
            "kind": str(self.kind),
            "url": self.url,
            "canonical_url": self.canonical_url,
            "title": self.title,
            "byline": self.byline,
            "excerpt": self.excerpt,
            "body": self.body,
            "language": self.language,
            "topics": json.dumps(self.topics, ensure_ascii=False),
            "published_at": self.published_at,
            "picture_hash": self.picture_hash,
            "picture_alt": self.picture_alt,
            "event": event_to_json(self.event),
            "call": call_to_json(self.call),
            "story_key": self.story_key,
            "topic_reasons": json.dumps(self.topic_reasons, ensure_ascii=False),
            "submitted_by": self.submitted_by,
        }

    @property
    def content_hash(self) -> str:
        """Two posts with the same content have the same; any change but of spaces and tracking is a new revision."""
        return content_fingerprint({name: value for name, value in self.content().items() if name not in _NO_CONTENT})


CONTENT_COLUMNS = tuple(one.name for one in fields(CleanPost))


def clean_post(
    post: FetchedPost, *, keys: Sequence[str], source: Source, rules: TopicRules, picture_hash: str
) -> CleanPost | None:
    """Make a fetched post safe to store; None if it has neither a title nor a text."""
    base = post.url or (source.url if "://" in source.url else "")
    body = clean_html(post.html or post.summary, base=base)
    text = text_of_clean(body)
    title = plain_title(post.title)
    excerpt = make_excerpt(post.summary, body, title=title)
    title = title or cut_at_sentence(excerpt, _LONGEST_TITLE_OF_TEXT)
    if not title:
        return None
    language = language_of(
        f"{title}. {text or excerpt}", post=post.language, source=source.language, document=post.document_language
    )
    assigned = rules.assign(
        f"{title}. {text or excerpt}",
        language=language,
        categories=post.categories,
        mapped=source.categories,
        defaults=source.topics,
        sent_in=bool(post.submitted_by),
        own=post.own_topics,
        given=post.given_topics,
    )
    return CleanPost(
        kind=_kind(post),
        url=untracked(web_address(post.url)),
        canonical_url=url_key(keys),
        title=title,
        byline=byline_of(post.byline, url=post.url),
        excerpt=excerpt,
        body=body,
        language=language,
        topics=assigned.topics,
        published_at=post.published,
        picture_hash=picture_hash,
        picture_alt=described(post.picture_alt) if picture_hash else "",
        event=_linked_event(post.event),
        call=_linked_call(post.call),
        story_key=one_line(post.story_key),
        topic_reasons=assigned.reasons,
        submitted_by=one_line(post.submitted_by),
    )


def _linked_event(event: EventDetails | None) -> EventDetails | None:
    return replace(event, livestream_url=untracked(event.livestream_url)) if event else None


def _linked_call(call: CallDetails | None) -> CallDetails | None:
    return replace(call, page_url=untracked(call.page_url)) if call else None


def _kind(post: FetchedPost) -> PostKind:
    if post.kind is not None:
        return post.kind
    if post.event is not None:
        return PostKind.EVENT
    return PostKind.CALL if post.call is not None else PostKind.NEWS

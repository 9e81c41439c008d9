"""Tells whether an item says anything else than before: hashes that overlook tracking, spaces and case of markup.

What a feed makes up anew at each fetch (ids, tracking parameters, line breaks) is no change: a change costs a request
for the item's page and makes a revision.
"""

import hashlib
import html
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from newsletter.sources.cleaning.plain_text import one_line
from newsletter.sources.fetched_post import FetchedPost
from newsletter.sources.source import Source, Topic
from newsletter.sources.stories.identity import canonical_url

_TAG = re.compile(r"(<[^<>]*>)")
_ADDRESS = re.compile(r"""((?:href|src)\s*=\s*)(["'])(.*?)\2""", re.IGNORECASE | re.DOTALL)
_WEB = re.compile(r"\s*https?://", re.IGNORECASE)


def content_fingerprint(content: Mapping[str, object]) -> str:
    """Hash a post's content: equal for two that differ in spaces between words, or in tracking, only."""
    return _hashed({name: _settled(value) for name, value in content.items()})


def fetched_fingerprint(post: FetchedPost, *, rules: str, is_shown: bool) -> str:
    """Hash an item as it was read, with what its stored form follows from beside.

    Equal: nothing more is to be done. An id is left out, because it is identity and not content. `rules`: the set-up
    that posts are made by; `is_shown`: whether it gets a picture and its page is read.
    """
    read = {name: _settled(value) for name, value in asdict(post).items() if name != "guid"}
    return _hashed([read, rules, is_shown])


def rules_fingerprint(source: Source, topics: Sequence[Topic]) -> str:
    """Hash the set-up that a source's posts are made by: when an operator changes it, its items are looked at again."""
    by_words = [(topic.slug, topic.name, topic.names, topic.keywords) for topic in topics]
    return _hashed([source.topics, source.language, dict(source.categories), by_words])


def _settled(value: object) -> object:
    if not isinstance(value, str):
        return value
    if _WEB.match(value):
        return canonical_url(value) or value
    if "<" in value:
        value = "".join(map(str.strip, _TAG.split(value)))  # spaces around tags say nothing
    return one_line(_ADDRESS.sub(_untracked, value) if "=" in value else value)


def _untracked(found: re.Match[str]) -> str:
    address = html.unescape(found[3])
    return f'{found[1]}"{canonical_url(address) or address}"'


def _hashed(value: object) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()

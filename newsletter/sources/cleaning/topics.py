"""Assigns topics: what the source is about, what the publisher says, and the words of the text."""

import re
import unicodedata
from collections.abc import Sequence

from newsletter.sources.source import Topic

# Scripts written without spaces have no word boundary to look for.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")


def assign_topics(
    text: str, *, categories: Sequence[str], defaults: Sequence[str], topics: Sequence[Topic]
) -> tuple[str, ...]:
    """Give the slugs of a post's topics, in the topics' own order; the source's defaults always count."""
    said = {_folded(category) for category in categories}
    folded = _folded(text)
    found = [topic for topic in topics if _names(topic) & said or _mentions(folded, topic.keywords)]
    slugs = {topic.slug for topic in found} | set(defaults)
    ordered = [
        topic.slug for topic in sorted(topics, key=lambda topic: (topic.position, topic.id)) if topic.slug in slugs
    ]
    return (*ordered, *(slug for slug in dict.fromkeys(defaults) if slug not in ordered))


def _names(topic: Topic) -> set[str]:
    return {_folded(name) for name in (topic.slug, topic.name, *topic.names.values())}


def _mentions(folded: str, keywords: Sequence[str]) -> bool:
    return any(_stands_in(folded, _folded(keyword)) for keyword in keywords if keyword.strip())


def _stands_in(folded: str, keyword: str) -> bool:
    """A keyword is found as whole words: "grant" stands in "Grant: apply", not in "immigrants"."""
    if keyword not in folded:
        return False
    return bool(_UNSPACED.search(keyword) or re.search(rf"(?<!\w){re.escape(keyword)}(?!\w)", folded))


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())

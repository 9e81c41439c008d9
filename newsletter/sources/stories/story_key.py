"""Gives the keys by which two posts are known to tell one story, and decides which of them are hits. Pure.

The page of a post and the page it calls canonical count between all sources; a page that it calls its translation
counts only within its own source, between two languages. Front pages never count: broken sites name them everywhere.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from rapidfuzz import fuzz

from newsletter.sources.stories.identity import canonical_url, is_front_page
from newsletter.sources.stories.near_equal import folded

_SAME_TITLE = 85  # of 100: two posts of one source that both call a third page canonical
_MOST_TRANSLATIONS = 40
_LANGUAGE = re.compile(r"/[A-Za-z]{2}(-[A-Za-z]{2})?")  # "/de": the front page in a language


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryKeys:
    """The keys of one post."""

    page: str  # "page:..." of its own address; empty: not unique in its document
    canonical: str  # "page:..." of what its page calls canonical; empty: nothing, or the same
    front: str  # "front:..." of its front matter
    translations: tuple[str, ...]  # "page:..." of each

    def stored(self) -> list[str]:
        """Give the keys under which others find it. A translation's page is kept apart: it is another post's own."""
        theirs = [key.replace("page:", "translation:", 1) for key in self.translations]
        return [key for key in (self.page, self.canonical, self.front, *theirs) if key]

    def wanted(self) -> list[str]:
        """Give all keys to look for."""
        own = [key for key in (self.page, self.canonical) if key]
        named_by_others = [key.replace("page:", "translation:", 1) for key in own]
        return [*own, *([self.front] if self.front else []), *named_by_others, *self.translations]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A stored post that has one of the keys."""

    key: str
    source: int
    title: str
    language: str


def story_keys_of(
    *, canonical_url_of_post: str, canonical: str, translations: Sequence[str], story_key: str
) -> StoryKeys:
    """Make a post's keys."""
    page = _page(canonical_url_of_post)
    other = _page(canonical_url(canonical))
    named = tuple(dict.fromkeys(key for url in translations[:_MOST_TRANSLATIONS] if (key := _page(canonical_url(url)))))
    return StoryKeys(
        page=page,
        canonical=other if other != page else "",
        front=f"front:{story_key}" if story_key else "",
        translations=tuple(key for key in named if key not in {page, other}),
    )


def is_same_story(keys: StoryKeys, hit: Hit, *, source: int, title: str, language: str) -> bool:
    """Tell whether a stored post with one of these keys tells the same story."""
    if hit.key == keys.front or (hit.key == keys.page and hit.source != source):
        return True
    if hit.key.startswith("translation:") or hit.key in keys.translations:
        return hit.source == source and hit.language != language
    # One source whose pages all call the same page canonical is broken; between sources it is a copy.
    return hit.source != source or fuzz.token_set_ratio(folded(title), folded(hit.title)) >= _SAME_TITLE


def _page(url: str) -> str:
    is_front = is_front_page(url) or _LANGUAGE.fullmatch(urlsplit(url).path) is not None
    return f"page:{url}" if url and not is_front else ""

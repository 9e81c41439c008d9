"""Gives the keys by which two posts are known to tell one story, and decides which of them are hits. Pure.

Two posts that lead to one page, or one of which calls the other's page canonical, tell one story where their titles or
texts agree: a portal is the page of many things, and what a page says of another's is a claim. A page that one calls
its translation counts only within its own source, between two languages, on one site or where both say so. Front
pages never count: broken sites name them everywhere.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from newsletter.sources.stories.identity import canonical_url, is_front_page, same_site
from newsletter.sources.stories.near_equal import Told, agree, titles_alike

_MOST_TRANSLATIONS = 40
_PAGE, _NAMED = "page:", "translation:"
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
        theirs = [_named(key) for key in self.translations]
        return [key for key in (self.page, self.canonical, self.front, *theirs) if key]

    def wanted(self) -> list[str]:
        """Give all keys to look for."""
        own = [key for key in (self.page, self.canonical) if key]
        named_by_others = [_named(key) for key in own]
        return [*own, *([self.front] if self.front else []), *named_by_others, *self.translations]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A stored post that has some of the keys."""

    keys: frozenset[str]
    url: str
    told: Told


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


def is_same_story(keys: StoryKeys, hit: Hit, post: Told) -> bool:
    """Tell whether a stored post with some of these keys tells the same story as the post that they are of."""
    if keys.front in hit.keys:
        return True
    is_own = hit.told.source == post.source
    # A source all of whose pages call one page canonical is broken: there a text from one template is no proof.
    is_titled = not is_own or titles_alike(post.title, hit.told.title)
    if hit.keys & {keys.page, keys.canonical} and is_titled and agree(post, hit.told):
        return True
    if not is_own or hit.told.language == post.language:
        return False
    is_named, names_us = not hit.keys.isdisjoint(keys.translations), any(key.startswith(_NAMED) for key in hit.keys)
    is_one_site = same_site(keys.page.removeprefix(_PAGE), hit.url)
    return (is_named and names_us) or (is_one_site and (is_named or names_us))


def _named(page: str) -> str:
    return page.replace(_PAGE, _NAMED, 1)


def _page(url: str) -> str:
    is_front = is_front_page(url) or _LANGUAGE.fullmatch(urlsplit(url).path) is not None
    return f"{_PAGE}{url}" if url and not is_front else ""

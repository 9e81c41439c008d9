"""Knows which items of a document are stored posts. All are looked up at once: most readings bring nothing new.

The one rule: any key that hits is the same post, but for an address that is used again. When a post's life has ended,
an item under its address with an id and a date of its own, which tells something else, is news (a yearly page).
"""

from collections import Counter
from collections.abc import Iterable

from sqlalchemy import Engine

from newsletter.base.ids import PostId, SourceId
from newsletter.db.engine import reading
from newsletter.sources import post_store
from newsletter.sources.cleaning.plain_text import plain_text, plain_title
from newsletter.sources.fetched_post import FetchedPost
from newsletter.sources.post_store import StoredState
from newsletter.sources.stories.near_equal import agreement, folded

_SAME_TEXT = 0.85  # of the shorter text's word triples


class KnownItems:
    """The stored posts of one source, by the keys that were asked about."""

    def __init__(self, engine: Engine, source_id: SourceId) -> None:
        self._engine = engine
        self._source_id = source_id
        self._by_key: dict[str, PostId | None] = {}
        self._states: dict[PostId, StoredState] = {}

    def learn(self, keys: Iterable[str]) -> None:
        """Look keys up, those that were not before."""
        fresh = [key for key in dict.fromkeys(keys) if key not in self._by_key]
        if not fresh:
            return
        with reading(self._engine) as db:
            found = post_store.known_keys(db, self._source_id, fresh)
            self._states |= post_store.stored_states(db, list(set(found.values()) - self._states.keys()))
        self._by_key |= {key: found.get(key) for key in fresh}

    def forget(self) -> None:
        """Know nothing again: somebody gave posts other keys."""
        self._by_key.clear()
        self._states.clear()

    def hits(self, post: FetchedPost, keys: tuple[str, ...]) -> set[PostId]:
        """Give the posts that an item's keys lead to; none where its address is used again."""
        found = {hit for key in keys if (hit := self._by_key.get(key)) is not None}
        return set() if found and self.reused(post, keys) else found

    def find(self, post: FetchedPost, keys: tuple[str, ...]) -> PostId | None:
        """Give the post that an item is: of several the one that most keys hit, then the newest."""
        found = self._most_hit(keys)
        return None if found is None or self._is_news_again(post, keys, found) else found

    def reused(self, post: FetchedPost, keys: tuple[str, ...]) -> PostId | None:
        """Give the post whose address an item has, though it is another."""
        found = self._most_hit(keys)
        return found if found is not None and self._is_news_again(post, keys, found) else None

    def has_all(self, keys: tuple[str, ...]) -> bool:
        """Tell whether every key leads to a post."""
        return all(self._by_key.get(key) is not None for key in keys)

    def state(self, post_id: PostId) -> StoredState:
        """Tell where a found post stands."""
        return self._states[post_id]

    def _most_hit(self, keys: tuple[str, ...]) -> PostId | None:
        hits = Counter(hit for key in keys if (hit := self._by_key.get(key)) is not None)
        return max(hits, key=lambda post_id: (hits[post_id], post_id), default=None)

    def _is_news_again(self, post: FetchedPost, keys: tuple[str, ...], found: PostId) -> bool:
        has_new_id = any(key.startswith("guid:") and self._by_key.get(key) is None for key in keys)
        if not has_new_id or post.published is None or post.published < self._states[found].alive_until:
            return False
        with reading(self._engine) as db:
            old = post_store.post_by_id(db, found)
        if folded(plain_title(post.title)) != folded(old.title):
            return True
        mine, its = plain_text(post.html or post.summary), plain_text(old.body) or old.excerpt
        return bool(mine and its) and agreement(mine, its) < _SAME_TEXT

"""What a reader can read and wants to hear of, and which post of a story they get. Nothing of a muted source, ever."""

from functools import lru_cache

from newsletter.base.ids import PostId
from newsletter.issues.filling import PostOf
from newsletter.issues.pool import Pool, PooledStory, Row, union
from newsletter.issues.reader import Reader


class Eyes:
    """Which stories a reader can read and wants to hear of, and which post of each they get."""

    __slots__ = ("_languages", "_names", "_reader", "post_of", "readable", "silenced")

    def __init__(self, pool: Pool, row: Row, reader: Reader) -> None:
        self._languages = readable_languages(reader.reading_languages)
        self._names, self._reader = pool.source_names, reader
        self.readable = union(row.languages, self._languages)
        self.silenced = self._only_by_muted(row) if reader.muted_sources else 0
        self.post_of: PostOf = self._by_language
        if reader.sources or reader.muted_sources:
            self.post_of = self._by_source

    def _by_language(self, story: PooledStory) -> PostId:
        """Give the translation for the reader; choose has made sure that there is one."""
        posts = story.posts
        for language in self._languages:
            if language in posts:
                return posts[language][0]
        raise AssertionError(f"story {story.id} is in none of {self._languages}")

    def _by_source(self, story: PooledStory) -> PostId:
        """The same; in one language a source that they follow comes first, and one that they mute never."""
        heard = self._heard(story)
        return next((post_id for post_id in heard if self._names[post_id] in self._reader.sources), heard[0])

    def _heard(self, story: PooledStory) -> list[PostId]:
        """Give the posts in the first language that has any which no muted source wrote."""
        for language in self._languages:
            posts = story.posts.get(language, ())
            heard = [post_id for post_id in posts if self._names[post_id] not in self._reader.muted_sources]
            if heard:
                return heard
        return []

    def _only_by_muted(self, row: Row) -> int:
        """Give the stories that the reader could only read from sources that they mute."""
        left = union(row.sources, self._reader.muted_sources) & self.readable
        silenced = 0
        while left:
            bit = left & -left
            if not self._heard(row.stories[bit.bit_length() - 1]):
                silenced |= bit
            left ^= bit
        return silenced


@lru_cache(maxsize=4096)
def readable_languages(reading: tuple[str, ...]) -> tuple[str, ...]:
    """Spell out a reader's languages: each as it is, then its first part; last, posts of unknown language."""
    spelt = [form for language in reading for form in (language.lower(), language.lower().partition("-")[0])]
    return (*dict.fromkeys(spelt), "")

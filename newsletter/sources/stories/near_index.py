"""Finds, among the posts of the last days, the few whose titles are worth a comparison. In memory only."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from newsletter.base.ids import PostId
from newsletter.sources.stories.near_equal import folded, titles_alike

_MOST = 8  # posts worth reading their texts for; more have a title that says nothing


@dataclass(slots=True)
class TitleIndex:
    """Titles by their words."""

    _titles: dict[PostId, str] = field(default_factory=dict)
    _by_word: dict[str, set[PostId]] = field(default_factory=lambda: defaultdict(set))

    def add(self, post_id: PostId, title: str) -> None:
        """Put a post in; again with another title, it is found by both."""
        self._titles[post_id] = title
        for word in set(folded(title).split()):
            self._by_word[word].add(post_id)

    def alike(self, title: str) -> list[PostId]:
        """Give the posts with nearly this title, those that share most words first."""
        words = set(folded(title).split())
        shared = Counter(post_id for word in words for post_id in self._by_word.get(word, ()))
        likely = [post_id for post_id, count in shared.most_common() if 2 * count >= min(len(words), 8)]
        return [post_id for post_id in likely[: 10 * _MOST] if titles_alike(title, self._titles[post_id])][:_MOST]

"""Fills one reader's mail with stories in their order.

Never more than the room and the bytes hold; no source and no topic has more than its share while others fill it.
"""

from collections.abc import Callable, Iterator

from newsletter.base.ids import PostId
from newsletter.issues.limits import Limits, Shares, Sizes
from newsletter.issues.pool import Pool, PooledStory, Row

PostOf = Callable[[PooledStory], PostId]  # which post of a story this reader gets


class Mail:
    """One reader's mail while it is filled: what was taken, what is left of the bytes, who had their share."""

    __slots__ = ("_free", "_pool", "_post_of", "_room", "_shares", "_sizes", "_whole", "capped", "taken")

    def __init__(
        self, pool: Pool, post_of: PostOf, limits: Limits, sizes: Sizes, *, room: int, shares: Shares | None
    ) -> None:
        self.taken: list[tuple[PooledStory, PostId]] = []
        self.capped: list[PostId] = []
        self._pool, self._post_of, self._room, self._sizes, self._shares = pool, post_of, room, sizes, shares
        self._whole = self._free = limits.max_bytes - sizes.frame

    def fill(self, stories: Iterator[PooledStory]) -> None:
        """Take stories in order until one does not fit; then, where room is left, those that were to let others come.

        One that could never fit is passed over, not in the others' way. Everybody gets the same of a selection, so
        there nobody has a share.
        """
        waiting: list[tuple[int, PooledStory, PostId]] = []
        places: list[int] = []
        sources: dict[int, int] = {}
        topics: dict[int, int] = {}
        for place, story in enumerate(stories):
            if len(self.taken) == self._room:
                break
            post_id = self._post_of(story)
            source = self._pool.sources[post_id]
            of_source, of_topic = sources.get(source, 0), topics.get(story.topic, 0)
            if not story.place and self._has_its_share(of_source, of_topic, story.topic):
                waiting.append((place, story, post_id))
            elif self._take(story, post_id):
                places.append(place)
                sources[source], topics[story.topic] = of_source + 1, of_topic + 1
            elif self._sizes.card[post_id] <= self._whole:
                break
        if waiting:
            self._relax(waiting, places)

    def widen(self, row: Row, outside: int) -> None:
        """Let the best story from outside the reader's topics come; where there is no room, for the last one taken."""
        if not outside:
            return
        story = row.stories[(outside & -outside).bit_length() - 1]
        post_id = self._post_of(story)
        before, free = list(self.taken), self._free
        if len(self.taken) == self._room:
            _, last = self.taken.pop()
            self._free += self._sizes.card[last]
        if not self._take(story, post_id):
            self.taken, self._free = before, free

    def _has_its_share(self, of_source: int, of_topic: int, topic: int) -> bool:
        shares = self._shares
        return shares is not None and (of_source >= shares.source or (topic != 0 and of_topic >= shares.topic))

    def _relax(self, waiting: list[tuple[int, PooledStory, PostId]], places: list[int]) -> None:
        """Fill what the shares left empty, and put everything back in order."""
        for place, story, post_id in waiting:
            if len(self.taken) == self._room or not self._take(story, post_id):
                self.capped.append(post_id)
            else:
                places.append(place)
        order = sorted(range(len(places)), key=places.__getitem__)
        self.taken = [self.taken[at] for at in order]

    def _take(self, story: PooledStory, post_id: PostId) -> bool:
        size = self._sizes.card[post_id]
        if size > self._free:
            return False
        self._free -= size
        self.taken.append((story, post_id))
        return True

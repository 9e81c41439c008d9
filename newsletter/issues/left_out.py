"""Why stories are not in a digest, worked out only when asked: a million readers are chosen for, few explained."""

from collections.abc import Iterator, Mapping, Sequence

from newsletter.base.ids import StoryId
from newsletter.issues.digest import LeftOut
from newsletter.issues.pool import PooledStory


class WhyNot(Mapping[StoryId, LeftOut]):
    """Each story that stayed out and the first rule that kept it out."""

    def __init__(
        self,
        for_everybody: Mapping[StoryId, LeftOut],
        stories: Sequence[PooledStory],
        rules: Sequence[tuple[LeftOut, int]],
    ) -> None:
        self._for_everybody = for_everybody
        self._stories = stories
        self._rules = rules  # in the order of their weight; bits as in Row
        self._found: dict[StoryId, LeftOut] | None = None

    def __getitem__(self, story_id: StoryId) -> LeftOut:
        return self._all()[story_id]

    def __iter__(self) -> Iterator[StoryId]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def __repr__(self) -> str:
        return f"WhyNot({self._all()})"

    def _all(self) -> dict[StoryId, LeftOut]:
        if self._found is None:
            self._found = dict(self._for_everybody)
            for place, story in enumerate(self._stories):
                why = next((why for why, bits in self._rules if bits >> place & 1), None)
                if why is not None:
                    self._found[story.id] = why
        return self._found

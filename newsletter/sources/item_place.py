"""An ItemPlace: where one item of a reading belongs, as it was looked up before it is stored."""

from dataclasses import dataclass

from newsletter.base.ids import PostId
from newsletter.sources.post import PostState
from newsletter.sources.post_store import StoredState
from newsletter.sources.unfinished import Unfinished, unfinished


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemPlace:
    """Where an item belongs: its keys, the post that it is, if there is one, and the state that it has or gets."""

    keys: tuple[str, ...]
    state: PostState
    reason: str = ""
    known: PostId | None = None
    stored: StoredState | None = None
    reused: PostId | None = None  # the post that had its address before, and is another
    is_moved_later: bool = False

    @property
    def unfinished(self) -> Unfinished | None:
        """Since when its page or picture is waited for; None: nothing is."""
        return unfinished(self.stored.fetched_hash) if self.stored else None

    @property
    def is_late_candidate(self) -> bool:
        """Of the back-catalogue for want of a date, which its page told by now."""
        was_seen = self.stored is not None and self.stored.state is PostState.SEEN
        return was_seen and self.state is PostState.CANDIDATE and not self.is_moved_later

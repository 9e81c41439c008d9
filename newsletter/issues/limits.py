"""How much one digest may hold: stories by the recipe and the reader's wish, bytes by what mail programs show."""

from collections.abc import Mapping
from dataclasses import dataclass

from newsletter.base.ids import PostId
from newsletter.issues.recipe import Recipe

# Gmail clips a message after 102,400 bytes of HTML and hides the leave link with the rest.
MOST_BYTES = 96_000
MOST_POSTS = 25
_SHORT = 5
_A_SOURCE = 3  # stories of one source, as long as others fill the room
_A_TOPIC = 0.4  # of the room, likewise


@dataclass(frozen=True, slots=True)
class Shares:
    """How many stories of one source and of one topic a digest takes before it turns to others."""

    source: int
    topic: int


@dataclass(frozen=True, slots=True)
class Sizes:
    """Bytes of decoded HTML in one edition: of the mail without cards, and of each card."""

    frame: int
    card: Mapping[PostId, int]


@dataclass(frozen=True, slots=True)
class Limits:
    """The least and most stories of a newsletter, and the most bytes."""

    min_posts: int = 1
    max_posts: int = 10
    max_bytes: int = MOST_BYTES

    def room(self, length: str) -> int:
        """Tell how many stories a reader of this length gets at most: short 5, normal the newsletter's, full 25."""
        if length == "full":
            return MOST_POSTS
        return min(self.max_posts, _SHORT if length == "short" else MOST_POSTS)

    def shares(self, room: int) -> Shares:
        """Tell the shares in a digest of so many stories."""
        return Shares(_A_SOURCE, max(1, int(room * _A_TOPIC)))


def limits_of(recipe: Recipe) -> Limits:
    """Give a newsletter's limits."""
    return Limits(recipe.min_posts, recipe.max_posts)

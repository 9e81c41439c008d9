"""What a story is worth: a few small integers that a person can add up. Those of the reader stand beside the others.

The sum of a story's points is what `choose` ranks by; a page and two commands tell the same numbers to people.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsletter.sources.post import Post

# By how many of a story's topics the reader follows: the first weighs more than any value, each further a little.
TOPIC_POINTS = (0, 40, 50, 60)
SOURCE_POINTS = 15  # a source that the reader follows has it
# These two only move a story up among those that come anyway, and are never printed as a reason: a role can be
# "patient", and a mail is forwarded easily.
ROLE_POINTS = 15  # its source writes for readers of this role
COUNTRY_POINTS = 10  # a call that is open to their country; else its source is of it
POINTS_OF_VALUE = 10  # each of the editor's 0 to 3
MOST_FRESHNESS = 15
NEAR = timedelta(days=7)  # what was shown before a date came so near is reminded of once
MOST_SOON = 20  # on the day itself; one less for each day before


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingPoints:
    """What does not depend on the reader."""

    value: int
    freshness: int
    soon: int  # an event, the end of its registration, or a deadline

    @property
    def sum(self) -> int:
        return self.value + self.freshness + self.soon


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """All points of a story for one reader."""

    topics: int
    source: int
    role: int
    country: int
    value: int
    freshness: int
    soon: int

    @property
    def sum(self) -> int:
        return self.own + self.value + self.freshness + self.soon

    @property
    def own(self) -> int:
        """Give those that another reader may not have."""
        return self.topics + self.source + self.role + self.country


def standing_points(alive: Sequence[Post], at: datetime) -> StandingPoints:
    """Give the points of a story by its posts, at the issue's slot."""
    return StandingPoints(
        value=POINTS_OF_VALUE * max(post.value for post in alive),
        freshness=_freshness(alive, at),
        soon=_soon(alive, at),
    )


def remind_from(alive: Sequence[Post], at: datetime) -> datetime | None:
    """Give since when the next date of a story is near at the issue's slot; None where it is not."""
    coming = [moment for post in alive for moment in _dates(post) if at <= moment <= at + NEAR]
    return min(coming) - NEAR if coming else None


def _freshness(alive: Sequence[Post], at: datetime) -> int:
    """Fall from 15 to 0 in a straight line over the story's own life."""
    begin, end = min(post.first_seen_at for post in alive), max(post.alive_until for post in alive)
    if end <= begin:
        return 0
    return max(0, min(MOST_FRESHNESS, int(MOST_FRESHNESS * ((end - at) / (end - begin)))))


def _soon(alive: Sequence[Post], at: datetime) -> int:
    """Rise from 0 to 20 over the last twenty days before an event, its registration's end or a deadline."""
    days = [(moment - at).days for post in alive for moment in _dates(post) if moment >= at]
    return max(0, MOST_SOON - min(days)) if days else 0


def _dates(post: Post) -> list[datetime]:
    event = (post.event.starts_at, post.event.register_by) if post.event else ()
    deadline = (post.call.deadline,) if post.call else ()
    return [moment for moment in (*event, *deadline) if moment is not None]

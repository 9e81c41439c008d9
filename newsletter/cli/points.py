"""The points of a story for a person, in words and as JSON; the same for every command that tells them."""

from dataclasses import asdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from newsletter.issues.points import Points


def points_words(points: "Points | None") -> str:
    """Say each of the points that there are, and their sum; nothing where they are not to be told."""
    if points is None:
        return ""
    named = {
        "topics": points.topics,
        "source": points.source,
        "role": points.role,
        "country": points.country,
        "value": points.value,
        "freshness": points.freshness,
        "a date soon": points.soon,
    }
    return f" [{points.sum} points: {', '.join(f'{name} {number}' for name, number in named.items() if number)}]"


def points_json(points: "Points | None") -> dict[str, int] | None:
    """Give the points of a story; null where an editor decided, or they would tell of a sensitive topic."""
    return None if points is None else {**asdict(points), "sum": points.sum}

"""The order of a mail: picks, then topics in the issue's order, then what fits under no topic. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from newsletter.base.ids import PostId
from newsletter.issues.digest import Chosen, Reason
from newsletter.issues.frozen import FrozenIssue

# Places of the sections that are no topic; topics stand at 1 and on.
PLAIN = -1  # a selection: a person's own order, under one heading
FOCUS = 0
MORE_NEWS = 1_000_000
NEWS = MORE_NEWS + 1  # the same, where nothing stands before it

# Reasons that decide the section, whatever the topic.
_PLACE_OF = {Reason.PICK: FOCUS, Reason.SELECTION: PLAIN, Reason.LETTER: PLAIN}


@dataclass(frozen=True, slots=True)
class Arranged:
    """A section of one reader's mail."""

    index: int
    chosen: tuple[Chosen, ...]


def section_places(frozen: FrozenIssue) -> dict[PostId, int]:
    """Give each post's section: the place of its topic in the issue, or MORE_NEWS."""
    order = {topic.slug: at for at, topic in enumerate(frozen.topics, start=1)}
    return {post.id: order.get(frozen.sections.get(post.id, ""), MORE_NEWS) for post in frozen.posts}


def arrange(chosen: Sequence[Chosen], places: Mapping[PostId, int]) -> list[Arranged]:
    """Sort stories into sections; within one they keep their order. KeyError for a post that is not in the issue."""
    sections: dict[int, list[Chosen]] = {}
    for one in chosen:
        place = places[one.post_id]
        sections.setdefault(_PLACE_OF.get(one.reason, place), []).append(one)
    if len(sections) == 1 and MORE_NEWS in sections:
        sections = {NEWS: sections[MORE_NEWS]}
    return [Arranged(index, tuple(sections[index])) for index in sorted(sections)]


def announcement_after(frozen: FrozenIssue) -> int | None:
    """Give the section behind which the issue's announcement stands: its topic's place; None for the first there is."""
    slug = frozen.texts.announcement_after or frozen.recipe.announcement_after
    return next((at for at, topic in enumerate(frozen.topics, start=1) if topic.slug == slug), None)


def announcement_place(arranged: Sequence[Arranged], after: int | None) -> int:
    """Give how many of a mail's sections stand before the announcement: those up to `after`, and at least one.

    It stands at its place too for a reader who gets nothing of that very section.
    """
    before = 1 if after is None else max(1, sum(section.index <= after for section in arranged))
    return min(before, len(arranged))

"""How segments are told, in words and as JSON."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from newsletter.app.segments import CountedSegment, HeadCount


def segment_json(one: "CountedSegment") -> dict[str, Any]:
    """Give a segment for programs; `people` is null where the number is too small to be told."""
    return {
        "slug": one.segment.slug,
        "name": one.segment.name,
        "list": one.segment.list_slug,
        "rule": one.segment.rule,
        "people": one.people.number,
        "words": one.people.words,
        "on_list": one.on_list,
    }


def people_words(people: "HeadCount", on_list: int) -> str:
    """Say how many of how many."""
    return f"{people.words} of {on_list} who may be mailed"

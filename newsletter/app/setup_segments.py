"""The segments of a file that `apply` reads: their faults, each with its key and column, and what they change."""

from collections.abc import Collection, Iterable, Mapping

from newsletter.app.setup_file import SegmentTable, SetupFile
from subscribers.errors import InvalidRule
from subscribers.segments.parse import missing_names, parse_rule
from subscribers.segments.segment import Segment

Values = dict[str, str]


def segment_faults(
    setup: SetupFile, *, lists: Collection[str], topics: Collection[str], stored: Mapping[str, Segment]
) -> Iterable[str]:
    """Tell what is wrong with the segments of a file; lists and topics are those that there will be."""
    for number, table in enumerate(setup.segment):
        values = segment_values(table, stored.get(table.slug))
        where = f"segment[{number}] ({table.slug})"
        if table.slug in lists:
            yield f"{where}.slug: a list is called so: give the segment another slug"
        for key in ("list", "rule"):
            if not values[key]:
                yield f"{where}.{key}: is missing"
        if values["list"] and values["list"] not in lists:
            yield f"{where}.list: there is no list {values['list']!r}"
        if values["rule"]:
            yield from (f"{where}.rule: {fault}" for fault in _rule_faults(values["rule"], lists, topics))
    taken = {one.slug for one in setup.list} & stored.keys() - {one.slug for one in setup.segment}
    yield from (f"list ({slug}).slug: a segment is called so: give the list another slug" for slug in sorted(taken))


def segment_values(table: SegmentTable, known: Segment | None) -> Values:
    """Give what a segment will be: keys that the file leaves out keep their value."""
    kept = {"name": known.name, "list": known.list_slug, "rule": known.rule} if known else {"name": table.slug}
    told = {key: value for key, value in table.model_dump(exclude_unset=True, exclude={"slug"}).items() if value}
    return {"list": "", "rule": "", **kept, **told}


def _rule_faults(rule: str, lists: Collection[str], topics: Collection[str]) -> list[InvalidRule]:
    try:
        parsed = parse_rule(rule)
    except InvalidRule as error:
        return [error]
    return missing_names(parsed, tuple(sorted(lists)), tuple(sorted(topics)))

"""Segments as they are shown: with counts, but never a small one that tells who wishes something delicate."""

from dataclasses import dataclass

from sqlalchemy import Connection

from newsletter.app.app import App
from newsletter.base.errors import UsageError
from newsletter.db.engine import reading
from newsletter.issues.recipe import Recipe
from newsletter.sources import topic_store
from subscribers.doors import member_count
from subscribers.errors import InvalidRule
from subscribers.lists.keep import all_lists
from subscribers.segments.bounds import least, most
from subscribers.segments.keep import all_segments, count_rule, segment_by_slug, segments_among
from subscribers.segments.parse import ParsedRule, missing_names, parse_rule
from subscribers.segments.segment import Segment

_LEAST_TOLD = 10


@dataclass(frozen=True, slots=True)
class HeadCount:
    """How many people. In medicine a topic can be a diagnosis: a small number about a sensitive one is not told."""

    number: int | None  # None: not told
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedSegment:
    """A segment, and how many of its list it has now who may be mailed."""

    segment: Segment
    people: HeadCount
    on_list: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedRule:
    """How many people of a list a rule describes who may be mailed."""

    people: HeadCount
    on_list: int


def list_segments(app: App) -> list[CountedSegment]:
    """Give every segment with its count."""
    with reading(app.engine) as db:
        return [_counted(db, one) for one in all_segments(db)]


def show_segment(app: App, slug: str) -> CountedSegment:
    """Give one segment with its count. Raises UnknownSegment."""
    with reading(app.engine) as db:
        return _counted(db, segment_by_slug(db, slug))


def count_people(app: App, rule: str, list_slug: str) -> CountedRule:
    """Count whom a rule describes, before it is saved; UsageError says what is wrong with it, and where."""
    with reading(app.engine) as db:
        try:
            parsed = parse_rule(rule)
        except InvalidRule as error:
            raise UsageError(f"the rule cannot be read. {error}") from error
        lists = tuple(one.slug for one in all_lists(db))
        faults = missing_names(parsed, lists, tuple(one.slug for one in topic_store.all_topics(db)))
        if faults:
            raise UsageError("the rule cannot be used. " + "; ".join(map(str, faults)))
        return _count(db, parsed, list_slug)


def reader_count(db: Connection, recipe: Recipe) -> HeadCount:
    """Count the people whom a newsletter may be mailed to now."""
    count = member_count(db, recipe.lists, opt_out=f"newsletter:{recipe.slug}")
    return told_count(db, recipe, count)


def told_count(db: Connection, recipe: Recipe, count: int) -> HeadCount:
    """Tell how many readers an issue of a newsletter has, unless that tells of few people what they wish."""
    rules = [parse_rule(one.rule) for one in segments_among(db, recipe.lists)]
    return head_count(count, is_delicate=any(_is_delicate(db, one) for one in rules))


def head_count(count: int, *, is_delicate: bool, out_of: int | None = None) -> HeadCount:
    """Tell a number, unless it would tell of a few people whether they wish something sensitive."""
    if is_delicate and count < _LEAST_TOLD:
        return HeadCount(None, f"fewer than {_LEAST_TOLD}")
    if is_delicate and out_of is not None and out_of - count < _LEAST_TOLD:
        return HeadCount(None, f"all but fewer than {_LEAST_TOLD}")
    return HeadCount(count, str(count))


def _counted(db: Connection, segment: Segment) -> CountedSegment:
    counted = _count(db, parse_rule(segment.rule), segment.list_slug)
    return CountedSegment(segment=segment, people=counted.people, on_list=counted.on_list)


def _count(db: Connection, parsed: ParsedRule, list_slug: str) -> CountedRule:
    on_list = count_rule(db, list_slug, None)
    count = count_rule(db, list_slug, parsed.rule)
    people = head_count(count, is_delicate=_is_delicate(db, parsed), out_of=on_list)
    if people.number is not None and _tells_of_few(db, parsed, list_slug, count, on_list):
        people = HeadCount(None, f"not told: it would say of fewer than {_LEAST_TOLD} people what they wish")
    return CountedRule(people=people, on_list=on_list)


def _tells_of_few(db: Connection, parsed: ParsedRule, list_slug: str, count: int, on_list: int) -> bool:
    """Tell whether a count, beside that of the same rule without its sensitive part, gives a few people away."""
    sensitive = _sensitive(db)
    bounds = [least(parsed.rule, sensitive), most(parsed.rule, sensitive)]
    fewest, largest = (on_list * one if isinstance(one, bool) else count_rule(db, list_slug, one) for one in bounds)
    return largest > fewest and min(count - fewest, largest - count) < _LEAST_TOLD


def _is_delicate(db: Connection, parsed: ParsedRule) -> bool:
    sensitive = _sensitive(db)
    return any(name.kind == "topic" and name.slug in sensitive for name in parsed.names)


def _sensitive(db: Connection) -> set[str]:
    return {one.slug for one in topic_store.all_topics(db) if one.sensitive}

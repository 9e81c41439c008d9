"""`apply`: makes the home's topics, sources, lists, segments and newsletters what a file says. Twice changes nothing.

All is checked before anything is written, and all happens in one transaction. What the desk has changed of a newsletter
since the last apply is kept and shown, unless `force`; nothing is removed without `prune`.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection

from newsletter.app.app import App
from newsletter.app.earlier_yes import cover, note_lists, would_come_unasked
from newsletter.app.setup_file import SetupFile, SourceTable, absolute, read_setup
from newsletter.app.setup_recipe import recipe_defaults, recipe_values
from newsletter.app.setup_segments import segment_faults, segment_values
from newsletter.base.errors import InvalidSetup
from newsletter.base.settings import fault_lines
from newsletter.db import audit, facts
from newsletter.db.engine import reading, writing
from newsletter.issues import store as issue_store
from newsletter.issues.recipe import Newsletter, Recipe, merge_recipe
from newsletter.sources import source_store, topic_store
from newsletter.sources.source import EDITORS, Source, SourceKind, Topic
from subscribers.lists.keep import all_lists, put_list
from subscribers.lists.mailing_list import MailingList
from subscribers.segments.keep import all_segments, put_segment, remove_segment
from subscribers.segments.segment import Segment

_GIVEN = "setup.source_urls"
_FILES = ("logo", "logo_dark")  # values of a newsletter that are paths
SOURCE_VALUES = ("url", "kind", "topics", "language", "owner", "categories", "backfill_days", "roles", "country")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that apply did, or would do. Acts: create, update, remove, keep (changed elsewhere), warn, cover."""

    kind: str
    name: str
    act: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """What the home has now, by name."""

    topics: dict[str, Topic]
    sources: dict[str, Source]
    lists: dict[str, MailingList]
    segments: dict[str, Segment]
    newsletters: dict[str, Newsletter]
    applied: dict[str, dict[str, Any]]  # newsletters as the file last had them
    given: dict[str, str]  # addresses of sources as the file had them: what is found out there may have another


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """A newsletter's recipe after the file, what of the desk was kept, and what the file says in the recipe's form."""

    recipe: Recipe
    kept: dict[str, Any]
    said: dict[str, Any]


def apply_setup(
    app: App, path: Path, *, dry_run: bool = False, force: bool = False, prune: bool = False, covered: str = ""
) -> list[Change]:
    """Apply a file; gives what changed, or with `dry_run` what would.

    `covered` says why the yes of people who are on a list covers a newsletter that came to it after them.
    InvalidSetup names every fault and changes nothing.
    """
    now = app.clock.now()
    with (reading if dry_run else writing)(app.engine) as db:
        present = _present(db)
        setup = read_setup(path, partial(_recipe_faults, present))
        merged = _merged(app, setup, present, path, force=force, prune=prune)
        changes = [
            *_topic_changes(setup, present),
            *_source_changes(setup, present, path),
            *_list_changes(setup, present),
            *_segment_changes(setup, present),
            *_newsletter_changes(merged, present),
            *(_removals(setup, present) if prune else ()),
            *(() if covered else _warnings(db, setup, merged, present)),
        ]
        if not dry_run:
            _write(_Writer(db=db, setup=setup, present=present, merged=merged, path=path, now=now), changes)
            changes += _covers(db, merged, covered, now) if covered else ()
    return changes


def _present(db: Connection) -> Present:
    newsletters = {one.slug: one for one in issue_store.all_newsletters(db)}
    return Present(
        topics={topic.slug: topic for topic in topic_store.all_topics(db)},
        sources={source.name: source for source in source_store.all_sources(db)},
        lists={one.slug: one for one in all_lists(db)},
        segments={one.slug: one for one in all_segments(db)},
        newsletters=newsletters,
        applied={slug: issue_store.applied_recipe(db, one.id) for slug, one in newsletters.items()},
        given=json.loads(facts.get(db, _GIVEN) or "{}"),
    )


def _merged(app: App, setup: SetupFile, present: Present, path: Path, *, force: bool, prune: bool) -> dict[str, Merged]:
    """Merge and check every newsletter of the file, and that all names point at something."""
    faults, merged = [*_dangling_topics(setup, present), *_segment_faults(setup, present)], {}
    for number, table in enumerate(setup.newsletter):
        slug = str(table["slug"])
        stored = present.newsletters.get(slug)
        told = {**table, **{key: absolute(table[key], path) for key in _FILES if table.get(key)}}
        try:
            recipe = merge_recipe(stored.recipe if stored else None, told)
        except ValidationError as error:
            faults += [f"newsletter[{number}] ({slug}).{line}" for line in fault_lines(error)]
            continue
        plain = recipe_values(recipe)
        said = {key: plain[key] for key in table if key in plain}
        kept = {} if force or stored is None else _kept(stored.recipe, said, present.applied[slug])
        merged[slug] = Merged(recipe=merge_recipe(recipe, kept), kept=kept, said=said)
        dangling = _dangling(app, merged[slug].recipe, setup, present, prune=prune)
        faults += [f"newsletter[{number}] ({slug}).{line}" for line in dangling]
    if faults:
        raise InvalidSetup(str(path), faults)
    return merged


def _recipe_faults(present: Present, number: int, table: dict[str, Any]) -> list[str]:
    """Give the faults of one newsletter's table, laid over what is stored of it."""
    slug = str(table.get("slug", ""))
    stored = present.newsletters.get(slug)
    try:
        merge_recipe(stored.recipe if stored else None, table)
    except ValidationError as error:
        return [f"newsletter[{number}] ({slug}).{line}" for line in fault_lines(error)]
    return []


def _kept(stored: Recipe, said: dict[str, Any], applied: dict[str, Any]) -> dict[str, Any]:
    """Give the values that the desk has changed since the last apply, where the file says something else.

    A key that no file has set yet is compared with its default.
    """
    now, defaults = recipe_values(stored), recipe_defaults()
    base = {**defaults, **applied}
    return {key: now[key] for key in said if key in base and now[key] != base[key] and now[key] != said[key]}


def _dangling(app: App, recipe: Recipe, setup: SetupFile, present: Present, *, prune: bool) -> Iterable[str]:
    lists = {one.slug for one in setup.list} | present.lists.keys() | {one.slug for one in setup.segment}
    lists |= set() if prune else present.segments.keys()
    sources = {one.name for one in setup.source} | (set() if prune else present.sources.keys()) | {"*", EDITORS}
    yield from (f"lists: there is no list or segment {name!r}" for name in recipe.lists if name not in lists)
    yield from (f"sources: there is no source {name!r}" for name in recipe.sources if name not in sources)
    topics = {one.slug for one in setup.topic} | present.topics.keys()
    if recipe.announcement_after and recipe.announcement_after not in topics:
        yield f"announcement_after: there is no topic {recipe.announcement_after!r}"
    yield from (
        f"providers: newsletter.toml has no provider {name!r}"
        for name in recipe.providers
        if name not in app.provider_names
    )


def _segment_faults(setup: SetupFile, present: Present) -> Iterable[str]:
    return segment_faults(
        setup,
        lists={one.slug for one in setup.list} | present.lists.keys(),
        topics={one.slug for one in setup.topic} | present.topics.keys(),
        stored=present.segments,
    )


def _dangling_topics(setup: SetupFile, present: Present) -> Iterable[str]:
    topics = {one.slug for one in setup.topic} | present.topics.keys()
    for number, source in enumerate(setup.source):
        if not source.url and source.name not in present.sources:
            yield f"source[{number}] ({source.name}).url: is missing"
        yield from (
            f"source[{number}] ({source.name}).topics: there is no topic {slug!r}"
            for slug in source.topics
            if slug not in topics
        )
        yield from (
            f"source[{number}] ({source.name}).categories: there is no topic {slug!r}, which {category!r} is taken for"
            for category, slug in source.categories.items()
            if slug not in topics
        )


def _topic_changes(setup: SetupFile, present: Present) -> Iterable[Change]:
    for position, table in enumerate(setup.topic):
        topic = present.topics.get(table.slug)
        if topic is None:
            yield Change(kind="topic", name=table.slug, act="create")
            continue
        told = table.model_dump(exclude_unset=True, exclude={"slug"}) | {"position": position}
        yield from _update("topic", table.slug, told, {key: getattr(topic, key) for key in told})


def _source_changes(setup: SetupFile, present: Present, path: Path) -> Iterable[Change]:
    for table in setup.source:
        source = present.sources.get(table.name)
        if source is None:
            yield Change(kind="source", name=table.name, act="create")
            continue
        told = _new_source_values(table, source, present, path)
        yield from _update("source", table.name, told, {key: getattr(source, key) for key in told})


def _source_values(table: SourceTable, path: Path) -> dict[str, Any]:
    told = table.model_dump(exclude_unset=True, exclude={"name"})
    if "backfill" in told:
        told["backfill_days"] = told.pop("backfill")
    if "url" in told:
        told["url"] = absolute(told["url"], path)
    return told


def _new_source_values(table: SourceTable, source: Source, present: Present, path: Path) -> dict[str, Any]:
    """Give what the file says of a source that is there, without what was found out since about the same address."""
    told = _source_values(table, path)
    url = told.get("url", source.url)
    if url in {source.url, present.given.get(table.name)} and told.get("kind", "auto") == "auto":
        return {key: value for key, value in told.items() if key not in {"url", "kind"}}
    return told


def _list_changes(setup: SetupFile, present: Present) -> Iterable[Change]:
    for table in setup.list:
        found = present.lists.get(table.slug)
        if found is None:
            yield Change(kind="list", name=table.slug, act="create")
            continue
        told = table.model_dump(exclude_unset=True, exclude={"slug"})
        yield from _update("list", table.slug, told, {"name": found.name, "opt_in": found.opt_in})


def _segment_changes(setup: SetupFile, present: Present) -> Iterable[Change]:
    for table in setup.segment:
        found = present.segments.get(table.slug)
        if found is None:
            yield Change(kind="segment", name=table.slug, act="create")
            continue
        now = {"name": found.name, "list": found.list_slug, "rule": found.rule}
        yield from _update("segment", table.slug, segment_values(table, found), now)


def _newsletter_changes(merged: dict[str, Merged], present: Present) -> Iterable[Change]:
    for slug, one in merged.items():
        stored = present.newsletters.get(slug)
        if stored is None:
            yield Change(kind="newsletter", name=slug, act="create")
            continue
        if one.kept:
            details = tuple(f"{key} (changed elsewhere)" for key in one.kept)
            yield Change(kind="newsletter", name=slug, act="keep", details=details)
        yield from _update("newsletter", slug, recipe_values(one.recipe), recipe_values(stored.recipe))


def _warnings(db: Connection, setup: SetupFile, merged: dict[str, Merged], present: Present) -> Iterable[Change]:
    """Tell of people who would get what they were never told of."""
    parts = {one.slug: one.list for one in setup.segment if one.list}  # not written yet
    for slug, one in merged.items():
        lists = [parts.get(name, name) for name in one.recipe.lists]
        for people in would_come_unasked(db, slug, present.newsletters.get(slug), lists):
            yield Change(kind="newsletter", name=slug, act="warn", details=(people.words,))


def _covers(db: Connection, merged: dict[str, Merged], why: str, now: datetime) -> Iterable[Change]:
    """Keep why an earlier yes covers the newsletters of the file, where that was open."""
    for slug in merged:
        for people in cover(db, issue_store.newsletter_by_slug(db, slug), why, now=now):
            yield Change(kind="newsletter", name=slug, act="cover", details=(people.words, why))


def _update(kind: str, name: str, told: dict[str, Any], now: dict[str, Any]) -> Iterable[Change]:
    different = tuple(key for key, value in told.items() if now.get(key) != value)
    if different:
        yield Change(kind=kind, name=name, act="update", details=different)


def _removals(setup: SetupFile, present: Present) -> Iterable[Change]:
    """Name what the file does not have. Topics and lists stay: posts and people are on them."""
    yield from (
        Change(kind="newsletter", name=slug, act="remove")
        for slug in present.newsletters
        if slug not in {table["slug"] for table in setup.newsletter}
    )
    yield from (
        Change(kind="segment", name=slug, act="remove")
        for slug in present.segments
        if slug not in {one.slug for one in setup.segment}
    )
    yield from (
        Change(kind="source", name=name, act="remove")
        for name in present.sources
        if name not in {one.name for one in setup.source} and name != EDITORS
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Writer:
    """Writes what changes; one method a kind."""

    db: Connection
    setup: SetupFile
    present: Present
    merged: dict[str, Merged]
    path: Path
    now: datetime

    def write(self, change: Change) -> None:
        match change.act, change.kind:
            case "remove", "newsletter":
                issue_store.remove_newsletter(self.db, self.present.newsletters[change.name].id, now=self.now)
            case "remove", "segment":
                remove_segment(self.db, change.name, now=self.now)
            case "remove", _:
                source_store.remove_source(self.db, self.present.sources[change.name].id, now=self.now)
            case "create" | "update", kind:
                getattr(self, f"_write_{kind}")(change.name)

    def _write_topic(self, slug: str) -> None:
        position, table = next((place, one) for place, one in enumerate(self.setup.topic) if one.slug == slug)
        known = self.present.topics.get(slug)
        blank = Topic(id=0, slug=slug, name=slug, names={}, keywords=(), sensitive=False, position=position)
        told = table.model_dump(exclude_unset=True)
        topic_store.put_topic(self.db, replace(known or blank, **told, position=position))

    def _write_source(self, name: str) -> None:
        table = next(one for one in self.setup.source if one.name == name)
        known = self.present.sources.get(name)
        kept = {key: getattr(known, key) for key in SOURCE_VALUES} if known else {"kind": SourceKind.AUTO}
        told = _new_source_values(table, known, self.present, self.path) if known else _source_values(table, self.path)
        values = {**kept, **told}
        values["kind"] = SourceKind(values["kind"])
        categories, roles, country = values.pop("categories", {}), values.pop("roles", ()), values.pop("country", "")
        source_id = source_store.put_source(self.db, name=name, now=self.now, **values)
        topic_store.put_categories(self.db, source_id, categories)
        source_store.put_readership(self.db, source_id, roles=roles, country=country)

    def _write_list(self, slug: str) -> None:
        table = next(one for one in self.setup.list if one.slug == slug)
        known = self.present.lists.get(slug)
        told = table.model_fields_set
        name = table.name if "name" in told or known is None else known.name
        opt_in = table.opt_in if "opt_in" in told or known is None else known.opt_in
        put_list(self.db, slug, name=name or slug, opt_in=opt_in, now=self.now)

    def _write_segment(self, slug: str) -> None:
        table = next(one for one in self.setup.segment if one.slug == slug)
        values = segment_values(table, self.present.segments.get(slug))
        name, rule = values["name"], values["rule"]
        put_segment(self.db, slug, name=name, list_slug=values["list"], rule=rule, now=self.now)

    def _write_newsletter(self, slug: str) -> None:
        note_lists(self.db, self.present.newsletters.get(slug), self.merged[slug].recipe, now=self.now)
        issue_store.put_newsletter(self.db, self.merged[slug].recipe, now=self.now)

    def note_what_was_said(self) -> None:
        """Keep what the file says, also where it changes nothing: the next apply compares the desk with it."""
        for slug, one in self.merged.items():
            base = {**self.present.applied.get(slug, {}), **one.said}
            if base != self.present.applied.get(slug):
                stored = issue_store.newsletter_by_slug(self.db, slug)
                issue_store.save_applied(self.db, stored.id, base)
        urls = {one.name: absolute(one.url, self.path) for one in self.setup.source if one.url}
        given = {**self.present.given, **urls}
        if given != self.present.given:
            facts.put(self.db, _GIVEN, json.dumps(given, ensure_ascii=False, sort_keys=True))


def _write(writer: _Writer, changes: Sequence[Change]) -> None:
    done = [change for change in changes if change.act not in {"keep", "warn"}]
    for change in done:
        writer.write(change)
    writer.note_what_was_said()
    if done:
        details = json.dumps([f"{change.act} {change.kind} {change.name}" for change in done], ensure_ascii=False)
        audit.record(writer.db, at=writer.now, who="cli", act="setup.apply", subject=writer.path.name, details=details)

"""`apply`: makes the home's topics, sources, lists and newsletters what a file says. Twice changes nothing.

All is checked before anything is written, and all is written in one transaction. What was changed elsewhere since the
last apply is kept and shown, unless `force`; nothing is removed without `prune`.
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
from newsletter.app.setup_file import SetupFile, SourceTable, absolute, read_setup
from newsletter.base.errors import InvalidSetup
from newsletter.base.settings import fault_lines
from newsletter.db import audit
from newsletter.db.engine import reading, writing
from newsletter.issues import store as issue_store
from newsletter.issues.recipe import Newsletter, Recipe, merge_recipe
from newsletter.sources import store as source_store
from newsletter.sources.add_post import EDITORS
from newsletter.sources.source import Source, SourceKind, Topic
from subscribers import lists as list_store
from subscribers.mailing_list import MailingList

SOURCE_VALUES = ("url", "kind", "topics", "language", "owner", "backfill_days")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that apply did, or would do. Acts: create, update, remove, keep (changed elsewhere)."""

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
    newsletters: dict[str, Newsletter]
    applied: dict[str, dict[str, Any]]  # newsletters as apply last wrote them


def apply_setup(
    app: App, path: Path, *, dry_run: bool = False, force: bool = False, prune: bool = False
) -> list[Change]:
    """Apply a file; gives what changed, or with `dry_run` what would.

    InvalidSetup names every fault, and then nothing is changed.
    """
    with reading(app.engine) as db:
        present = _present(db)
    setup = read_setup(path, partial(_recipe_faults, present))
    recipes = _recipes(app, setup, present, path, force=force)
    changes = [
        *_topic_changes(setup, present),
        *_source_changes(setup, present, path),
        *_list_changes(setup, present),
        *_newsletter_changes(recipes, setup, present, force=force),
        *(_removals(setup, present) if prune else ()),
    ]
    if not dry_run and any(change.act != "keep" for change in changes):
        _write(app, setup, present, recipes, changes, path)
    return changes


def _present(db: Connection) -> Present:
    newsletters = {one.slug: one for one in issue_store.all_newsletters(db)}
    return Present(
        topics={topic.slug: topic for topic in source_store.all_topics(db)},
        sources={source.name: source for source in source_store.all_sources(db)},
        lists={one.slug: one for one in list_store.all_lists(db)},
        newsletters=newsletters,
        applied={slug: issue_store.applied_recipe(db, one.id) for slug, one in newsletters.items()},
    )


def _recipes(app: App, setup: SetupFile, present: Present, path: Path, *, force: bool) -> dict[str, Recipe]:
    """Merge and check every newsletter of the file, and that all names point at something."""
    faults, recipes = list(_dangling_topics(setup, present)), {}
    for number, table in enumerate(setup.newsletter):
        slug = str(table["slug"])
        stored = present.newsletters.get(slug)
        told = table if force or stored is None else {**table, **_kept(stored, table, present.applied[slug])}
        told = {**told, **{key: absolute(told[key], path) for key in ("logo", "logo_dark") if told.get(key)}}
        try:
            recipe = merge_recipe(stored.recipe if stored else None, told)
        except ValidationError as error:
            faults += [f"newsletter[{number}] ({slug}).{line}" for line in fault_lines(error)]
        else:
            recipes[slug] = recipe
            faults += [f"newsletter[{number}] ({slug}).{line}" for line in _dangling(app, recipe, setup, present)]
    if faults:
        raise InvalidSetup(str(path), faults)
    return recipes


def _recipe_faults(present: Present, number: int, table: dict[str, Any]) -> list[str]:
    """Give the faults of one newsletter's table, laid over what is stored of it."""
    slug = str(table.get("slug", ""))
    stored = present.newsletters.get(slug)
    try:
        merge_recipe(stored.recipe if stored else None, table)
    except ValidationError as error:
        return [f"newsletter[{number}] ({slug}).{line}" for line in fault_lines(error)]
    return []


def _kept(stored: Newsletter, table: dict[str, Any], applied: dict[str, Any]) -> dict[str, Any]:
    """Give the values that were changed elsewhere since the last apply, of keys that the file sets too."""
    now = _plain(stored.recipe)
    return {key: now[key] for key in table if key in applied and key in now and now[key] != applied[key]}


def _dangling(app: App, recipe: Recipe, setup: SetupFile, present: Present) -> Iterable[str]:
    lists = {one.slug for one in setup.list} | present.lists.keys()
    sources = {one.name for one in setup.source} | present.sources.keys() | {"*"}
    yield from (f"lists: there is no list {name!r}" for name in recipe.lists if name not in lists)
    yield from (f"sources: there is no source {name!r}" for name in recipe.sources if name not in sources)
    yield from (
        f"providers: newsletter.toml has no provider {name!r}"
        for name in recipe.providers
        if name not in app.provider_names
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
        told = _source_values(table, path)
        now = {key: getattr(source, key) for key in told}
        # "auto" was found out since: saying it again changes nothing while the address stays.
        if told.get("kind") == "auto" and told.get("url", source.url) == source.url:
            now["kind"] = "auto"
        yield from _update("source", table.name, told, now)


def _source_values(table: SourceTable, path: Path) -> dict[str, Any]:
    told = table.model_dump(exclude_unset=True, exclude={"name"})
    if "backfill" in told:
        told["backfill_days"] = told.pop("backfill")
    if "url" in told:
        told["url"] = absolute(told["url"], path)
    return told


def _list_changes(setup: SetupFile, present: Present) -> Iterable[Change]:
    for table in setup.list:
        found = present.lists.get(table.slug)
        if found is None:
            yield Change(kind="list", name=table.slug, act="create")
            continue
        told = table.model_dump(exclude_unset=True, exclude={"slug"})
        yield from _update("list", table.slug, told, {"name": found.name, "opt_in": found.opt_in})


def _newsletter_changes(
    recipes: dict[str, Recipe], setup: SetupFile, present: Present, *, force: bool
) -> Iterable[Change]:
    tables = {str(table["slug"]): table for table in setup.newsletter}
    for slug, recipe in recipes.items():
        stored = present.newsletters.get(slug)
        if stored is None:
            yield Change(kind="newsletter", name=slug, act="create")
            continue
        if not force and (kept := _kept(stored, tables[slug], present.applied[slug])):
            yield Change(
                kind="newsletter", name=slug, act="keep", details=tuple(f"{key} (changed elsewhere)" for key in kept)
            )
        yield from _update("newsletter", slug, _plain(recipe), _plain(stored.recipe))


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
    recipes: dict[str, Recipe]
    path: Path
    now: datetime

    def write(self, change: Change) -> None:
        match change.act, change.kind:
            case "remove", "newsletter":
                issue_store.remove_newsletter(self.db, self.present.newsletters[change.name].id, now=self.now)
            case "remove", _:
                source_store.remove_source(self.db, self.present.sources[change.name].id, now=self.now)
            case "create" | "update", kind:
                getattr(self, f"_write_{kind}")(change.name)

    def _write_topic(self, slug: str) -> None:
        position, table = next((place, one) for place, one in enumerate(self.setup.topic) if one.slug == slug)
        known = self.present.topics.get(slug)
        blank = Topic(id=0, slug=slug, name=slug, names={}, keywords=(), sensitive=False, position=position)
        told = table.model_dump(exclude_unset=True)
        source_store.put_topic(self.db, replace(known or blank, **told, position=position))

    def _write_source(self, name: str) -> None:
        told = _source_values(next(one for one in self.setup.source if one.name == name), self.path)
        known = self.present.sources.get(name)
        kept = {key: getattr(known, key) for key in SOURCE_VALUES} if known else {"kind": SourceKind.AUTO}
        if told.get("kind") == "auto" and known and told.get("url", known.url) == known.url:
            del told["kind"]  # it was found out since
        values = {**kept, **told}
        values["kind"] = SourceKind(values["kind"])
        source_store.put_source(self.db, name=name, now=self.now, **values)

    def _write_list(self, slug: str) -> None:
        table = next(one for one in self.setup.list if one.slug == slug)
        known = self.present.lists.get(slug)
        told = table.model_fields_set
        name = table.name if "name" in told or known is None else known.name
        opt_in = table.opt_in if "opt_in" in told or known is None else known.opt_in
        list_store.put_list(self.db, slug, name=name or slug, opt_in=opt_in, now=self.now)

    def _write_newsletter(self, slug: str) -> None:
        written = issue_store.put_newsletter(self.db, self.recipes[slug], now=self.now)
        table = next(one for one in self.setup.newsletter if one["slug"] == slug)
        plain = _plain(written.recipe)
        issue_store.save_applied(self.db, written.id, {key: plain[key] for key in table if key in plain})


def _write(
    app: App, setup: SetupFile, present: Present, recipes: dict[str, Recipe], changes: Sequence[Change], path: Path
) -> None:
    now = app.clock.now()
    with writing(app.engine) as db:
        writer = _Writer(db=db, setup=setup, present=present, recipes=recipes, path=path, now=now)
        for change in changes:
            writer.write(change)
        details = json.dumps([f"{change.act} {change.kind} {change.name}" for change in changes], ensure_ascii=False)
        audit.record(db, at=now, who="cli", act="setup.apply", subject=str(path.name), details=details)


def _plain(recipe: Recipe) -> dict[str, Any]:
    """Give a recipe as JSON values under the file's own keys."""
    plain: dict[str, Any] = json.loads(recipe.model_dump_json(by_alias=True))
    return plain

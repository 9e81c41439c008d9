"""The present set-up as a file that `apply` accepts."""

import json
from typing import Any

from newsletter.app.app import App
from newsletter.db.engine import reading
from newsletter.issues import store as issue_store
from newsletter.issues.recipe import Recipe
from newsletter.sources import source_store, topic_store
from newsletter.sources.source import EDITORS
from subscribers.lists.keep import all_lists
from subscribers.segments.keep import all_segments

_BACKFILL_DAYS = 14  # the default of a [[source]]

Setup = dict[str, list[dict[str, Any]]]


def present_setup(app: App) -> Setup:
    """Give topics, sources, lists, segments and newsletters as the tables of a setup file; defaults are left out."""
    with reading(app.engine) as db:
        return {
            "topic": [
                _said(
                    {
                        "slug": one.slug,
                        "name": one.name,
                        "names": one.names,
                        "keywords": list(one.keywords),
                        "sensitive": one.sensitive,
                    }
                )
                for one in topic_store.all_topics(db)
            ],
            "source": [
                _said(
                    {
                        "name": one.name,
                        "url": one.url,
                        "kind": one.kind.value,
                        "topics": list(one.topics),
                        "language": one.language,
                        "owner": one.owner,
                        "categories": dict(one.categories),
                        "roles": list(one.roles),
                        "country": one.country,
                    }
                )
                | ({"backfill": one.backfill_days} if one.backfill_days != _BACKFILL_DAYS else {})
                for one in source_store.all_sources(db)
                if one.name != EDITORS
            ],
            "list": [{"slug": one.slug, "name": one.name, "opt_in": one.opt_in} for one in all_lists(db)],
            "segment": [
                {"slug": one.slug, "name": one.name, "list": one.list_slug, "rule": one.rule}
                for one in all_segments(db)
            ],
            "newsletter": [_recipe(one.recipe) for one in issue_store.all_newsletters(db)],
        }


def setup_toml(setup: Setup) -> str:
    """Write a set-up as TOML."""
    lines = []
    for kind, tables in setup.items():
        for table in tables:
            lines.append(f"[[{kind}]]")
            lines += [f"{key} = {_toml(value)}" for key, value in table.items()]
            lines.append("")
    return "\n".join(lines)


def _recipe(recipe: Recipe) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(recipe.model_dump_json(by_alias=True, exclude_defaults=True))
    return plain


def _said(table: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in table.items() if value not in ("", [], {}, False)}


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return (
            "{ "
            + ", ".join(f"{json.dumps(key, ensure_ascii=False)} = {_toml(one)}" for key, one in value.items())
            + " }"
        )
    if isinstance(value, list):
        return "[" + ", ".join(_toml(one) for one in value) + "]"
    # A JSON string is a TOML string, but for DEL, which TOML wants escaped.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")

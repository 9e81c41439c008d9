"""A recipe as the values of a set-up file, under the file's own keys."""

import json
from typing import Any

from newsletter.issues.recipe import Recipe


def recipe_values(recipe: Recipe) -> dict[str, Any]:
    """Give a recipe as JSON values."""
    plain: dict[str, Any] = json.loads(recipe.model_dump_json(by_alias=True))
    return plain


def recipe_defaults() -> dict[str, Any]:
    """Give the defaults of a recipe as JSON values, of the keys that have one."""
    fields = Recipe.model_fields.items()
    return {
        field.alias or name: json.loads(json.dumps(field.default)) for name, field in fields if not field.is_required()
    }

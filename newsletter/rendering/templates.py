"""Where templates are found: the operator's folder first, then ours; one file can be replaced without a fork.

Autoescape is off on purpose: a layout is MJML, and no value of a post, person or translation ever enters it. What the
templates print are sentinels (`sentinels.py`), numbers and checked colours; values are escaped when they take the
sentinels' places, after the compiler.
"""

import hashlib
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateNotFound, TemplateSyntaxError, meta

import newsletter
from newsletter.rendering.errors import InvalidLayout
from newsletter.rendering.mjml_check import check_template


def templates_root() -> Path:
    """Give our own templates: inside the package in a wheel, beside it in a checkout."""
    package = Path(newsletter.__file__).resolve().parent
    packed = package / "_templates"
    return packed if packed.is_dir() else package.parent / "templates"


def mail_environment(templates_dir: str | Path | None) -> Environment:
    """Give the Jinja environment of mails and of translations."""
    folders = [Path(templates_dir), templates_root()] if templates_dir else [templates_root()]
    return Environment(
        loader=FileSystemLoader(folders),
        autoescape=False,  # noqa: S701 - see above: only sentinels go in
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,  # the compiler takes a line break between two tags of the head, but no lone blank
    )


def layout_name(layout: str) -> str:
    """Give the template's name of a layout."""
    return f"mail/{layout}.mjml.j2"


def layout_hash(environment: Environment, layout: str) -> str:
    """Hash a layout with all that it includes and the translations: the same hash gives the same editions."""
    names = _reachable(environment, layout_name(layout)) | set(catalogue_names(environment))
    digest = hashlib.sha256()
    for name in sorted(names):
        source = template_source(environment, name)
        digest.update(f"{name}\0{len(source)}\0{source}".encode())
    return digest.hexdigest()


def catalogue_names(environment: Environment) -> list[str]:
    """List the translation files: one a language."""
    names = environment.list_templates(filter_func=lambda name: name.startswith("locale/") and name.endswith(".po"))
    return sorted(names)


def template_source(environment: Environment, name: str) -> str:
    """Read a template as text; InvalidLayout when it is in neither folder."""
    assert environment.loader is not None  # mail_environment always sets one
    try:
        return environment.loader.get_source(environment, name)[0]
    except TemplateNotFound as error:
        raise InvalidLayout(f"the template {error.name} is missing in templates/ and in templates_dir") from error


def template_faults(environment: Environment, layout: str) -> list[str]:
    """Give what is wrong with a layout and all that it includes, each fault with its file and line."""
    names = sorted(_reachable(environment, layout_name(layout)))
    return [f"{name}, {fault}" for name in names for fault in check_template(template_source(environment, name))]


def _reachable(environment: Environment, name: str) -> set[str]:
    found: set[str] = set()
    todo = [name]
    while todo:
        current = todo.pop()
        if current in found:
            continue
        found.add(current)
        try:
            tree = environment.parse(template_source(environment, current))
        except TemplateSyntaxError as error:
            raise InvalidLayout(f"{current}, line {error.lineno}: {error.message}") from error
        todo += [one for one in meta.find_referenced_templates(tree) if one]
    return found

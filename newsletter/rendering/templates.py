"""Where templates are found: the operator's folder first, then ours; one file can be replaced without a fork.

Autoescape is off on purpose: a layout is MJML, and no value of a post, person or translation ever enters it. What the
templates print are sentinels (`sentinels.py`), numbers and checked colours; values are escaped when they take the
sentinels' places, after the compiler.
"""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateNotFound, TemplateSyntaxError, meta, nodes

import newsletter
from newsletter.rendering.errors import InvalidLayout
from newsletter.rendering.mjml_check import check_template


def templates_root() -> Path:
    """Give our own templates: inside the package in a wheel, beside it in a checkout."""
    package = Path(newsletter.__file__).resolve().parent
    packed = package / "_templates"
    return packed if packed.is_dir() else package.parent / "templates"


class Templates(FileSystemLoader):
    """Reads template files; one that cannot be read is told as the fault of its layout."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """Give a template's text; InvalidLayout names what cannot be read."""
        try:
            return super().get_source(environment, template)
        except TemplateNotFound:
            raise  # an OSError too, and no fault where it may be missing
        except UnicodeDecodeError as error:
            raise InvalidLayout(f"the template {template} is not UTF-8: save it in that encoding ({error})") from error
        except OSError as error:
            raise InvalidLayout(f"the template {template} cannot be read: {error}") from error


def mail_environment(templates_dir: str | Path | None) -> Environment:
    """Give the Jinja environment of mails and of translations."""
    folders = [Path(templates_dir), templates_root()] if templates_dir else [templates_root()]
    return Environment(
        loader=Templates(folders),
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


def template_source(environment: Environment, name: str, asked_by: str = "") -> str:
    """Read a template as text; InvalidLayout when it is in neither folder. `asked_by`: the place that names it."""
    return _read(environment, name, asked_by)[0]


def template_faults(environment: Environment, layout: str) -> list[str]:
    """Give what is wrong with a layout and all that it includes, each fault with its file and line."""
    faults: list[str] = []
    for name in sorted(_reachable(environment, layout_name(layout))):
        source, file = _read(environment, name)
        faults += [f"{file}, {fault}" for fault in check_template(source)]
    return faults


def shown_file(file: str) -> str:
    """Name a template as people find it: the path of an operator's own, the bare name of ours."""
    path, root = Path(file), templates_root()
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else file


def syntax_fault(error: TemplateSyntaxError) -> str:
    """Say where Jinja stopped reading, and why."""
    return f"{shown_file(error.filename or error.name or '')}, line {error.lineno}: {error.message}"


def _read(environment: Environment, name: str, asked_by: str = "") -> tuple[str, str]:
    """Give a template's text, and the name that people find it by."""
    assert environment.loader is not None  # mail_environment always sets one
    try:
        source, file, _ = environment.loader.get_source(environment, name)
    except TemplateNotFound as error:
        named = f"{asked_by}: " if asked_by else ""
        raise InvalidLayout(f"{named}the template {name} is missing in templates/ and in templates_dir") from error
    return source, shown_file(file or name)


def _reachable(environment: Environment, name: str) -> set[str]:
    found: set[str] = set()
    todo = {name: ""}  # with the place that asks for it
    while todo:
        current, asked_by = todo.popitem()
        if current in found:
            continue
        found.add(current)
        source, file = _read(environment, current, asked_by)
        try:
            tree = environment.parse(source, current, file)
        except TemplateSyntaxError as error:
            raise InvalidLayout(syntax_fault(error)) from error
        todo |= {one: f"{file}, line {line}" for one, line in _needed(tree)}
        known = [one for one in meta.find_referenced_templates(tree) if one]
        todo |= {one: "" for one in known if one not in todo and _is_there(environment, one)}
    return found


def _needed(tree: nodes.Template) -> Iterator[tuple[str, int]]:
    """Give the templates that one cannot do without, with their lines; what is computed only the printing shows."""
    for node in tree.find_all((nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)):
        named = getattr(node, "template", None)
        name = named.value if isinstance(named, nodes.Const) else None
        if isinstance(name, str) and not getattr(node, "ignore_missing", False):
            yield name, node.lineno


def _is_there(environment: Environment, name: str) -> bool:
    assert environment.loader is not None  # mail_environment always sets one
    try:
        environment.loader.get_source(environment, name)
    except TemplateNotFound:
        return False  # one that may be missing
    return True

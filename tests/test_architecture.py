"""The shape of the code: which room may import which, where SQL stands, how long things are, and which words are used.

The tables below are the rules; each exception says why. Reading is by `ast`: an import inside a function, a relative
one and `import_module("...")` count like any other.
"""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import newsletter.db.tables
import newsletter.feedback.tables
import newsletter.issues.tables
import newsletter.outbox.tables
import newsletter.sources.tables

CHECKOUT = Path(__file__).parents[1]
PACKAGES = ("subscribers", "newsletter")
PIPELINE = ("sources", "issues", "rendering", "providers", "outbox", "feedback")
# Each may import what stands before it. `newsletter` itself holds the version and is open to all.
ORDER = ("subscribers", *(f"newsletter.{room}" for room in ("base", "db", *PIPELINE, "app")))
ENTRANCES = tuple(f"newsletter.{room}" for room in ("cli", "web", "api", "jobs", "demo"))

# (who, whom): why. All but the first only inside a function: `newsletter --help` must not load a web server.
ENTRANCE_EXCEPTIONS = {
    ("newsletter.__main__", "newsletter.cli"): "`python -m newsletter` is the command",
    ("newsletter.cli", "newsletter.web"): "`serve` starts the pages",
    ("newsletter.cli", "newsletter.api"): "`serve` starts the API beside them",
    ("newsletter.cli", "newsletter.jobs"): "`serve` starts the scheduler",
    ("newsletter.cli", "newsletter.demo"): "`demo` runs it",
}
AT_THE_TOP = {("newsletter.__main__", "newsletter.cli")}

ONLY_IN = {"apscheduler": "newsletter/jobs/"}  # it is the waker and nothing more

SQL_WORDS = {"select", "insert", "update", "delete", "text", "union", "union_all", "exists", "literal_column"}
SQL_HOMES = ("store.py", "tables.py")  # and, where one store would be too long, NAME_store.py
# file: why SQL stands there though it is neither store.py nor tables.py
SQL_EXCEPTIONS = {
    "newsletter/db/audit.py": "the store of the audit log: one insert",
    "newsletter/db/engine.py": "PRAGMA and BEGIN: how SQLite is set up",
    "newsletter/db/facts.py": "the store of the ground's own small tables",
    "newsletter/db/limits.py": "the store of counts in windows of time",
    "newsletter/db/locks.py": "advisory locks of PostgreSQL, which touch no table",
    "newsletter/db/migrate.py": "the lock of an upgrade, and the check of foreign keys after it",
}

LONGEST_FILE = 400
LONGEST_TEST_FILE = 500  # a suite of laws reads best in one piece
LONGEST_FUNCTION = 50
LENGTH_EXCEPTIONS = {
    "newsletter/db/migrations/versions/": "alembic writes one function a step",
    "tests/unit/rendering/sample.py": "sample posts are data",
    "tests/stories/partners/": "partners are data",
}

# Rejected by docs/glossary.md. Some are plain English or others' words elsewhere: those may not name anything of ours.
NOWHERE = ("campaign", "campaigns", "blacklist", "blacklisted", "blocklist", "blocklisted", "whitelist", "esp")
NO_NAME = (
    "contact",
    "contacts",
    "audience",
    "utils",
    "util",
    "helper",
    "helpers",
    "manager",
    "misc",
    "common",
    "messenger",
)
WORD_EXCEPTIONS = {
    "newsletter/sources/stories/identity.py": "it names the tracking parameters of others",
    "subscribers/importing/formats.py": "it names the states of other systems' exports",
    "tests/unit/subscribers/importing/test_row.py": "it holds rows of such exports",
    "docs/glossary.md": "it is the list of rejected words",
    "tests/test_architecture.py": "it looks for them",
}
TEXT_FILES = ("*.md", "*.py", "*.toml", "*.mjml", "*.j2", "*.html", "*.txt", "*.css", "*.js")


@dataclass(frozen=True, slots=True)
class Import:
    """One import, as the full name of what it reaches for."""

    importer: str
    target: str
    line: int
    is_lazy: bool
    is_relative: bool


def python_files(root: Path, *folders: str) -> Iterator[Path]:
    """Give the Python files below these folders of a checkout."""
    for folder in folders:
        yield from sorted((root / folder).rglob("*.py"))


def module_name(root: Path, file: Path) -> str:
    """Give the dotted name of a file: `newsletter/db/__init__.py` is newsletter.db."""
    parts = file.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(root: Path, file: Path) -> list[Import]:
    """Read all imports of a file, wherever they stand."""
    importer = module_name(root, file)
    package = importer.split(".") if file.name == "__init__.py" else importer.split(".")[:-1]
    found: list[Import] = []

    def visit(node: ast.AST, is_lazy: bool) -> None:
        relative = isinstance(node, ast.ImportFrom) and node.level > 0
        line = getattr(node, "lineno", 0)
        found.extend(Import(importer, target, line, is_lazy, relative) for target in _targets(node, package))
        inside = is_lazy or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for child in ast.iter_child_nodes(node):
            visit(child, inside)

    visit(ast.parse(file.read_text(encoding="utf-8")), is_lazy=False)
    return found


def _targets(node: ast.AST, package: list[str]) -> list[str]:
    match node:
        case ast.Import(names=names):
            return [alias.name for alias in names]
        case ast.ImportFrom(module=module, names=names, level=level):
            base = package[: len(package) - level + 1] if level else []
            stem = ".".join([*base, *([module] if module else [])])
            return [f"{stem}.{alias.name}" for alias in names]
        case ast.Call(func=ast.Name(id="__import__" | "import_module"), args=[ast.Constant(value=str(name)), *_]):
            return [name]
        case ast.Call(func=ast.Attribute(attr="import_module"), args=[ast.Constant(value=str(name)), *_]):
            return [name]
    return []


def room_of(name: str) -> str | None:
    """Give the room that a dotted name belongs to; None for other people's packages."""
    parts = name.split(".")
    if parts[0] not in PACKAGES:
        return None
    if parts[0] == "subscribers" or len(parts) == 1:
        return parts[0]
    two = ".".join(parts[:2])
    return two if two in (*ORDER, *ENTRANCES, "newsletter.__main__") else "newsletter"


def import_faults(root: Path) -> list[str]:
    """Find every import that does not point left or down, every relative one, and every one out of its only place."""
    faults = []
    for file in python_files(root, *PACKAGES):
        where = file.relative_to(root).as_posix()
        for one in imports_of(root, file):
            faults += [f"{where}:{one.line}: {words}" for words in _faults_of(one, where)]
    return faults


def _faults_of(one: Import, where: str) -> Iterator[str]:
    if one.is_relative:
        yield f"imports {one.target} relatively; write the whole name"
    for package, home in ONLY_IN.items():
        if one.target.split(".")[0] == package and not where.startswith(home):
            yield f"imports {package}, which only {home} may"
    importer, target = room_of(one.importer), room_of(one.target)
    if importer is None or target in {None, "newsletter", importer}:
        return
    assert target is not None
    if (importer, target) in ENTRANCE_EXCEPTIONS:
        if not one.is_lazy and (importer, target) not in AT_THE_TOP:
            yield f"imports {target} at the top; {importer} may only inside the function that starts it"
    elif not _may_import(importer, target):
        yield f"{importer} imports {one.target}, which does not stand left of it or below"


def _may_import(importer: str, target: str) -> bool:
    if target not in ORDER:
        return False  # an entrance
    if importer in ENTRANCES:
        return True
    return importer in ORDER and ORDER.index(target) < ORDER.index(importer)


def sql_faults(root: Path) -> list[str]:
    """Find SQL outside the stores."""
    faults = []
    for file in python_files(root, *PACKAGES):
        where = file.relative_to(root).as_posix()
        if file.name.endswith(SQL_HOMES) or where in SQL_EXCEPTIONS or "/migrations/" in where:
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            word = _sql_word(node)
            if word:
                faults.append(f"{where}:{getattr(node, 'lineno', 0)}: {word} belongs into the room's store.py")
    return faults


def _sql_word(node: ast.AST) -> str:
    match node:
        case ast.ImportFrom(module=str(module), names=names) if module.split(".")[0] == "sqlalchemy":
            return ", ".join(sorted({alias.name for alias in names} & SQL_WORDS))
        case ast.Attribute(value=ast.Name(id="sqlalchemy" | "sa"), attr=word) if word in SQL_WORDS:
            return word
        case ast.Attribute(attr="exec_driver_sql"):
            return "exec_driver_sql"
    return ""


def length_faults(root: Path) -> list[str]:
    """Find files and functions that are too long to be read."""
    faults = []
    for file in python_files(root, *PACKAGES, "tests", "benchmarks"):
        where = file.relative_to(root).as_posix()
        if where.startswith(tuple(LENGTH_EXCEPTIONS)):
            continue
        text = file.read_text(encoding="utf-8")
        lines = text.count("\n")
        longest = LONGEST_TEST_FILE if where.startswith("tests/") else LONGEST_FILE
        if lines > longest:
            faults.append(f"{where}: {lines} lines; {longest} are allowed")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > LONGEST_FUNCTION:
                    faults.append(
                        f"{where}:{node.lineno}: {node.name} has {length} lines; {LONGEST_FUNCTION} are allowed"
                    )
    return faults


def word_faults(root: Path) -> list[str]:
    """Find the words that the glossary rejects: some anywhere, some only as names of our own."""
    faults = []
    for file in _text_files(root):
        where = file.relative_to(root).as_posix()
        if where in WORD_EXCEPTIONS:
            continue
        text = file.read_text(encoding="utf-8")
        found = _words(text) & set(NOWHERE)
        if file.suffix == ".py":
            found |= _words(" ".join([file.stem, *_own_names(text)])) & set(NO_NAME)
        faults += [f"{where}: {word!r} is not a word of ours, see docs/glossary.md" for word in sorted(found)]
    return faults


def _text_files(root: Path) -> Iterator[Path]:
    for pattern in TEXT_FILES:
        yield from root.glob(pattern)
        for folder in (*PACKAGES, "templates", "docs", "tests", "benchmarks"):
            yield from (root / folder).rglob(pattern)


def _words(text: str) -> set[str]:
    """Cut prose and names (snake_case, CamelCase) into lower-case words."""
    return {word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", text)}


def _own_names(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


@pytest.mark.parametrize("rule", [import_faults, sql_faults, length_faults, word_faults])
def test_the_code_keeps_the_rule(rule: Callable[[Path], list[str]]) -> None:
    """Imports point left and down, SQL stands in the stores, things are short, and words are the glossary's."""
    assert rule(CHECKOUT) == []


def test_every_package_has_a_place_in_the_order() -> None:
    """A new package in `newsletter` must be given its place, or the rule of imports would not see it."""
    rooms = {path.parent.name for path in (CHECKOUT / "newsletter").glob("*/__init__.py")}
    modules = {path.stem for path in (CHECKOUT / "newsletter").glob("*.py")} - {"__init__", "__main__"}
    assert {f"newsletter.{name}" for name in rooms | modules} <= {*ORDER, *ENTRANCES}


def test_addresses_stand_in_the_tables_of_people_only() -> None:
    """No room of `newsletter` has a column for an address; attempts keep a masked one."""
    rooms = (newsletter.db, newsletter.sources, newsletter.issues, newsletter.outbox, newsletter.feedback)
    columns = {
        f"{table.name}.{column.name}"
        for room in rooms
        for table in room.tables.metadata.sorted_tables
        for column in table.columns
        if "address" in column.name or "email" in column.name
    }
    assert columns == {"attempts.masked_address"}


IMPORT_SAMPLES = {
    "upward": ("newsletter/sources/a.py", "from newsletter.outbox import claim"),
    "upward, the module": ("newsletter/issues/a.py", "import newsletter.rendering.message as message"),
    "upward, from the package": ("newsletter/base/a.py", "from newsletter import db"),
    "lazy": ("newsletter/rendering/a.py", "def f():\n    if True:\n        from newsletter.app import open_home\n"),
    "relative": ("newsletter/db/a.py", "from ..sources import post"),
    "relative, in a package": ("newsletter/db/__init__.py", "from .. import sources"),
    "by name": ("newsletter/db/a.py", "import importlib\nimportlib.import_module('newsletter.web.routes')"),
    "from the foundation": ("subscribers/a.py", "from newsletter.base.clock import Clock"),
    "into an entrance": ("newsletter/app/a.py", "from newsletter.cli.main import main"),
    "between entrances": ("newsletter/web/a.py", "def f():\n    from newsletter.api import routes"),
    "an entrance too early": ("newsletter/cli/a.py", "from newsletter.web.serve import run"),
    "the waker": (
        "newsletter/web/a.py",
        "def f():\n    from apscheduler.schedulers.background import BackgroundScheduler",
    ),
    "for types only": ("newsletter/base/a.py", "if TYPE_CHECKING:\n    from newsletter.outbox import claim"),
}


@pytest.mark.parametrize("sample", IMPORT_SAMPLES)
def test_a_wrong_import_is_caught(sample: str, tmp_path: Path) -> None:
    """Each way to import what one may not is found: upward, lazy, relative, by name."""
    _write(tmp_path, *IMPORT_SAMPLES[sample])
    assert len(import_faults(tmp_path)) >= 1


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (
            "newsletter/outbox/a.py",
            "from newsletter.issues.digest import Digest\nfrom subscribers.tables import metadata",
        ),
        ("newsletter/cli/a.py", "def f():\n    from newsletter.web.serve import run\nimport newsletter.app"),
        ("newsletter/jobs/a.py", "import apscheduler"),
        ("newsletter/base/a.py", "from newsletter import __version__\nimport newsletter.base.clock\nimport sqlalchemy"),
        ("newsletter/__main__.py", "from newsletter.cli.main import main"),
    ],
)
def test_a_right_import_is_let_through(file: str, code: str, tmp_path: Path) -> None:
    """Left, down, within the room, and the exceptions of the table are no faults."""
    _write(tmp_path, file, code)
    assert import_faults(tmp_path) == []


@pytest.mark.parametrize(
    "code",
    [
        "from sqlalchemy import Engine, select",
        "from sqlalchemy.dialects.sqlite import insert",
        "import sqlalchemy as sa\nsa.text('SELECT 1')",
        "def f(db):\n    db.exec_driver_sql('SELECT 1')",
    ],
)
def test_sql_outside_a_store_is_caught(code: str, tmp_path: Path) -> None:
    """SQL in a verb's file is found; the same in store.py is right."""
    _write(tmp_path, "newsletter/outbox/claim.py", code)
    _write(tmp_path, "newsletter/outbox/store.py", code)
    (fault,) = sql_faults(tmp_path)
    assert fault.startswith("newsletter/outbox/claim.py:")


def test_what_is_too_long_is_caught(tmp_path: Path) -> None:
    """A file of 401 lines and a function of 51 are found, 400 and 50 are not."""
    _write(tmp_path, "newsletter/base/a.py", "#\n" * 401)
    _write(tmp_path, "newsletter/base/b.py", "#\n" * 400)
    _write(tmp_path, "newsletter/base/c.py", "def f():\n" + "    x = 1\n" * 50)
    _write(tmp_path, "newsletter/base/d.py", "def f():\n" + "    x = 1\n" * 49)
    assert [fault.partition(":")[0] for fault in length_faults(tmp_path)] == [
        "newsletter/base/a.py",
        "newsletter/base/c.py",
    ]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("newsletter/base/a.py", "is_blacklisted = True"),
        ("newsletter/base/a.py", "class CampaignRow: ..."),
        ("newsletter/base/a.py", "def f(contact): ..."),
        ("newsletter/base/utils.py", ""),
        ("docs/a.md", "Our campaigns."),
        ("README.md", "a Blocklist"),
    ],
)
def test_a_rejected_word_is_caught(file: str, text: str, tmp_path: Path) -> None:
    """A rejected word is found in names, files and prose, in any case and joined to others."""
    _write(tmp_path, file, text)
    assert len(word_faults(tmp_path)) == 1


def test_words_of_others_are_let_through(tmp_path: Path) -> None:
    """A library's module and a plain English word are no names of ours."""
    _write(tmp_path, "newsletter/base/a.py", "from email.utils import parseaddr\ncontent = 'press contact, helpers'")
    assert word_faults(tmp_path) == []


def _write(root: Path, file: str, text: str) -> None:
    path = root / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")

"""The documents tell the truth: every setting with its default, every command, and none that is not there."""

import importlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from starlette.routing import Route

from newsletter.app.setup_file import ListTable, SegmentTable, SourceTable, TopicTable
from newsletter.base.settings import PROVIDER_SCHEMES, DkimSettings, ProviderSettings, Settings
from newsletter.issues.recipe import Recipe
from newsletter.providers import provider
from newsletter.providers.http.carry import HttpProvider
from newsletter.providers.http.dialect import Account, Item, Reply
from newsletter.providers.registry import make_provider
from newsletter.web.site import public_routes
from subscribers.importing.standing import STATUSES
from subscribers.wishes.profile import READERS
from tests.fakes.hand_over import make_outgoing
from tests.fakes.http.apis import APIS

CHECKOUT = Path(__file__).parents[1]
DOCS = CHECKOUT / "docs"
PAGES = sorted([*CHECKOUT.glob("*.md"), *DOCS.rglob("*.md")])
# `newsletter --home DIR issue send weekly`: the words that may be a command
CALL = re.compile(r"(?:^|[`\s/])newsletter((?: --home \S+)?(?: [a-z][a-z-]*)+)", re.MULTILINE)


TABLES = {"provider": ProviderSettings, "dkim": DkimSettings}  # of which there may be several


def _settings() -> Iterator[tuple[str, str, FieldInfo]]:
    """Give each setting as (section, key, field)."""
    for name, field in Settings.model_fields.items():
        model: Any = TABLES.get(name, field.annotation)
        if hasattr(model, "model_fields"):
            for key, part in model.model_fields.items():
                yield name, key, part
        else:
            yield "", name, field


def _row(key: str, field: FieldInfo) -> str:
    default = "required" if field.is_required() else f"`{json.dumps(field.default, ensure_ascii=False)}`"
    return f"| `{key}` | {default} | {field.description} |"


def _chapters() -> dict[str, str]:
    """Cut settings.md at its headings: `## [web]` gives web, `## [[provider]]` provider."""
    _, *chapters = (DOCS / "settings.md").read_text(encoding="utf-8").split("\n## ")
    return {chapter.partition("\n")[0].strip("`[]"): chapter for chapter in chapters}


@pytest.mark.parametrize(
    ("section", "key", "field"), list(_settings()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_setting_is_described_with_its_default(section: str, key: str, field: FieldInfo) -> None:
    """docs/settings.md has a row for each setting under its section: key, default, and the words of the table."""
    assert _row(key, field) in _chapters()[section or "At the top"].splitlines()


def test_no_setting_is_described_that_is_not_there() -> None:
    """docs/settings.md has as many rows as there are settings: one that was removed is removed there too."""
    rows = [line for chapter in _chapters().values() for line in chapter.splitlines() if line.startswith("| `")]
    assert len(rows) == len(list(_settings()))


def _app() -> typer.Typer | None:
    """Give the command line's app; None while there is none."""
    try:
        main = importlib.import_module("newsletter.cli.main")
    except ModuleNotFoundError as error:
        if error.name in {"newsletter.cli", "newsletter.cli.main"}:
            return None
        raise
    app = main.app
    assert isinstance(app, typer.Typer)
    return app


def _commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Walk typer's groups; give the words of each command that is not hidden."""
    if hasattr(command, "list_commands"):
        context = typer.Context(command)
        for name in command.list_commands(context):
            yield from _commands(command.get_command(context, name), (*path, name))
    elif not command.hidden:
        yield path


@pytest.fixture(scope="module")
def commands() -> set[tuple[str, ...]]:
    """Every command of `newsletter`, as its words."""
    app = _app()
    if app is None:
        pytest.skip("newsletter.cli is not there yet")
    return set(_commands(typer.main.get_command(app)))


def test_every_command_is_described(commands: set[tuple[str, ...]]) -> None:
    """docs/commands.md names each command in full."""
    page = (DOCS / "commands.md").read_text(encoding="utf-8")
    assert [" ".join(words) for words in sorted(commands) if f"newsletter {' '.join(words)}" not in page] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_command_is_named_that_is_not_there(page: Path, commands: set[tuple[str, ...]]) -> None:
    """Whatever a page tells people to type is a command of the program."""
    groups = {words[:1] for words in commands if len(words) > 1}
    wrong = []
    for call in _calls(page.read_text(encoding="utf-8")):
        words = tuple(call[:2]) if tuple(call[:1]) in groups else tuple(call[:1])
        if words not in commands | groups:
            wrong.append(" ".join(call))
    assert wrong == []


def _calls(text: str) -> Iterator[list[str]]:
    """Find calls of the command in code: in fenced shell blocks and between backticks."""
    code = re.findall(r"```sh\n(.*?)```", text, re.DOTALL) + re.findall(r"`([^`\n]+)`", text)
    for piece in code:
        for found in CALL.finditer(re.sub(r"-[ugo] newsletter\b", "", piece)):  # the system's user of that name
            yield re.sub(r"--home \S+", "", found[1]).split()


def test_calls_are_found() -> None:
    """The search sees commands in shell blocks and in prose, with a home and by a path, and nothing else."""
    shell = (
        "install -o newsletter x\nsudo -u newsletter newsletter --home /x issue send weekly\n/opt/bin/newsletter serve"
    )
    text = f"a newsletter is\n```sh\n{shell}\n```\nand `newsletter tick`; `systemctl start newsletter`"
    assert list(_calls(text)) == [["issue", "send", "weekly"], ["serve"], ["tick"]]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    """A link to a file of the checkout names one that is there."""
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
    gone = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert gone == []


def test_the_page_of_the_flow_stays_short() -> None:
    """docs/flow.md is read in two minutes: 80 lines at most."""
    assert len((DOCS / "flow.md").read_text(encoding="utf-8").splitlines()) <= 80


def test_every_decision_has_its_three_parts() -> None:
    """Each decision tells the question, the answer in short, and why; their numbers run on."""
    files = sorted((DOCS / "decisions").glob("*.md"))
    assert [int(file.name[:4]) for file in files] == list(range(1, len(files) + 1))
    for file in files:
        text = file.read_text(encoding="utf-8")
        for part in ("**Question.**", "**In short.**", "**Why.**"):
            assert part in text, file.name


def test_every_option_is_described() -> None:
    """docs/commands.md names each option and its words under its command."""
    app = _app()
    assert app is not None
    page = (DOCS / "commands.md").read_text(encoding="utf-8")
    missing = []
    for words, command in _described(typer.main.get_command(app)):
        chapter = page.partition(f"### `newsletter {words}")[2].partition("\n### ")[0]
        missing += [f"{words} {name}" for name, told in _options(command) if f"`{name}" not in chapter or not told]
    assert missing == []


def _described(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    if hasattr(command, "list_commands"):
        context = typer.Context(command)
        for name in command.list_commands(context):
            yield from _described(command.get_command(context, name), (*path, name))
    elif not command.hidden:
        yield " ".join(path), command


def _options(command: Any) -> Iterator[tuple[str, str]]:
    """Give each option with its help; --json and --help are told once for all."""
    for parameter in command.params:
        if parameter.param_type_name == "option" and not {"--json", "--help"} & set(parameter.opts):
            yield parameter.opts[0], parameter.help or ""


def _setup_keys() -> Iterator[tuple[str, str, FieldInfo]]:
    tables: dict[str, type[BaseModel]] = {
        "topic": TopicTable,
        "source": SourceTable,
        "list": ListTable,
        "segment": SegmentTable,
        "newsletter": Recipe,
    }
    for name, table in tables.items():
        for key, field in table.model_fields.items():
            yield name, field.alias or key, field


@pytest.mark.parametrize(
    ("table", "key", "field"), list(_setup_keys()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_key_of_the_setup_file_is_described_with_its_default(table: str, key: str, field: FieldInfo) -> None:
    """docs/setup-file.md has a row for each key of each table, with the default that the program has."""
    page = (DOCS / "setup-file.md").read_text(encoding="utf-8")
    chapter = page.partition(f"## `[[{table}]]`")[2].partition("\n## ")[0]
    default = "required" if field.is_required() else f"`{json.dumps(field.default, ensure_ascii=False)}`"
    assert f"| `{key}` | {default} | " in chapter


def test_no_key_of_the_setup_file_is_described_that_is_not_there() -> None:
    """docs/setup-file.md has as many rows as there are keys."""
    rows = re.findall(r"^\| `", (DOCS / "setup-file.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(rows) == len(list(_setup_keys()))


def test_every_column_and_status_of_an_import_is_described() -> None:
    """docs/import.md names each column that is read and each status that is known."""
    page = (DOCS / "import.md").read_text(encoding="utf-8")
    known = {*READERS, "address", "email", "topics", "status", "consent_at", "consent_ip", *STATUSES}
    assert [word for word in sorted(known) if f"`{word}`" not in page] == []


def test_the_readme_stays_short() -> None:
    """README.md is read to its end: 150 lines at most."""
    assert len((CHECKOUT / "README.md").read_text(encoding="utf-8").splitlines()) <= 150


def test_the_proxies_let_readers_pass() -> None:
    """docs/install.md lets every page that readers open through, for nginx and for Caddy, and nothing of the desk."""
    paths = {route.path for route in public_routes() if isinstance(route, Route)} - {"/healthz"}
    wanted = {path.split("/")[1] for path in paths}
    text = (DOCS / "install.md").read_text(encoding="utf-8")
    nginx = re.search(r"location ~ \^/\(([a-z|]+)\)\(/\|\$\)", text)
    caddy = re.search(r"@readers path (.*)", text)
    assert nginx is not None
    assert caddy is not None
    assert set(nginx[1].split("|")) == wanted
    assert {one.split("/")[1] for one in caddy[1].split()} == wanted


@pytest.mark.parametrize("scheme", PROVIDER_SCHEMES)
def test_every_form_of_a_providers_url_is_shown(scheme: str, tmp_path: Path) -> None:
    """docs/settings.md has a row for each scheme, with an example that works and every option it knows."""
    rows = [line for line in _chapters()["provider"].splitlines() if f"| `{scheme}:" in line]
    assert len(rows) == 1
    _, _, url, options, *_ = rows[0].split("|")
    example = ProviderSettings(name="shown", url=url.strip(" `"), username="me")
    made = make_provider(example, home=tmp_path, secret=SecretStr("key"))
    if isinstance(made, HttpProvider):
        known = {*made.dialect.options, *(["batch"] if made.dialect.limits.messages > 1 else [])}
        assert set(re.findall(r"`(\w+)", options)) == known


def test_what_each_api_does_with_a_mail_is_told() -> None:
    """The second table has a row for each HTTP API, and every dialect has one there."""
    titles = re.findall(r"^\| ([A-Z]\w+(?: \w+)?) \| .*(?:mail|mails)\b.* \|$", _chapters()["provider"], re.MULTILINE)
    assert sorted(titles) == sorted(one.dialect.title for one in APIS)


def test_the_example_of_a_provider_is_one() -> None:
    """The dialect that adding-a-provider.md shows can be made, writes a mail, and reads answers as the page says."""
    page = (DOCS / "adding-a-provider.md").read_text(encoding="utf-8")
    names: dict[str, Any] = {}
    for module in ("answers", "dialect", "fields"):
        names |= vars(importlib.import_module(f"newsletter.providers.http.{module}"))
    names |= vars(provider)
    exec(page.partition("```python\n")[2].partition("```")[0], names)
    acme = names["Acme"](Account(secret=SecretStr("key"), options={"region": "eu"}))
    assert acme.base_url == "https://eu.api.acme.example"
    call = acme.call([Item("k", acme.write(make_outgoing(0)))])
    assert json.loads(call.content)["tag"] == "issue:12:0"
    answers = [(200, b'{"id": 7}'), (400, b'{"field": "to"}'), (400, b"{}"), (200, b"{}"), (429, b""), (500, b"")]
    assert [type(acme.read(Reply(status, {}, content), 1).outcomes[0]) for status, content in answers] == [
        provider.Accepted,
        provider.Refused,
        provider.OurFault,
        provider.Uncertain,
        provider.Temporary,
        provider.Uncertain,
    ]
    assert "Newsroom" in acme.check(lambda _path, _headers={}: Reply(200, {}, b'{"name": "Newsroom"}'))


def test_adding_a_provider_names_what_is_there() -> None:
    """Each file and each name that the page tells to use exists."""
    page = (DOCS / "adding-a-provider.md").read_text(encoding="utf-8")
    paths = {path for path in re.findall(r"`((?:newsletter|tests)/[\w/.-]+\.py)`", page) if "NAME" not in path}
    assert paths
    assert [path for path in sorted(paths) if not (CHECKOUT / path).is_file()] == []
    for scheme in PROVIDER_SCHEMES[2:-1]:
        assert (CHECKOUT / "newsletter/providers/http" / f"{scheme}.py").is_file()
        assert (CHECKOUT / "tests/fakes/http" / f"{scheme}.py").is_file()

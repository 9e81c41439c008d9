"""A home made by the commands themselves, and a way to run one as a script would see it."""

import json
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import structlog
import typer
from typer.testing import CliRunner

from newsletter.cli import main as program
from newsletter.cli.main import app, main
from tests.fakes.web_server import WebSite

PROVIDER = '\n[[provider]]\nname = "out"\nurl = "maildir:caught"\n'
SETUP = """\
[[topic]]
slug = "funding"
name = "Funding calls"
[[topic]]
slug = "policy"
name = "Policy"
[[source]]
name = "secretariat"
url = "posts"
language = "en"
backfill = 365
[[list]]
slug = "members"
name = "Members"
[[newsletter]]
slug = "weekly"
name = "Weekly"
from = "Newsroom <news@example.org>"
postal_address = "Example Street 1, Bonn"
lists = ["members"]
"""
PEOPLE = """\
email,name,language,topics,status,consent_at
ada@example.org,Ada,en,funding,,2026-01-02
bob@example.net,Bob,en,policy,,2026-01-02
no address,X,en,,,
carol@example.com,Carol,en,,unsubscribed,
dan@example.com,Dan,en,,,
"""


@cache
def _built() -> Callable[[], object]:
    return typer.main.get_command(app)


@dataclass(frozen=True, slots=True)
class Ran:
    """What a script sees of a command."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Ran]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Run `newsletter --home HOME ARGUMENTS`, in tmp_path."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(program, "app", _built())  # typer builds its hundred commands anew for each call
    before = signal.getsignal(signal.SIGTERM)

    def call(*arguments: str, home: str = "home") -> Ran:
        monkeypatch.setattr(sys, "argv", ["newsletter", "--home", home, *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ending:
            main()
        out, err = capsys.readouterr()
        return Ran(ending.value.code if isinstance(ending.value.code, int) else 0, out, err)

    yield call
    signal.signal(signal.SIGTERM, before)
    structlog.reset_defaults()  # the command has set it up to write to a stream that is closed by now


@pytest.fixture(scope="session")
def week_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a home with a newsletter, two posts and the people of PEOPLE, once: tests get copies."""
    folder = tmp_path_factory.mktemp("week")
    write_week(folder)
    home = ["--home", str(folder / "home")]
    people = ["subscriber", "import", str(folder / "people.csv"), "--list", "members"]
    for arguments in (["init"], ["apply", str(folder / "setup.toml")], ["ingest"], people):
        assert CliRunner().invoke(app, [*home, *arguments]).exit_code == 0
        if arguments == ["init"]:
            with (folder / "home" / "newsletter.toml").open("a") as settings:
                settings.write(PROVIDER)
    return folder


@pytest.fixture
def week(run: Run, week_folder: Path, tmp_path: Path) -> Run:
    """Give a home of one's own with a newsletter, two posts and the people of PEOPLE."""
    shutil.copytree(week_folder, tmp_path, dirs_exist_ok=True)
    return run


def write_week(folder: Path) -> None:
    """Write what an operator brings: a set-up, people and two posts."""
    (folder / "setup.toml").write_text(SETUP)
    (folder / "people.csv").write_text(PEOPLE)
    shutil.rmtree(folder / "posts", ignore_errors=True)
    (folder / "posts").mkdir()
    for topic in ("funding", "policy"):
        (folder / "posts" / f"{topic}.md").write_text(
            f"---\ntitle: News about {topic} for everybody\ntopics: [{topic}]\n---\nThe text of the post on {topic}.\n"
        )


@pytest.fixture
def site() -> Iterator[WebSite]:
    site = WebSite()
    yield site
    site.close()


@pytest.fixture
def open_week(week: Run, tmp_path: Path) -> Run:
    """The week's home, which may reach this machine."""
    settings = tmp_path / "home" / "newsletter.toml"
    text = settings.read_text(encoding="utf-8")
    told = '[fetch]\nallow_addresses = ["127.0.0.1"]'
    settings.write_text(text.replace("[fetch]", told, 1) if "allow_addresses" not in text else _allowed(text))
    return week


def _allowed(text: str) -> str:
    lines = [
        'allow_addresses = ["127.0.0.1"]' if line.lstrip("# ").startswith("allow_addresses") else line
        for line in text.splitlines()
    ]
    return "\n".join(lines) + "\n"

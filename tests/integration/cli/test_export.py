"""`newsletter subscriber export` on the command line, and its file read back by `import`."""

import json
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from newsletter.app.app import make_home
from newsletter.cli.main import app
from tests.fakes.home import SETUP

RUN = CliRunner()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    make_home(home)
    (home / "setup.toml").write_text(SETUP, encoding="utf-8")
    (home / "posts").mkdir()
    (home / "people.csv").write_text("email,name,City\nanna@example.org,Anna,=1+1\n", encoding="utf-8")
    assert run(home, "apply", str(home / "setup.toml")) == 0
    assert (
        run(home, "subscriber", "import", str(home / "people.csv"), "--list", "members", "--consent", "x", "--yes") == 0
    )
    return home


def run(home: Path, *words: str) -> int:
    return RUN.invoke(app, ["--home", str(home), *words]).exit_code


def test_a_file_appears_whole_and_for_its_owner_only(home: Path, tmp_path: Path) -> None:
    """It holds addresses: nobody else reads it. Importing it changes nothing."""
    out = tmp_path / "members.csv"
    told = RUN.invoke(
        app, ["--home", str(home), "subscriber", "export", "--list", "members", "--out", str(out), "--json"]
    )
    assert json.loads(told.stdout) == {"rows": 1, "file": str(out), "format": "csv", "list": "members"}
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir() if "members" in path.name] == ["members.csv"]
    again = RUN.invoke(
        app, ["--home", str(home), "subscriber", "import", str(out), "--list", "members", "--yes", "--json"]
    )
    assert json.loads(again.stdout)["unchanged"] == 1


def test_rows_go_to_standard_output(home: Path) -> None:
    """One object a line, for programs; the talk goes elsewhere."""
    told = RUN.invoke(app, ["--home", str(home), "subscriber", "export", "--list", "members", "--format", "jsonl"])
    row = json.loads(told.stdout)
    assert (row["address"], row["attributes"]) == ("anna@example.org", {"City": "=1+1"})


def test_what_is_known_by_its_hash_only_is_told(home: Path, tmp_path: Path) -> None:
    """The suppressed without an address stand in no file: how many there are is said: none is lost."""
    run(home, "subscriber", "suppress", "gone@example.org", "--kind", "bounced", "--reason", "a test")
    out = tmp_path / "suppressed.csv"
    told = RUN.invoke(app, ["--home", str(home), "subscriber", "export", "--suppressed", "--out", str(out)])
    assert told.exit_code == 0
    assert "1 more address is kept as a hash only" in told.stderr
    assert "0 rows written" in told.stdout


def test_what_to_export_must_be_said(home: Path) -> None:
    """A list or the suppressed, one of them; an unknown list is told and leaves no file."""
    assert run(home, "subscriber", "export") != 0
    assert run(home, "subscriber", "export", "--list", "members", "--suppressed") != 0
    assert run(home, "subscriber", "export", "--list", "nobody", "--out", str(home / "x.csv")) != 0
    assert not (home / "x.csv").exists()
    assert run(home, "subscriber", "export", "--suppressed") == 0

"""`newsletter conformance` works without a home, prints JSON, and says by its exit code whether anything crashed."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from newsletter.base.errors import UsageError
from newsletter.cli.main import app


def run(tmp_path: Path, *words: str) -> tuple[int, str, str]:
    """Run the command in a folder without a home; give exit code, stdout and stderr."""
    result = CliRunner().invoke(app, ["--home", str(tmp_path / "none"), "conformance", *words], catch_exceptions=False)
    return result.exit_code, result.stdout, result.stderr


def test_totals_are_json_and_differences_are_told(tmp_path: Path) -> None:
    """Totals alone stand on stdout; with --verbose each case that differs is named on stderr; that is no failure."""
    (tmp_path / "one.xml").write_text("<rss version='2.0'><channel><item><title>A</title></item></channel></rss>")
    (tmp_path / "one.json").write_text('{"items": [{"title": "Another"}]}')
    code, out, told = run(tmp_path, "feeds", str(tmp_path), "--verbose")
    assert (code, json.loads(out)["titles"]) == (0, 0.0)
    assert "one.xml" in told
    assert "Another" in told


def test_a_crash_is_a_failure(tmp_path: Path) -> None:
    """Material that cannot be compared at all counts as crashed: exit 1."""
    (tmp_path / "one.xml").write_text("<rss version='2.0'><channel></channel></rss>")
    (tmp_path / "one.json").write_text("no JSON")
    code, out, _ = run(tmp_path, "feeds", str(tmp_path))
    assert (code, json.loads(out)["crashed"]) == (1, 1)


@pytest.mark.parametrize("words", [("bounces", "."), ("feeds", "nowhere")])
def test_a_wrong_kind_or_folder_is_a_usage_error(words: tuple[str, str], tmp_path: Path) -> None:
    """The table of exit codes turns it into 2."""
    with pytest.raises(UsageError):
        run(tmp_path, *words)

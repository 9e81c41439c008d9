"""Wrong calls: one sentence on stderr with the remedy, nothing on stdout, and the right exit code."""

import subprocess
import sys
from pathlib import Path

import pytest
import typer

from newsletter.cli import main as program
from newsletter.cli.main import app
from tests.integration.cli.conftest import Run

FAILED, USAGE, INTERRUPTED = 1, 2, 130


def test_a_folder_without_a_home_is_named(run: Run, tmp_path: Path) -> None:
    """A home without newsletter.toml: exit 2, the path that was looked at, and what makes one."""
    ran = run("post", "list")
    assert (ran.code, ran.out) == (USAGE, "")
    assert str(tmp_path / "home" / "newsletter.toml") in ran.err
    assert "newsletter init" in ran.err
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    ("code", "arguments", "words"),
    [
        (FAILED, "issue status weekly", "issue assemble weekly"),
        (FAILED, "issue assemble nope", "there are: weekly"),
        (FAILED, "post show 99", "newsletter post list"),
        (FAILED, "post list --source nope", "newsletter source list"),
        (FAILED, "ingest nope", "newsletter source list"),
        (FAILED, "source add nowhere", "cannot be read"),
        (FAILED, "subscriber import people.csv --list nope", "[[list]]"),
        (FAILED, "subscriber add carol@example.com --list members --consent x", "only they themselves can join again"),
        (FAILED, "subscriber show nobody@example.org", "nothing is stored"),
        (FAILED, "subscriber add ada@example.org --list members --topic nope", "funding, policy"),
        (USAGE, "apply nope.toml", "nope.toml"),
        (USAGE, "post list --state nope", "candidate"),
        (USAGE, "post show x", "integer"),
        (USAGE, "post list --limit 0", "--limit"),
        (USAGE, "plan --next soon", "48h"),
        (USAGE, "tick --at soon", "2026-11-23T08:00+01:00"),
        (USAGE, "issue new nope", "selection"),
        (USAGE, "issue edit weekly", "--help"),
        (USAGE, "issue edit weekly --value 1=9", "POST=0..3"),
        (USAGE, "issue edit weekly --like first", "last"),
        (USAGE, "issue edit weekly --intro @nope.md", "nope.md"),
        (USAGE, "issue edit weekly --announcement de=@nope.md", "--announcement @nope.md"),
        (USAGE, "reconcile weekly --as nope", "resend"),
        (USAGE, "resume", "--here"),
        (USAGE, "bench nope", "render"),
        (USAGE, "subscriber import nope.csv --list members", "nope.csv"),
        (USAGE, "subscriber import people.csv", "--list"),
        (USAGE, "nope", "nope"),
    ],
)
def test_a_wrong_call_says_what_to_do(week: Run, code: int, arguments: str, words: str) -> None:
    """Each wrong call has its exit code, an empty stdout, and a remedy on stderr without a traceback."""
    ran = week(*arguments.split())
    assert (ran.code, ran.out) == (code, "")
    assert words in ran.err
    assert "Traceback" not in ran.err


def test_a_faulty_file_applies_nothing(week: Run, tmp_path: Path) -> None:
    """All faults of an applied file are told at once, exit 2, and nothing of it is stored."""
    (tmp_path / "bad.toml").write_text('[[topic]]\nslug = "new"\ncolour = 3\n[[list]]\nname = "without slug"\n')
    ran = week("apply", "bad.toml")
    assert ran.code == USAGE
    assert "colour" in ran.err
    assert "slug" in ran.err
    assert 'slug = "new"' not in week("show").out


def test_a_setting_that_is_unknown_is_refused(week: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unknown NEWSLETTER_ variable is a typo, and an error."""
    monkeypatch.setenv("NEWSLETTER_WEB__PUBLIC_ULR", "https://example.org")
    ran = week("post", "list")
    assert ran.code == USAGE
    assert "PUBLIC_ULR" in ran.err


@pytest.mark.parametrize(
    ("raised", "code", "words"),
    [
        (KeyboardInterrupt(), INTERRUPTED, "Stopped. Nothing is lost: the same command goes on where it stood."),
        (RuntimeError("a wire is loose"), FAILED, "that is a fault of the program"),
    ],
)
def test_what_nobody_expected_ends_in_words(
    run: Run, monkeypatch: pytest.MonkeyPatch, raised: BaseException, code: int, words: str
) -> None:
    """Ctrl-C is one line and 130; a fault of ours is told whole, names itself as ours, and is 1."""
    broken = typer.Typer()

    @broken.callback(invoke_without_command=True)
    def fail(home: str = "") -> None:
        raise raised

    monkeypatch.setattr(program, "app", broken)
    ran = run()
    assert (ran.code, ran.out) == (code, "")
    assert ran.err.splitlines()[-1].removeprefix("newsletter: ").startswith(words)
    assert ("a wire is loose" in ran.err) == isinstance(raised, RuntimeError)


def test_help_is_quick_and_in_order() -> None:
    """`newsletter --help` imports none of the heavy libraries, and shows the groups in the order of a week."""
    script = (
        "import sys; from newsletter.cli.main import main\n"
        "try: main()\n"
        "finally: print(sorted({'sqlalchemy', 'numpy', 'lxml', 'httpx', 'starlette', 'pydantic'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", script, "--help"], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == "[]"
    places = [ran.stdout.index(group) for group in ("Every week", "Set up", "Look into", "Run ─")]
    assert places == sorted(places)


@pytest.mark.parametrize("words", ["issue list", "post list", "source list", "issue status 1"])
def test_a_look_loads_nothing_that_it_does_not_need(week: Run, words: str) -> None:
    """A command that only looks imports neither what fetches and reads pages, nor what renders, nor alembic."""
    week("issue", "assemble", "weekly")
    script = (
        "import sys; from newsletter.cli.main import main\n"
        "heavy = {'alembic', 'httpx', 'trafilatura', 'icalendar', 'mjml', 'feedparser'}\n"
        "try: main()\n"
        "finally: print(sorted(heavy & set(sys.modules)))"
    )
    command = [sys.executable, "-c", script, "--home", "home", *words.split(), "--json"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ran.stderr, ran.stdout.splitlines()[-1]) == ("", "[]")


def test_every_command_and_option_has_help() -> None:
    """No command, argument or option is without its words."""
    bare: list[str] = []

    def look(command: object, name: str) -> None:
        if not getattr(command, "help", None) and not getattr(command, "hidden", False):
            bare.append(name)
        bare.extend(f"{name} {one.name}" for one in getattr(command, "params", ()) if not one.help)
        for word, inner in getattr(command, "commands", {}).items():
            look(inner, f"{name} {word}")

    look(typer.main.get_command(app), "newsletter")
    assert bare == []

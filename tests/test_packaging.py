"""Packaging: a wheel, an editable install and a bare checkout all find what people see, `templates/`."""

import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]
TEMPLATES = CHECKOUT / "templates"
WHERE = "from newsletter.rendering.templates import templates_root; print(templates_root())"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the sdist, built without the network and without isolation."""
    folder = tmp_path_factory.mktemp("built")
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> Iterator[zipfile.ZipFile]:
    """The wheel, opened."""
    (path,) = built.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        yield archive


def _templates() -> dict[str, bytes]:
    """Give the files of the checkout's templates by their name below it."""
    return {
        path.relative_to(TEMPLATES).as_posix(): path.read_bytes()
        for path in TEMPLATES.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def _run(code: str, first: Path, folder: Path) -> str:
    """Run code in a new process that looks for modules in `first` before anywhere else; give what it printed."""
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(first)!r}); {code}"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_wheel_holds_every_template(wheel: zipfile.ZipFile) -> None:
    """Each file of templates/ is in the wheel below newsletter/_templates, byte for byte."""
    expected = {f"newsletter/_templates/{name}": content for name, content in _templates().items()}
    found = {name: wheel.read(name) for name in wheel.namelist() if name.startswith("newsletter/_templates/")}
    assert expected
    assert found == expected


def test_the_wheel_holds_the_program_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    """Both packages with the migrations and the licence; no tests, no documents, nothing else beside them."""
    names = wheel.namelist()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"newsletter", "subscribers"}
    assert {"newsletter/db/migrations/env.py", "newsletter/db/migrations/script.py.mako"} <= set(names)
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)
    # Others' data goes with its licence.
    data = "newsletter/rendering/lint/caniemail"
    assert {f"{data}.json", f"{data}.LICENSE.txt"} <= set(names)
    steps = {path.name for path in (CHECKOUT / "newsletter/db/migrations").glob("versions/*.py")}
    assert {Path(name).name for name in names if "/migrations/versions/" in name} == steps


def test_the_wheel_brings_the_command(wheel: zipfile.ZipFile) -> None:
    """Installing makes one command, `newsletter`."""
    (name,) = [name for name in wheel.namelist() if name.endswith("entry_points.txt")]
    assert wheel.read(name).decode().split() == ["[console_scripts]", "newsletter", "=", "newsletter.cli.main:main"]


def test_the_source_archive_can_be_built_from(built: Path) -> None:
    """The sdist brings the templates, the tests and the locked requirements along."""
    (path,) = built.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {f"templates/{name}" for name in _templates()} <= names
    assert {"pyproject.toml", "README.md", "LICENSE", "requirements/run.txt", "tests/test_packaging.py"} <= names


def test_an_installed_wheel_finds_its_templates(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    """Unpacked into a folder of its own, the program takes the templates that came with it."""
    site = tmp_path / "site"
    wheel.extractall(site)
    assert _run(WHERE, site, tmp_path) == str(site / "newsletter/_templates")


def test_a_bare_checkout_finds_its_templates(tmp_path: Path) -> None:
    """A copy of the checkout that nobody installed takes the templates beside it."""
    copy = tmp_path / "checkout"
    for folder in ("newsletter", "subscribers", "templates"):
        shutil.copytree(CHECKOUT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    assert _run(WHERE, copy, tmp_path) == str(copy / "templates")


def test_the_editable_install_finds_the_templates_of_the_checkout(tmp_path: Path) -> None:
    """From any folder, the installed command takes the templates of this checkout."""
    done = subprocess.run(
        [sys.executable, "-c", WHERE], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(TEMPLATES)


def test_templates_hold_no_python() -> None:
    """What people see and what the machine does stay apart."""
    assert [name for name in _templates() if name.endswith((".py", ".pyc"))] == []

"""A home and its site, and a client that asks it without a network."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.home import Home, copy_home, make_full_home
from tests.integration.web.asking import Asking
from tests.integration.web.joining import Form


@pytest.fixture(scope="session")
def master_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home made once a session and closed; tests get copies."""
    folder = tmp_path_factory.mktemp("web") / "home"
    make_full_home(folder).app.close()
    return folder


@pytest.fixture
def home(master_home: Path, tmp_path: Path) -> Iterator[Home]:
    home = copy_home(master_home, tmp_path / "home")
    yield home
    home.app.close()


@pytest.fixture
def ask(home: Home) -> Asking:
    return Asking(home.app)


@pytest.fixture
def form(home: Home) -> Form:
    return Form(home)

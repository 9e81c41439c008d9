"""The stage of the stories: a home that is worked by its command line alone, and a relay that keeps what it was given.

Every command is a process of its own, with its own session, that can be killed. They are forked from a server that has
imported the program already (a fork takes 30 ms, a start 1 s); `start_fresh` starts one as a person would.
"""

import json
import multiprocessing
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any, Self
from zoneinfo import ZoneInfo

_FORKS = multiprocessing.get_context("forkserver")
_PRELOAD = [
    "newsletter.cli.main",
    "newsletter.app.app",
    "newsletter.app.backup",
    "newsletter.app.doctor",
    "newsletter.app.editing",
    "newsletter.app.explain",
    "newsletter.app.people",
    "newsletter.app.preview",
    "newsletter.app.restore",
    "newsletter.app.sending_now",
    "newsletter.app.setup",
    "newsletter.app.tick",
]
_LONGEST = 120.0  # seconds that a command of a story may take
_MAY_END_SOON = 30.0


@dataclass(frozen=True, slots=True)
class Said:
    """What a command said, and how it ended (minus the signal that ended it)."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Running:
    """A command that runs."""

    def __init__(self, process: ForkServerProcess, out: Path, err: Path) -> None:
        self._process, self._out, self._err = process, out, err

    @property
    def is_alive(self) -> bool:
        return self._process.is_alive()

    def kill_9(self) -> None:
        """Kill it with all its children, as a power cut would."""
        if self._process.is_alive() and self._process.pid:
            os.killpg(self._process.pid, signal.SIGKILL)

    def ask_to_end(self) -> None:
        self._process.terminate()

    def wait(self) -> Said:
        self._process.join(_LONGEST)
        if self._process.is_alive():
            self.kill_9()
            raise AssertionError(f"it did not end within {_LONGEST:g} s: {self._err.read_text()}")
        code = self._process.exitcode
        assert code is not None
        return Said(code, self._out.read_text(), self._err.read_text())


class Home:
    """A home folder and the command `newsletter --home`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._said = folder.parent / f"{folder.name}-said"
        self._said.mkdir(parents=True, exist_ok=True)
        self._count = 0

    def begin(self, *words: object) -> Running:
        """Start a command and come back at once."""
        self._count += 1
        out, err = self._said / f"{self._count}.out", self._said / f"{self._count}.err"
        _FORKS.set_forkserver_preload(_PRELOAD)
        arguments = ["newsletter", "--home", str(self.folder), *map(str, words)]
        process = _FORKS.Process(target=_obey, args=(arguments, str(out), str(err)))
        process.start()
        return Running(process, out, err)

    def run(self, *words: object, code: int = 0) -> Said:
        """Run a command to its end; it must end with this code."""
        said = self.begin(*words).wait()
        assert said.code == code, f"newsletter {' '.join(map(str, words))}: {said}"
        return said

    def json(self, *words: object, code: int = 0) -> Any:
        """Run a command with --json and read what it prints."""
        return self.run(*words, "--json", code=code).json

    def start_fresh(self, *words: object) -> subprocess.Popen[str]:
        """Start a command with an interpreter of its own, as a shell does."""
        return subprocess.Popen(
            [sys.executable, "-m", "newsletter", "--home", str(self.folder), *map(str, words)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def settle_in(self, relay_port: int, *, more: str = "", provider: str = "") -> Self:
        """Make the home, with one relay on this machine and leave to fetch from it."""
        self.run("init")
        self.write_settings(relay_port, more=more, provider=provider)
        return self

    def write_settings(self, relay_port: int, *, more: str = "", provider: str = "") -> None:
        (self.folder / "newsletter.toml").write_text(
            '[fetch]\nallow_addresses = ["127.0.0.1"]\ntimeout_seconds = 2.0\nmax_bytes = 300000\nevery_minutes = 1\n'
            f'[[provider]]\nname = "relay"\nurl = "smtp://127.0.0.1:{relay_port}"\n{provider}\n{more}\n'
        )

    def apply(self, text: str) -> Any:
        """Apply a set-up that is written here."""
        file = self.folder.parent / f"{self.folder.name}-setup.toml"
        file.write_text(text)
        return self.json("apply", file)

    def import_csv(self, rows: Sequence[str], list_slug: str, *, consent: str = "paper forms") -> Any:
        """Import people; the first row names the columns."""
        file = self.folder.parent / f"{self.folder.name}-{list_slug}.csv"
        file.write_text("\n".join(rows) + "\n", encoding="utf-8")
        return self.json("subscriber", "import", file, "--list", list_slug, "--consent", consent)

    def status(self, issue: str) -> Any:
        return self.json("issue", "status", issue)


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail that the relay took."""

    recipient: str
    message_id: str
    data: bytes


class Relay:
    """An SMTP server in a process of its own that records each mail before it takes it. It can be told troubles."""

    def __init__(self, record: Path) -> None:
        self._record = record
        self._process: subprocess.Popen[str] | None = None
        self.port = 0

    def start(self, *, delay: float = 0.0, replies: Mapping[str, str] | None = None, login: str = "") -> Self:
        """Start, on the port of the last time; `replies` says what to answer at a step instead."""
        words = ["--port", str(self.port), "--record", str(self._record), "--delay", str(delay), "--whole"]
        for step, reply in (replies or {}).items():
            words += ["--reply", f"{step}={reply}"]
        words += ["--login", login] if login else []
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.fakes.smtp_server", *words],
            cwd=Path(__file__).parents[2],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout
        self.port = int(self._process.stdout.readline())
        return self

    def stop(self) -> None:
        if self._process:
            self._process.kill()
            self._process.communicate()
            self._process = None

    @property
    def count(self) -> int:
        """How many mails were taken so far; quick."""
        return self._record.read_bytes().count(b"\n") if self._record.exists() else 0

    @property
    def mails(self) -> list[Mail]:
        lines = self._record.read_text().splitlines() if self._record.exists() else []
        found = [json.loads(line) for line in lines]
        return [Mail(one["recipient"], one["message_id"], one["data"].encode("latin-1")) for one in found]

    @property
    def recipients(self) -> list[str]:
        return [mail.recipient for mail in self.mails]


@contextmanager
def relay_in(folder: Path, **troubles: Any) -> Iterator[Relay]:
    """A relay that runs until the story's end."""
    relay = Relay(folder / "mails.jsonl").start(**troubles)
    try:
        yield relay
    finally:
        relay.stop()


def wait_until(condition: Callable[[], object], what: str, *, seconds: float = _MAY_END_SOON) -> None:
    """Wait for something that must come soon."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited {seconds:g} s in vain: {what}"
        time.sleep(0.005)


def write_post(
    folder: Path, name: str, title: str, *, topics: str = "news", language: str = "en", text: str = ""
) -> None:
    """Write a post as a Markdown file into a folder that is a source."""
    folder.mkdir(parents=True, exist_ok=True)
    words = text or f"What {title} is about, told in one sentence that says enough to be an excerpt of its own."
    (folder / f"{name}.md").write_text(
        f"---\ntitle: {json.dumps(title, ensure_ascii=False)}\nlanguage: {language}\ntopics: [{topics}]\nurl: https://example.org/{name}\n---\n{words}\n",
        encoding="utf-8",
    )


def web_settings() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return f'[web]\nbind = "127.0.0.1:{port}"\npublic_url = "http://127.0.0.1:{port}"'


@contextmanager
def served(home: Home) -> Iterator[str]:
    """`newsletter serve` as a person starts it, until the end of the block."""
    address = re.search(r'public_url = "(.*)"', (home.folder / "newsletter.toml").read_text())
    assert address
    port = int(address[1].rpartition(":")[2])
    process = home.start_fresh("serve")
    try:
        wait_until(lambda: answers(port), "serve listens", seconds=60)
        yield address[1]
    finally:
        process.terminate()
        try:
            process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise
    assert process.returncode == 0


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


SETUP = """
[[topic]]
slug = "news"
[[topic]]
slug = "funding"
[[topic]]
slug = "genomics"
[[source]]
name = "newsroom"
url = "{posts}"
[[list]]
slug = "members"
[[newsletter]]
slug = "weekly"
name = "Weekly"
from = "Newsroom <news@example.org>"
postal_address = "Example Street 1, 53227 Bonn, Germany"
lists = ["members"]
{more}
"""


def set_up_weekly(home: Home, posts: Path, *, readers: int, more: str = "", topics: str = "") -> list[str]:
    """A newsletter of one folder and one list; gives its readers' addresses."""
    home.apply(SETUP.format(posts=posts, more=more))
    people = [f"reader{number:04}@example.org" for number in range(readers)]
    home.import_csv(["address,topics", *(f"{address},{topics}" for address in people)], "members")
    return people


def approve_weekly(home: Home) -> int:
    """Ingest, assemble, approve; gives the issue."""
    home.json("ingest")
    issue = int(home.json("issue", "assemble", "weekly")["issue"])
    home.json("issue", "approve", issue)
    return issue


def check_adds_up(status: dict[str, Any]) -> None:
    """The counts of an issue always add up to its candidates."""
    states = ("planned", "in_flight", "accepted", "failed", "suppressed", "in_doubt")
    assert sum(status[state] for state in states) == status["candidates"], status


def tomorrow_at(hour: int, zone: str) -> datetime:
    """An hour of tomorrow in a zone: for `tick --at`, because no slot before a newsletter was made is ever due."""
    day = datetime.now(ZoneInfo(zone)).date() + timedelta(days=1)
    return datetime.combine(day, time_of_day(hour), ZoneInfo(zone)).astimezone(UTC)


def _obey(arguments: list[str], out: str, err: str) -> None:
    """Be the command: a session of its own, stdout and stderr into files."""
    os.setsid()
    for number, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    for name in [name for name in os.environ if name.startswith("NEWSLETTER_")]:
        del os.environ[name]
    sys.argv = arguments
    from newsletter.cli.main import main

    main()

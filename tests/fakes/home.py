"""A small home: posts in a folder, three readers, a newsletter, an issue. Nothing is faked but time."""

import atexit
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from shutil import copytree, rmtree
from tempfile import mkdtemp

from jinja2 import Environment

from newsletter.app.app import App
from newsletter.app.assembling import assemble_issue
from newsletter.app.content import approve_issue
from newsletter.app.people import add_person
from newsletter.app.portions import fetch_some
from newsletter.app.setup import apply_setup
from newsletter.base.clock import Clock, FixedClock
from newsletter.base.keys import make_keys
from newsletter.base.settings import read_settings
from newsletter.db.engine import open_engine, reading
from newsletter.issues import store as issue_store
from newsletter.issues.issue import Issue
from newsletter.rendering.strings import languages
from newsletter.rendering.templates import mail_environment
from subscribers.people.find import find_by_address
from subscribers.subscriber import Subscriber
from tests.conftest import NOW
from tests.fakes.database import empty_sqlite

ANNA, BRUNO, SALMA = "anna.meier@klinik.example", "bruno@recherche.example", "salma@hospital.example"

SETTINGS = """\
[web]
public_url = "http://127.0.0.1:8000"
trusted_proxies = ["10.1.0.0/16"]
[[provider]]
name = "box"
url = "maildir:sent"
"""
SETUP = """\
[[topic]]
slug = "funding"
name = "Funding calls"
names = {de = "Förderung", fr = "Financement", ar = "فرص التمويل"}
[[topic]]
slug = "genomics"
name = "Genomics"
names = {de = "Genomik", fr = "Génomique", ar = "علم الجينوم"}
[[topic]]
slug = "policy"
name = "Health policy"
names = {de = "Gesundheitspolitik", fr = "Politique de santé", ar = "السياسة الصحية"}
[[source]]
name = "secretariat"
url = "posts"
kind = "folder"
language = "en"
owner = "Consortium secretariat"
[[list]]
slug = "members"
name = "Members and friends"
opt_in = "single"
[[newsletter]]
slug = "weekly"
name = "Personalised Medicine Weekly"
from = "Newsroom <news@example.org>"
postal_address = "Example Street 1, 53227 Bonn, Germany"
lists = ["members"]
schedule = "0 8 * * mon"
zone = "Europe/Berlin"
local_time = true
"""
POSTS = {
    "call.md": """\
title: "Joint call 2027: pharmacogenomics for older patients"
url: https://www.example.org/call
kind: call
topics: [funding]
call: {deadline: 2027-02-15, countries: [PT, DE, FR]}
---
Twelve funders open a joint call on the safe use of several medicines in old age. Consortia of three to six partners
may apply.
""",
    "conference.md": """\
title: "Annual conference in Lisbon, with a livestream"
url: https://www.example.org/conference
kind: event
topics: [policy]
event: {start: 2027-03-04T09:00:00, end: 2027-03-04T17:30:00, zone: Europe/Lisbon,
  place: "Lisbon, Calouste Gulbenkian Foundation", livestream: "https://www.example.org/live"}
---
Clinicians, funders and patients discuss what two years of genome programmes have taught.
""",
    "genome.md": """\
title: "One million genomes: what the pilot hospitals learnt"
url: https://www.example.org/genomes
topics: [genomics]
---
Nine hospitals in five countries describe how they brought sequencing into the daily round, and what they would do
differently.
""",
    "papier.md": """\
title: "Registre des maladies rares : premiers résultats"
url: https://www.example.org/registre
language: fr
topics: [genomics]
---
Le registre compte désormais 40 000 personnes ; les premiers résultats montrent un diagnostic plus rapide.
""",
    "bericht.md": """\
title: "Neuer Bericht: Wie Patientinnen und Patienten an Studien mitwirken"
url: https://www.example.org/bericht
language: de
topics: [policy]
---
Der Bericht vergleicht elf Länder und nennt sechs Wege, auf denen Betroffene schon heute mitentscheiden.
""",
}


@dataclass(frozen=True, slots=True)
class Home:
    """An opened home with its newest issue."""

    app: App
    issue: Issue

    def person(self, address: str) -> Subscriber:
        with reading(self.app.engine) as db:
            return find_by_address(db, address)

    def token(self, address: str, *, inert: bool = False) -> str:
        """Give the token of a person's mail of the issue."""
        return self.app.keys.tokens.encode([(self.issue.id, self.person(address).id)], inert=inert)[0]

    def approve(self) -> None:
        approve_issue(self.app, self.issue, by="a test")


def make_full_home(folder: Path, clock: Clock | None = None, extra: str = "") -> Home:
    """Give a copy of the home as it is when made at that time; it is made once a process.

    Its tables come straight from the metadata: migrations have tests of their own.
    """
    clock = clock or FixedClock(NOW - timedelta(days=1))
    return copy_home(_master(clock.now(), extra), folder, clock)


@cache
def _master(at: datetime, extra: str) -> Path:
    folder = Path(mkdtemp(prefix="nl-home-"))
    atexit.register(rmtree, folder, ignore_errors=True)
    app = make_empty_home(folder, FixedClock(at), extra)
    posts = folder / "posts"
    posts.mkdir()
    for name, text in POSTS.items():
        (posts / name).write_text(f"---\ndate: 2026-11-20\n{text}", encoding="utf-8")
    (folder / "setup.toml").write_text(SETUP, encoding="utf-8")
    apply_setup(app, folder / "setup.toml")
    fetch_some(app)
    _add(app, ANNA, "Anna Meier", "de", "Europe/Berlin", ("funding",))
    _add(app, BRUNO, "Bruno", "fr", "Europe/Paris", ("genomics", "policy"))
    _add(app, SALMA, "سلمى", "ar", "Africa/Cairo", ())
    assemble_issue(app, "weekly", by="a test")
    assert "ar" in languages(app.templates)
    app.close()
    return folder


def make_empty_home(folder: Path, clock: Clock | None = None, extra: str = "") -> App:
    """Make a home with settings, keys and empty tables, and open it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "newsletter.toml").write_text(SETTINGS + extra, encoding="utf-8")
    (folder / "media").mkdir()
    make_keys(folder)
    settings = read_settings(folder, {})
    (folder / "newsletter.db").write_bytes(empty_sqlite())
    engine = open_engine(settings.database.url, folder)
    return _with_templates(App(folder, settings, clock or FixedClock(NOW - timedelta(days=1)), engine))


def _with_templates(app: App) -> App:
    if not app.settings.templates_dir:
        app.templates = _templates()
    return app


@cache
def _templates() -> Environment:
    """Give the environment of all homes with our own templates, so that each is compiled once a process."""
    return mail_environment(None)


def _add(app: App, address: str, name: str, language: str, zone: str, topics: tuple[str, ...]) -> None:
    add_person(
        app,
        address,
        "members",
        consent=json.dumps({"form": "https://www.example.org/join"}),
        name=name,
        language=language,
        zone=zone,
        follows=tuple(f"topic:{topic}" for topic in topics),
        by="test",
    )


def copy_home(master: Path, folder: Path, clock: Clock | None = None) -> Home:
    """Open a copy of a home that was made and closed: quicker than making another."""
    copytree(master, folder, dirs_exist_ok=True)
    settings = read_settings(folder, {})
    engine = open_engine(settings.database.url, folder)
    app = _with_templates(App(folder, settings, clock or FixedClock(NOW - timedelta(days=1)), engine))
    with reading(app.engine) as db:
        return Home(app, issue_store.issue_by_name(db, "weekly"))

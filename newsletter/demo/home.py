"""The demo's own home: made, found again, and filled with the sample content. Nobody else's folder is ever touched."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from newsletter.base.errors import UsageError
from newsletter.base.settings import FILE_NAME as SETTINGS_FILE
from newsletter.demo import pictures
from newsletter.demo.placeholders import ZONE, fill
from newsletter.demo.readers import readers_csv

MARKER = "newsletter-demo.json"
PROVIDER = "catcher"
CONTENT = Path(__file__).parent / "content"
_POST_PICTURES = (
    "vision",
    "conference",
    "funding",
    "cells",
    "helix",
    "network",
    "training",
    "prevention",
    "globe",
    "film",
)
_SITE_PICTURES = ("growth", "sequence", "community", "paths", "berlin")
PICTURES = (*_POST_PICTURES, *_SITE_PICTURES)

_WAY_OUT = re.compile(r'^url = ".*"  # the demo writes this line$', re.MULTILINE)
_SETTINGS = """\
# Settings of the demo's home. `newsletter demo` writes one line of them, the provider's address.

[web]
public_url = "http://127.0.0.1:8000"
bind = "127.0.0.1:8000"

[fetch]
allow_addresses = ["127.0.0.1"]  # the sample web sites live on this machine

[[provider]]
name = "catcher"
url = "maildir:mail"  # the demo writes this line
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoHome:
    """Where things are, and the day that the sample dates are counted from."""

    home: Path
    day: date
    site_port: int  # of the last run; 0: none yet
    is_new: bool

    @property
    def setup_file(self) -> Path:
        return self.home / "content" / "setup.toml"

    @property
    def readers_file(self) -> Path:
        return self.home / "content" / "readers.csv"

    @property
    def sites(self) -> Path:
        return self.home / "content" / "sites"

    @property
    def mail(self) -> Path:
        return self.home / "mail"

    @property
    def preview(self) -> Path:
        return self.home / "preview"


def claim_home(home: Path, *, now: datetime) -> DemoHome:
    """Take a folder that is not there or empty, or one that an earlier demo made; UsageError for any other."""
    marker = home / MARKER
    if marker.is_file():
        return _found_again(home, marker)
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise UsageError(
            f"{home.absolute()} is there already and is no home of a demo; nothing was touched. "
            "Name another folder: newsletter --home DIR demo"
        )
    home.mkdir(parents=True, exist_ok=True)
    made = DemoHome(home=home, day=now.astimezone(ZONE).date(), site_port=0, is_new=True)
    remember(made, site_port=0)
    return made


def remember(demo: DemoHome, *, site_port: int) -> None:
    """Note the day and the port of the web sites for the next run."""
    text = json.dumps({"made_by": "newsletter demo", "day": demo.day.isoformat(), "site_port": site_port})
    _write(demo.home / MARKER, text)


def settings_text() -> str:
    """Give the settings that a new demo home begins with."""
    return _SETTINGS


def write_content(demo: DemoHome, *, site: str, on_picture: Callable[[], None]) -> None:
    """Fill the home with posts, web sites and readers. The same day and address give the same files."""
    for path in sorted(CONTENT.rglob("*")):
        name = path.relative_to(CONTENT)
        if path.is_file() and path.suffix in {".md", ".toml", ".xml", ".json", ".html"}:
            _write(demo.home / "content" / name, fill(path.read_text(encoding="utf-8"), today=demo.day, site=site))
    _write(demo.readers_file, readers_csv())
    pictures.draw_missing(demo.home / "content" / "posts" / "pictures", _POST_PICTURES, on_picture)
    pictures.draw_missing(demo.sites / "pictures", _SITE_PICTURES, on_picture)


def set_way_out(home: Path, url: str) -> None:
    """Write the provider's address into the demo's settings; UsageError if its line is not there any more."""
    path = home / SETTINGS_FILE
    text, count = _WAY_OUT.subn(f'url = "{url}"  # the demo writes this line', path.read_text(encoding="utf-8"))
    if count != 1:
        raise UsageError(
            f"{path.absolute()} was changed and has no line `url = ...  # the demo writes this line` any more; "
            "put it back below [[provider]], or remove the folder for a fresh demo"
        )
    _write(path, text)


def _found_again(home: Path, marker: Path) -> DemoHome:
    try:
        noted = json.loads(marker.read_text(encoding="utf-8"))
        day, port = date.fromisoformat(noted["day"]), int(noted["site_port"])
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{marker.absolute()} cannot be read; remove the folder for a fresh demo") from error
    return DemoHome(home=home, day=day, site_port=port, is_new=False)


def _write(path: Path, text: str) -> None:
    """Write a file whole or not at all, and not at all where it says the same already (its time would change)."""
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.part")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(path)

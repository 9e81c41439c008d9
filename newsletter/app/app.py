"""An App: one opened home with everything built that its commands and pages need.

What fetches, renders and sends is imported by the part that is asked for: `issue list` must not wait for all of it.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError

from newsletter import __version__
from newsletter.base.clock import Clock, SystemClock
from newsletter.base.errors import DatabaseTrouble, NotFound, UsageError
from newsletter.base.keys import FILE_NAME as KEYS_FILE
from newsletter.base.keys import Keys, make_keys, read_keys
from newsletter.base.sample import sample_settings
from newsletter.base.settings import FILE_NAME as SETTINGS_FILE
from newsletter.base.settings import ProviderSettings, Settings, read_secret, read_settings
from newsletter.db.engine import open_engine
from newsletter.db.revision_store import is_known, newest_revision, present_revision

if TYPE_CHECKING:
    import jinja2

    from newsletter.feedback.clicks import OpenedLinks
    from newsletter.issues.frozen import FrozenIssue
    from newsletter.outbox.identity import BounceSetup
    from newsletter.outbox.pace import Rate
    from newsletter.providers.provider import Provider
    from newsletter.rendering.dkim import Signers
    from newsletter.rendering.edition import Edition
    from newsletter.sources.fetching.fetch import Fetcher

# A relay that is not on this machine starts gently until the operator says what it bears.
_CAREFUL_RATE = "5/s"


@dataclass
class App:
    """A home, opened. Close it when done."""

    home: Path
    settings: Settings
    clock: Clock
    engine: Engine

    @property
    def media(self) -> Path:
        return self.home / "media"

    @cached_property
    def keys(self) -> Keys:
        return read_keys(self.home)

    @cached_property
    def templates(self) -> "jinja2.Environment":
        from newsletter.rendering.templates import mail_environment

        return mail_environment(self.home / self.settings.templates_dir if self.settings.templates_dir else None)

    @cached_property
    def fetcher(self) -> "Fetcher":
        from newsletter.sources.fetching.fetch import Fetcher
        from newsletter.sources.fetching.host_turns import host_turns
        from newsletter.sources.host_memory import StoredHosts

        return Fetcher(
            self.settings.fetch,
            f"newsletter/{__version__} (+{self.settings.web.public_url})",
            hosts=StoredHosts(self.engine),
            turns=host_turns(self.engine, self.home / "locks"),
            clock=self.clock,
        )

    @cached_property
    def asking(self) -> ThreadPoolExecutor:
        """The threads that ask sources at a cutoff, and may be behind it with the slow ones."""
        from newsletter.sources.poll import ASKED_AT_ONCE

        return ThreadPoolExecutor(ASKED_AT_ONCE, thread_name_prefix="asking")

    @cached_property
    def opened_links(self) -> "OpenedLinks":
        """The links opened in the last seconds, in memory only; see feedback.clicks."""
        from newsletter.feedback.clicks import OpenedLinks

        return OpenedLinks()

    @property
    def provider_names(self) -> list[str]:
        return [provider.name for provider in self.settings.provider]

    def provider(self, name: str) -> "Provider":
        """Build a provider by its name; each call gives a new one, since one carries one lane at a time."""
        from newsletter.providers.registry import make_provider

        settings = self._provider_settings(name)
        return make_provider(settings, home=self.home, secret=read_secret(settings, self.home))

    @property
    def rates(self) -> "Mapping[str, tuple[Rate, ...]]":
        """The configured pace by provider; a relay elsewhere without one starts carefully."""
        from newsletter.outbox.pace import parse_rates
        from newsletter.providers.registry import is_local

        return {
            one.name: parse_rates(one.rate or ("" if is_local(one) else _CAREFUL_RATE), one.name)
            for one in self.settings.provider
        }

    @property
    def bounces(self) -> "BounceSetup":
        from newsletter.outbox.identity import BounceSetup

        setting = self.settings.bounces
        return BounceSetup(
            setting.address, verp=setting.verp == "on" or (setting.verp == "auto" and bool(setting.mailbox))
        )

    @cached_property
    def signers(self) -> "Signers":
        """The keys that sign; InvalidSettings where one cannot be used: mail must not go out unsigned unnoticed."""
        from newsletter.app.dkim import read_signing_keys
        from newsletter.rendering.dkim import Signers

        return Signers(read_signing_keys(self.settings, self.home))

    def build_edition(self, frozen: "FrozenIssue", language: str) -> "Edition":
        from newsletter.rendering.edition import build_edition

        return build_edition(frozen, language, public_url=self.settings.web.public_url, environment=self.templates)

    def close(self) -> None:
        """End what is under way, in this order: requests, then the threads that note what came of them."""
        if "fetcher" in self.__dict__:
            self.fetcher.close()
        if "asking" in self.__dict__:
            self.asking.shutdown(cancel_futures=True)
        self.engine.dispose()

    def _provider_settings(self, name: str) -> ProviderSettings:
        for one in self.settings.provider:
            if one.name == name:
                return one
        raise NotFound(f"newsletter.toml has no provider {name!r}; it has {', '.join(self.provider_names) or 'none'}")


def open_app(home: Path, clock: Clock | None = None, variables: Mapping[str, str] | None = None) -> App:
    """Open a home. It must have settings and a database at this program's schema; nothing is made here."""
    settings = read_settings(home, variables)
    engine = open_engine_of(home, settings)
    try:
        present = present_revision(engine)
    except DatabaseError as error:
        engine.dispose()
        raise DatabaseTrouble(error.orig) from error
    if present != newest_revision():
        engine.dispose()
        raise UsageError(_another_schema(present))
    return App(home, settings, clock or SystemClock(), engine)


def _another_schema(present: str | None) -> str:
    if present is None:
        return "the database is empty; make it with: newsletter init"
    if not is_known(present):
        return "the database was made by a newer version of this program; install that version"
    return "the database is of an older version of this program; bring it up with: newsletter upgrade"


def open_engine_of(home: Path, settings: Settings) -> Engine:
    """Open a home's database; a SQLite file that is not there is not made."""
    url = settings.database.url
    path = home / url.removeprefix("sqlite:///")
    if url.startswith("sqlite:///") and not path.exists():
        raise UsageError(f"{path.absolute()} does not exist; make it with: newsletter init")
    return open_engine(url, home)


def make_home(home: Path, settings_text: str | None = None) -> list[str]:
    """Make what a home lacks: newsletter.toml, keys.json, the database, media/. Gives what was made, in words."""
    from newsletter.db.migrate import upgrade

    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = []
    if not (home / SETTINGS_FILE).exists():
        (home / SETTINGS_FILE).write_text(settings_text or sample_settings(), encoding="utf-8")
        made.append(SETTINGS_FILE)
    settings = read_settings(home)
    if not (home / KEYS_FILE).exists():
        make_keys(home)
        made.append(KEYS_FILE)
    (home / "media").mkdir(exist_ok=True)
    engine = open_engine(settings.database.url, home)
    if present_revision(engine) is None:
        upgrade(engine)
        _keep_private(engine)
        made.append("the database")
    engine.dispose()
    return made


def _keep_private(engine: Engine) -> None:
    """Let nobody else on this machine read the addresses; SQLite gives its side files the same mode."""
    if engine.dialect.name == "sqlite" and engine.url.database:
        Path(engine.url.database).chmod(0o600)

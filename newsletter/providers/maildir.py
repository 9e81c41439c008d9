"""`maildir:FOLDER`: mail into a Maildir on this machine, for tries, for archives and for whatever reads one.

The rule it keeps: exactly once. A file is named after its delivery, so that a repeat after a crash replaces itself; it
is on the disk (fsync) before it is reported.
"""

import errno
import hashlib
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from pydantic import SecretStr

from newsletter.base.errors import InvalidSettings
from newsletter.base.settings import ProviderSettings
from newsletter.providers.errors import ProviderError
from newsletter.providers.feeder import BatchFeeder
from newsletter.providers.provider import Accepted, Intend, Key, OurFault, Outgoing, Report, Scope, Temporary

LONGEST_NAME = 200  # octets; file systems have 255, and readers add ":2,S"
_PASSING = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.ENFILE, errno.EMFILE})


class MaildirProvider:
    """A Maildir as a Provider."""

    form: Literal["mime", "parts"] = "mime"
    alters: Sequence[str] = ()
    batch = 50

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self._folder = folder

    @classmethod
    def from_settings(cls, settings: ProviderSettings, home: Path, _secret: SecretStr | None) -> "MaildirProvider":
        """Make it; InvalidSettings when no folder is named."""
        folder = settings.url.removeprefix("maildir:")
        if not folder or folder.startswith("//"):
            raise InvalidSettings(f"provider {settings.name}", ["url: write maildir:FOLDER; relative to the home"])
        return cls(settings.name, home / folder)

    def carry(self, outgoing: Iterable[Outgoing], intend: Intend, report: Report) -> None:
        """Carry them all; see Provider."""
        trouble: Temporary | OurFault | None = None
        with BatchFeeder(outgoing, self.batch) as feeder:
            for batch in feeder:
                granted = frozenset(intend([one.key for one in batch]) if trouble is None else ())
                going = batch if trouble else [one for one in batch if one.key in granted]
                trouble = trouble or self._write_all(going)
                for one in going:
                    report(one.key, trouble or Accepted(file_name(one.key)))
                if trouble is not None:
                    feeder.stop()

    def check(self) -> str:
        """Make the folder if it is not there; ProviderError when it cannot be written."""
        try:
            self._make_folders()
        except OSError as error:
            raise ProviderError(f"{self._folder} cannot be made: {error.strerror}. Name another folder.") from error
        if not os.access(self._folder / "new", os.W_OK):
            raise ProviderError(f"{self._folder} cannot be written by this user. Give it away, or name another folder.")
        return f"{self._folder} can be written"

    def _write_all(self, batch: Sequence[Outgoing]) -> Temporary | OurFault | None:
        """Write a batch; gives why it could not. All of it is then said not to be there: the repeat replaces."""
        try:
            self._make_folders()
            seen = _names_read(self._folder / "cur")
            for one in batch:
                if file_name(one.key) not in seen:
                    self._write(one)
            _sync_folder(self._folder / "new")
        except OSError as error:
            words = f"{self._folder} cannot be written: {error.strerror}"
            return Temporary(words, scope=Scope.PROVIDER) if error.errno in _PASSING else OurFault(words)
        return None

    def _make_folders(self) -> None:
        for name in ("tmp", "new", "cur"):
            (self._folder / name).mkdir(parents=True, exist_ok=True)

    def _write(self, one: Outgoing) -> None:
        name = file_name(one.key)
        unfinished = self._folder / "tmp" / name
        with unfinished.open("wb") as file:
            file.write(one.mime)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(self._folder / "new" / name)


def file_name(key: Key) -> str:
    """Give the name of a delivery's file: no slash, colon or leading dot, and never another's."""
    name = quote(key, safe="").replace(".", "%2E")
    return name if len(name) <= LONGEST_NAME else hashlib.sha256(key.encode()).hexdigest()


def _names_read(folder: Path) -> frozenset[str]:
    """Give the names that a reader has moved away from new, without the flags it added."""
    return frozenset(entry.name.partition(":")[0] for entry in os.scandir(folder))


def _sync_folder(folder: Path) -> None:
    """Make renames survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

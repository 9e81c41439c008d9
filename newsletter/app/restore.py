"""A home brought back from a backup. It mails nobody twice and nobody who has left.

Sending is held until a person says that this home is the one that lives on. What fell due since the backup may have
been sent by the home it was made of: it is in doubt. Departures since then stand in leaves.log and are replayed.
"""

import json
import shutil
import tarfile
import zlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from newsletter.app.app import open_app
from newsletter.app.backup import DATABASE, MANIFEST
from newsletter.app.holds import hold_sending
from newsletter.app.leaves import replay_leaves
from newsletter.app.leaves_meant import FILE_NAME as LEAVES
from newsletter.base.errors import UsageError
from newsletter.base.keys import FILE_NAME as KEYS_FILE
from newsletter.base.settings import FILE_NAME as SETTINGS_FILE
from newsletter.db.engine import writing
from newsletter.issues import store as issue_store
from newsletter.outbox import store
from newsletter.outbox.pausing import pause_and_tell

_UNPACKED = ".restoring"


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreReport:
    """What was brought back, and what is unclear because of it."""

    taken_at: str
    doubtful: int  # deliveries that fell due since
    leaves: int  # departures replayed
    paused: int = 0  # issues that may have gone out since


def restore_home(file: Path, home: Path) -> RestoreReport:
    """Unpack a backup into a folder without a home, hold sending, doubt what fell due, replay departures.

    A leaves.log that lies in the folder (saved from the lost home) is kept and replayed. All of it is done in a folder
    beside; newsletter.toml comes into its place last, so that there is no home before it is held.
    """
    if (home / SETTINGS_FILE).exists() or (home / DATABASE).exists():
        raise UsageError(f"{home.absolute()} holds a home already: restore into an empty folder, or move that one away")
    unpacked = home / _UNPACKED
    shutil.rmtree(unpacked, ignore_errors=True)  # of an attempt that was interrupted
    try:
        report = _restore(file, home, unpacked)
        _move_in(unpacked, home)
    finally:
        shutil.rmtree(unpacked, ignore_errors=True)
    return report


def _restore(file: Path, home: Path, unpacked: Path) -> RestoreReport:
    manifest = _unpack(file, unpacked)
    if (home / LEAVES).exists():
        shutil.copyfile(home / LEAVES, unpacked / LEAVES)
    app = open_app(unpacked)
    try:
        hold_sending(app, f"restored from {file.name} of {manifest['taken_at']}")
        with writing(app.engine) as db:
            doubtful = store.doubt_all_due(db, now=app.clock.now())
            paused = _pause_what_may_be_out(db, now=app.clock.now())
        leaves = replay_leaves(app)
    finally:
        app.close()
    (unpacked / LEAVES).unlink(missing_ok=True)  # the one in the home stays
    return RestoreReport(taken_at=manifest["taken_at"], doubtful=doubtful, leaves=leaves, paused=paused)


def _pause_what_may_be_out(db: Connection, *, now: datetime) -> int:
    """Pause every issue that is not over, and let no slot of the past be due: the lost home may have sent them."""
    going = [one for one in issue_store.list_issues(db) if one.state not in issue_store.ENDS and not one.paused_at]
    for issue in going:
        pause_and_tell(db, issue.id, "the home was restored, and it may have gone out since the backup", now=now)
    for newsletter in issue_store.all_newsletters(db):
        if not newsletter.is_paused(now):
            issue_store.resume_newsletter(db, newsletter.id, now=now)  # slots count from now on
    return len(going)


def _move_in(unpacked: Path, home: Path) -> None:
    for path in sorted(unpacked.iterdir(), key=lambda path: path.name == SETTINGS_FILE):
        if path.name == LEAVES:
            continue
        if path.is_dir() and (home / path.name).is_dir():
            shutil.copytree(path, home / path.name, dirs_exist_ok=True)
        else:
            path.replace(home / path.name)


def _unpack(file: Path, home: Path) -> dict[str, str]:
    home.mkdir(parents=True, exist_ok=True)
    try:
        with tarfile.open(file, "r:gz") as archive:
            names = set(archive.getnames())
            missing = {MANIFEST, DATABASE, SETTINGS_FILE, KEYS_FILE} - names
            if missing:
                raise UsageError(f"{file} is no backup of a home: {', '.join(sorted(missing))} is missing")
            for member in archive:
                _unpack_one(archive, member, home)
    except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
        raise UsageError(f"{file} cannot be read: {error}") from error
    manifest_path = home / MANIFEST
    manifest: dict[str, str] = json.loads(manifest_path.read_text(encoding="utf-8"))
    manifest_path.unlink()
    return manifest


def _unpack_one(archive: tarfile.TarFile, member: tarfile.TarInfo, home: Path) -> None:
    """Write one plain file below the home, readable by its owner only. Anything else is no part of a backup."""
    path = home / member.name
    if not member.isfile() or not path.resolve().is_relative_to(home.resolve()):
        raise UsageError(f"the archive holds {member.name!r}, which is no file of a home: it is no backup of ours")
    content = archive.extractfile(member)
    assert content is not None  # only for what is no file
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with content, path.open("xb") as file:
        path.chmod(0o600)
        shutil.copyfileobj(content, file)

"""A home brought back from a backup. It mails nobody twice and nobody who has left.

Sending is held until a person says that this home is the one that lives on. What fell due since the backup may have
been sent by the home it was made of: it is in doubt. Slots of that time make no issue, and an issue that was not
planned to its end is paused: the backup cannot tell whether it went out. Departures since then stand in leaves.log and
are replayed.
"""

import json
import tarfile
from dataclasses import dataclass
from pathlib import Path

from newsletter.app.app import App, open_app
from newsletter.app.backup import DATABASE, MANIFEST
from newsletter.app.holds import hold_sending
from newsletter.app.leaves import replay_leaves
from newsletter.base.errors import UsageError
from newsletter.base.keys import FILE_NAME as KEYS_FILE
from newsletter.base.settings import FILE_NAME as SETTINGS_FILE
from newsletter.db.engine import reading, writing
from newsletter.issues import store as issue_store
from newsletter.issues.issue import UNAPPROVED, IssueState
from newsletter.outbox import store
from newsletter.outbox.pausing import pause_and_tell


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreReport:
    """What was brought back, and what is unclear because of it."""

    taken_at: str
    doubtful: int  # deliveries that fell due since
    leaves: int  # departures replayed


def restore_home(file: Path, home: Path) -> RestoreReport:
    """Unpack a backup into a folder without a home, hold sending, doubt what fell due, replay departures.

    A leaves.log that lies in the folder (saved from the lost home) is kept and replayed.
    """
    if (home / SETTINGS_FILE).exists() or (home / DATABASE).exists():
        raise UsageError(f"{home.absolute()} holds a home already: restore into an empty folder, or move that one away")
    manifest = _unpack(file, home)
    app = open_app(home)
    try:
        hold_sending(app, f"restored from {file.name} of {manifest['taken_at']}")
        with writing(app.engine) as db:
            doubtful = store.doubt_all_due(db, now=app.clock.now())
            issue_store.due_from(db, app.clock.now())
        _pause_unplanned(app, manifest["taken_at"])
        return RestoreReport(taken_at=manifest["taken_at"], doubtful=doubtful, leaves=replay_leaves(app))
    finally:
        app.close()


def _pause_unplanned(app: App, taken_at: str) -> None:
    with reading(app.engine) as db:
        found = issue_store.list_issues(db, states={*UNAPPROVED, IssueState.APPROVED, IssueState.SENDING})
    words = f"the backup of {taken_at} cannot tell whether it went out since"
    with writing(app.engine) as db:
        for issue in found:
            if issue.planned_at is None:
                pause_and_tell(db, issue.id, words, now=app.clock.now())


def _unpack(file: Path, home: Path) -> dict[str, str]:
    home.mkdir(parents=True, exist_ok=True)
    try:
        with tarfile.open(file, "r:gz") as archive:
            names = set(archive.getnames())
            missing = {MANIFEST, DATABASE, SETTINGS_FILE, KEYS_FILE} - names
            if missing:
                raise UsageError(f"{file} is no backup of a home: {', '.join(sorted(missing))} is missing")
            archive.extractall(home, filter="data")  # refuses absolute paths, links out, and devices
    except (tarfile.TarError, OSError, EOFError) as error:
        raise UsageError(f"{file} cannot be read: {error}") from error
    manifest_path = home / MANIFEST
    manifest: dict[str, str] = json.loads(manifest_path.read_text(encoding="utf-8"))
    manifest_path.unlink()
    return manifest

"""leaves.log: every departure, also outside the database, so that a restored backup mails nobody who has left.

One JSON line each, appended and on the disk before the reader is answered. It names people by the hash of their
address, never by the address.
"""

import errno
import json
import os
from functools import partial

from newsletter.app.app import App
from newsletter.base.log import get_log
from newsletter.db.engine import writing
from subscribers.find import find_by_hash
from subscribers.leave import leave_everything, opt_out, undo_opt_out

FILE_NAME = "leaves.log"
OPT_OUT, UNDO, EVERYTHING = "opt_out", "undo", "everything"


def note_leave(app: App, act: str, address_hash: str, key: str = "") -> None:
    """Append one departure, or its undoing."""
    entry = {"at": app.clock.now().isoformat(), "act": act, "who": address_hash, "key": key}
    # A line of its own also after half a line that a crash has left: the two must not become one.
    line = b"\n" + json.dumps(entry).encode() + b"\n"
    descriptor = os.open(app.home / FILE_NAME, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        written = os.write(descriptor, line)  # in one write: appends of several processes do not mix (O_APPEND)
        if written != len(line):
            raise OSError(errno.ENOSPC, "only a part could be written", str(app.home / FILE_NAME))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replay_leaves(app: App) -> int:
    """Do again what the log tells, oldest first; gives how many entries changed something.

    Doing it twice is harmless.
    """
    path = app.home / FILE_NAME
    if not path.exists():
        return 0
    changed = 0
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
            told = {key: str(entry[key]) for key in ("at", "act", "who", "key")}
        except (ValueError, LookupError, TypeError):
            # A crash in the middle of a write leaves half a line; that reader was not answered.
            get_log("app").warning("leaves.half_a_line", number=number)
            continue
        changed += _replay(app, told)
    return changed


def _replay(app: App, entry: dict[str, str]) -> bool:
    evidence, now = f"{FILE_NAME} of {entry['at']}", app.clock.now()
    with writing(app.engine) as db:
        person = find_by_hash(db, entry["who"])
        if person is None:
            return False
        match entry["act"]:
            case "opt_out":
                act = partial(opt_out, db, person.id, entry["key"])
            case "undo":
                act = partial(undo_opt_out, db, person.id, entry["key"])
            case _:
                act = partial(leave_everything, db, person.id)
        return act(by="restore", evidence=evidence, network_address="", now=now)

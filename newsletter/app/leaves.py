"""leaves.log: every departure, also outside the database, so that a restored backup mails nobody who has left.

One JSON line each, appended and on the disk before the reader is answered. It names people by the hash of their
address, never by the address. An entry counts unless the database knows that what it tells was undone later; it counts
also for people whom the database does not know: somebody may bring them in again.
"""

import errno
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from sqlalchemy import Connection

from newsletter.app.app import App
from newsletter.base.log import get_log
from newsletter.db.engine import reading, writing
from subscribers.consent import consent_store
from subscribers.consent.consent import Act, Consent, SuppressionKind
from subscribers.consent.leave import leave_everything, leave_list, opt_out, undo_opt_out
from subscribers.lists import list_store
from subscribers.people.erase import erase, forget_correspondent_by_hash
from subscribers.people.find import find_by_hash
from subscribers.suppression import suppression_store
from subscribers.suppression.suppress import suppress_domain, suppress_hash

FILE_NAME = "leaves.log"
OPT_OUT, UNDO, LIST, EVERYTHING, ERASED = "opt_out", "undo", "list", "everything", "erased"
SUPPRESSED, DOMAIN_CLOSED = "suppressed", "domain_closed"  # their key is the kind; who is a hash, or a domain
TESTER_ERASED = "tester_erased"  # an address that was only written to: no no of a reader
MOVED = "moved"  # who is the hash of the address before, the key that of the one after
_BY = "restore"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log."""

    at: datetime
    act: str
    who: str
    key: str

    @property
    def evidence(self) -> str:
        return f"{FILE_NAME} of {self.at.isoformat()}"


def note_leave(app: App, act: str, address_hash: str, key: str = "") -> None:
    """Append one departure, its undoing, or a move to another address."""
    note_leaves(app, [(act, address_hash, key)])


def note_leaves(app: App, told: Iterable[tuple[str, str, str]]) -> None:
    """Append acts, whom they concern and their keys, all at once."""
    at = app.clock.now().isoformat()
    entries = [json.dumps({"at": at, "act": act, "who": who, "key": key}) for act, who, key in told]
    # A line of its own also after half a line that a crash has left: the two must not become one.
    line = b"\n" + "\n".join(entries).encode() + b"\n"
    descriptor = os.open(app.home / FILE_NAME, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        written = os.write(descriptor, line)  # in one write: appends of several processes do not mix (O_APPEND)
        if written != len(line):
            raise OSError(errno.ENOSPC, "only a part could be written", str(app.home / FILE_NAME))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def note_imported_noes(app: App, noes: list[tuple[str, SuppressionKind]]) -> None:
    """Append who a file reports as gone: a backup of before that import must not mail them either."""
    left = SuppressionKind.LEFT
    note_leaves(app, [(EVERYTHING, who, "") if kind is left else (SUPPRESSED, who, kind.value) for who, kind in noes])


def replay_leaves(app: App) -> int:
    """Do again what the log tells, oldest first; gives how many entries, or people not known, changed something.

    Doing it twice is harmless.
    """
    path = app.home / FILE_NAME
    if not path.exists():
        return 0
    told = _read(path)
    with reading(app.engine) as db:
        # Asked of the database as it was restored: what the replay itself writes must not count as a later word.
        entries = [one for one in told if not _is_undone(db, one)]
    changed = sum(_replay(app, one) for one in at_all_addresses(entries))
    return changed + sum(_keep_away(app, one) for one in last_words(entries))


def at_all_addresses(entries: Iterable[Entry]) -> list[Entry]:
    """Tell what somebody said after a move also of the addresses before: a backup may know them by those only."""
    found: list[Entry] = []
    before: dict[str, list[str]] = {}
    for one in entries:
        if one.act == MOVED:
            before[one.key] = [one.who, *before.get(one.who, ())]
        else:
            is_of_one = one.act == DOMAIN_CLOSED or one.key == SuppressionKind.BOUNCED  # a domain, a mailbox
            people = [one.who] if is_of_one else [one.who, *before.get(one.who, ())]
            found += [replace(one, who=who) for who in dict.fromkeys(people)]
    return found


def last_words(entries: Iterable[Entry]) -> list[Entry]:
    """Give of each person an entry that still says no at the end: for those of whom only the hash is known."""
    noes: dict[str, dict[str, Entry]] = {}
    for one in entries:
        keys = noes.setdefault(one.who, {})
        if one.act == UNDO:
            keys.pop(one.key, None)
        elif one.act not in {SUPPRESSED, DOMAIN_CLOSED, MOVED, TESTER_ERASED}:
            keys[one.key if one.act in {OPT_OUT, LIST} else ""] = one
    return [next(iter(keys.values())) for keys in noes.values() if keys]


def _read(path: Path) -> list[Entry]:
    found = []
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
            at, act, who, key = (str(entry[name]) for name in ("at", "act", "who", "key"))
            found.append(Entry(_moment(at), act, who, key))
        except (ValueError, LookupError, TypeError):
            # A crash in the middle of a write leaves half a line; that reader was not answered.
            get_log("app").warning("leaves.half_a_line", number=number)
    return found


def _moment(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _is_undone(db: Connection, entry: Entry) -> bool:
    """Tell whether the database knows of a later word that undid this one."""
    if entry.act in {SUPPRESSED, DOMAIN_CLOSED}:
        of = suppression_store.suppressions_of if entry.act == SUPPRESSED else suppression_store.suppressions_of_domain
        return any(one.kind == entry.key and one.ended_at and one.ended_at > entry.at for one in of(db, entry.who))
    later = [one for one in consent_store.consents_of(db, entry.who) if one.recorded_at > entry.at and one.by != _BY]
    return any(_undoes(one, entry) for one in later)


def _undoes(consent: Consent, entry: Entry) -> bool:
    """Tell whether what was recorded later takes back what an entry says."""
    match entry.act:
        case "opt_out":
            return consent.act in {Act.CONFIRMED, Act.UNDONE} and consent.key == entry.key
        case "undo":
            return consent.act is Act.LEFT and consent.key == entry.key
        case "moved":
            return False
        case "list":
            return consent.act is Act.CONFIRMED and consent.list_slug == entry.key
        case _:
            return consent.act is Act.CONFIRMED


def _replay(app: App, entry: Entry) -> bool:
    now = app.clock.now()
    with writing(app.engine) as db:
        match entry.act:
            case "domain_closed":
                return suppress_domain(db, entry.who, SuppressionKind(entry.key), reason=entry.evidence, now=now)
            case "suppressed":
                kind = SuppressionKind(entry.key)
                return suppress_hash(db, entry.who, kind, reason=entry.evidence, by=_BY, now=now)
            case "tester_erased":
                return forget_correspondent_by_hash(db, entry.who)
        person = find_by_hash(db, entry.who)
        return person is not None and _replay_of(db, person.id, entry, now)


def _replay_of(db: Connection, subscriber_id: int, entry: Entry, now: datetime) -> bool:
    match entry.act:
        case "erased":
            erase(db, subscriber_id, by=_BY, now=now)
            return True
        case "opt_out":
            act = partial(opt_out, db, subscriber_id, entry.key)
        case "undo":
            act = partial(undo_opt_out, db, subscriber_id, entry.key)
        case "list":
            if list_store.find_list(db, entry.key) is None:  # made after the backup: nobody is on it
                return False
            act = partial(leave_list, db, subscriber_id, entry.key)
        case _:
            act = partial(leave_everything, db, subscriber_id)
    return act(by=_BY, evidence=entry.evidence, network_address="", now=now)


def _keep_away(app: App, entry: Entry) -> bool:
    """Suppress somebody who is not known as one who left. There is no lesser no by hash: their own yes ends it."""
    with writing(app.engine) as db:
        if find_by_hash(db, entry.who) is not None:
            return False
        return suppress_hash(db, entry.who, SuppressionKind.LEFT, reason=entry.evidence, by=_BY, now=app.clock.now())

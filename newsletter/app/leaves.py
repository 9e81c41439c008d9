"""leaves.log: every departure, also outside the database, so that a restored backup mails nobody who has left.

One JSON line each, appended and on the disk before the reader is answered. It names people by their number and the hash
of their address, never by the address, and means nobody else who has that address later (leaves_meant.py). An entry
counts unless the database knows that what it tells was undone later; it counts also for people whom the database does
not know: somebody may bring them in again.
"""

import errno
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from sqlalchemy import Connection

from newsletter.app.app import App
from newsletter.app.leaves_meant import FILE_NAME, MOVED, Entry, Meant, Name, who_is_meant
from newsletter.base.log import get_log
from newsletter.db.engine import reading, writing
from subscribers.consent import consent_store
from subscribers.consent.asking_rest import rest_address_from_asking
from subscribers.consent.consent import Act, Consent, SuppressionKind
from subscribers.consent.leave import leave_everything, leave_list, opt_out, undo_opt_out
from subscribers.lists import list_store
from subscribers.people.change_address import keep_parted
from subscribers.people.erase import erase, forget_correspondent_by_hash
from subscribers.people.find import find_by_hash, find_known
from subscribers.subscriber import Subscriber
from subscribers.suppression import suppression_store
from subscribers.suppression.suppress import suppress_domain, suppress_hash

OPT_OUT, UNDO, LIST, EVERYTHING, ERASED = "opt_out", "undo", "list", "everything", "erased"
SUPPRESSED, DOMAIN_CLOSED = "suppressed", "domain_closed"  # their key is the kind; who is a hash, or a domain
TESTER_ERASED = "tester_erased"  # an address that was only written to: no no of a reader
NO_MORE_ASKING = "no_more_asking"  # its key is the list
_OF_ADDRESSES = frozenset({SUPPRESSED, DOMAIN_CLOSED, NO_MORE_ASKING, TESTER_ERASED})
_BY = "restore"
_EVER = datetime.min.replace(tzinfo=UTC)


def note_leave(app: App, act: str, person: Subscriber, key: str = "") -> None:
    """Append what a person said: a departure, its undoing, not to be asked again."""
    note_entries(app, [Entry(app.clock.now(), act, person.address_hash, key, person.id)])


def note_move(app: App, person: Subscriber, new_hash: str, merged: int | None) -> None:
    """Append a move to another address, and who had it and becomes one with this person."""
    note_entries(app, [Entry(app.clock.now(), MOVED, person.address_hash, new_hash, person.id, merged)])


def note_of_address(app: App, act: str, who: str, key: str = "") -> None:
    """Append what was told of an address by its hash, or of a domain, whoever has it."""
    note_entries(app, [Entry(app.clock.now(), act, who, key)])


def note_entries(app: App, entries: Iterable[Entry]) -> None:
    """Append entries, all at once."""
    # A line of its own also after half a line that a crash has left: the two must not become one.
    line = b"\n" + "\n".join(_as_json(one) for one in entries).encode() + b"\n"
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
    left, at = SuppressionKind.LEFT, app.clock.now()
    acts = [(EVERYTHING, who, "") if kind is left else (SUPPRESSED, who, kind.value) for who, kind in noes]
    note_entries(app, [Entry(at, *act) for act in acts])


def replay_leaves(app: App) -> int:
    """Do again what the log tells, oldest first; gives how many entries, or people not known, changed something.

    Doing it twice is harmless.
    """
    path = app.home / FILE_NAME
    if not path.exists():
        return 0
    told = who_is_meant(_read(path))
    with reading(app.engine) as db:
        # Asked of the database as it was restored: what the replay itself writes must not count as a later word.
        meant = [one for one in told if not _is_undone(db, one)]
    changed = sum(_replay(app, one) for one in meant)
    return changed + sum(_keep_away(app, one) for one in last_words(meant))


def last_words(told: Iterable[Meant]) -> list[Meant]:
    """Give of each person, at each address where they said no, an entry that still stands at the end."""
    noes: dict[frozenset[Name], dict[str, Meant]] = {}
    for one in told:
        entry, keys = one.entry, noes.setdefault(one.names, {})
        if entry.act == UNDO:
            keys.pop(entry.key, None)
        elif entry.act not in _OF_ADDRESSES:
            keys[entry.key if entry.act in {OPT_OUT, LIST} else ""] = one
    standing = [one for keys in noes.values() for one in keys.values()]
    return list({one.entry.who: one for one in reversed(standing)}.values())


def _read(path: Path) -> list[Entry]:
    found = []
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
            at, act, who, key = (str(entry[name]) for name in ("at", "act", "who", "key"))
            found.append(Entry(_moment(at), act, who, key, _number(entry, "person"), _number(entry, "merged")))
        except (ValueError, LookupError, TypeError):
            # A crash in the middle of a write leaves half a line; that reader was not answered.
            get_log("app").warning("leaves.half_a_line", number=number)
    return found


def _as_json(entry: Entry) -> str:
    told = {name: value for name, value in asdict(entry).items() if value is not None}
    return json.dumps(told | {"at": entry.at.isoformat()})


def _number(entry: Mapping[str, object], name: str) -> int | None:
    value = entry.get(name)
    return None if value is None else int(str(value))


def _moment(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _is_undone(db: Connection, meant: Meant) -> bool:
    """Tell whether the database knows of a later word, of the one who is meant, that undid this one."""
    entry = meant.entry
    if entry.act in {SUPPRESSED, DOMAIN_CLOSED}:
        of = suppression_store.suppressions_of if entry.act == SUPPRESSED else suppression_store.suppressions_of_domain
        return any(one.kind == entry.key and one.ended_at and one.ended_at > entry.at for one in of(db, entry.who))
    said = [
        one
        for address_hash in meant.hashes
        for one in consent_store.consents_of(db, address_hash)
        # At the address of the entry whoever has it since may have said so: then it is their yes that counts there.
        if address_hash == entry.who or one.subscriber_id in meant.people
    ]
    return any(_undoes(one, entry) for one in said if one.recorded_at > entry.at and one.by != _BY)


def _undoes(consent: Consent, entry: Entry) -> bool:
    """Tell whether what was recorded later takes back what an entry says."""
    match entry.act:
        case "opt_out":
            return consent.act in {Act.CONFIRMED, Act.UNDONE} and consent.key == entry.key
        case "undo":
            return consent.act is Act.LEFT and consent.key == entry.key
        case "list" | "no_more_asking":
            return consent.act is Act.CONFIRMED and consent.list_slug == entry.key
        case _:
            return consent.act is Act.CONFIRMED


def _replay(app: App, meant: Meant) -> bool:
    entry, now = meant.entry, app.clock.now()
    with writing(app.engine) as db:
        match entry.act:
            case "domain_closed":
                return suppress_domain(db, entry.who, SuppressionKind(entry.key), reason=entry.evidence, now=now)
            case "no_more_asking":
                return rest_address_from_asking(db, entry.who, entry.key, said_at=entry.at, now=now)
            case "suppressed":
                kind = SuppressionKind(entry.key)
                # A bounce is of one mailbox; what else was said of somebody holds where the backup knows them.
                # A bounce is of one mailbox; what else was said of somebody holds where the backup knows them.
                others = [] if kind is SuppressionKind.BOUNCED else [one.address_hash for one in _known(db, meant)]
                found = dict.fromkeys([entry.who, *others])
                return sum(suppress_hash(db, who, kind, reason=entry.evidence, by=_BY, now=now) for who in found) > 0
            case "tester_erased":
                return forget_correspondent_by_hash(db, entry.who)
        return sum(_replay_of(db, person.id, entry, now) for person in _known(db, meant)) > 0


def _known(db: Connection, meant: Meant) -> list[Subscriber]:
    """Give whom the database knows of those whom an entry means, as one person or, before a merge, as two."""
    entry, found = meant.entry, {}
    for name in sorted(meant.names, key=lambda name: (name.person or 0, name.address_hash)):
        is_own = name.address_hash == entry.who
        since = entry.at if is_own else _EVER
        one = find_known(db, name.address_hash, person=name.person, said_at=since)
        if one is not None and not (name.person is None and is_own and one.id in meant.gone):
            found[one.id] = one
    return list(found.values())


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


def _keep_away(app: App, meant: Meant) -> bool:
    """Suppress an address that nobody has as one that was left. There is no lesser no by hash: their own yes ends it.

    Where the one who said so is known by another address, it ends also when they move to this one.
    """
    entry, now = meant.entry, app.clock.now()
    with writing(app.engine) as db:
        if find_by_hash(db, entry.who) is not None:
            return False
        known = _known(db, meant)
        if known:
            return keep_parted(db, known[0].id, entry.who, by=_BY, evidence=entry.evidence, now=now)
        return suppress_hash(db, entry.who, SuppressionKind.LEFT, reason=entry.evidence, by=_BY, now=now)

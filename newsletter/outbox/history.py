"""What the readers of one claim were shown before, and what each of them gets because of it."""

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property

from sqlalchemy import Connection

from newsletter.base.ids import IssueId, PostId
from newsletter.issues import sending_store
from newsletter.issues.choose import DROUGHT, choose, widened
from newsletter.issues.digest import Digest
from newsletter.issues.limits import Limits, Sizes
from newsletter.issues.pool import Pool
from newsletter.issues.reader import Reader
from newsletter.outbox import due_store
from newsletter.sources.post import LONGEST_LIFE

_NOTHING: frozenset[PostId] = frozenset()


class History:
    """The history of some readers, read once for all of them. It holds for as long as its transaction."""

    def __init__(self, db: Connection, issue_id: IssueId, pool: Pool, readers: Sequence[int], *, now: datetime) -> None:
        since = now - LONGEST_LIFE
        self._db, self._issue_id, self._pool, self._readers = db, issue_id, pool, readers
        self._shown = due_store.shown_to(db, readers, since=since)
        self._remind = due_store.to_remind(db, readers, pool.reminders, since=since)

    def digest(self, reader: Reader, sizes: Sizes, limits: Limits) -> Digest:
        """Choose for one of them; who has had nothing for long gets the editors' choice, once."""
        shown, remind = self._shown.get(reader.id, _NOTHING), self._remind.get(reader.id, _NOTHING)
        digest = choose(self._pool, reader, shown, sizes, limits=limits, remind=remind)
        if digest.is_empty and reader.follows_anything and reader.id in self._in_drought:
            return widened(self._pool, reader, shown, sizes, limits=limits, remind=remind)
        return digest

    @cached_property
    def _in_drought(self) -> set[int]:
        """Asked for only when somebody gets nothing."""
        return in_drought(self._db, self._readers, self._issue_id)


def in_drought(db: Connection, readers: Sequence[int], issue_id: IssueId) -> set[int]:
    """Give who got nothing of the last issues of a newsletter, for want of what they follow."""
    last = sending_store.last_issues(db, issue_id, DROUGHT)
    return due_store.in_drought(db, readers, last) if len(last) == DROUGHT else set()

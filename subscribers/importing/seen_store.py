"""Who was seen while files are counted: a database of its own on disk that goes by itself: memory stays flat."""

import sqlite3
from collections.abc import Iterable, Sequence

from subscribers.store import portions


class SeenPeople:
    """Address keys, and whether they came with a no. Close it when done."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("")  # an empty name: a temporary file, removed when it is closed
        self._db.execute("CREATE TABLE seen (key TEXT PRIMARY KEY, no INTEGER NOT NULL) WITHOUT ROWID")

    def close(self) -> None:
        """Remove what was remembered."""
        self._db.close()

    def among(self, keys: Sequence[str]) -> dict[str, bool]:
        """Give those of the keys that were seen, and whether with a no."""
        found: dict[str, bool] = {}
        for some in portions(keys):
            marks = ",".join("?" * len(some))
            rows = self._db.execute(f"SELECT key, no FROM seen WHERE key IN ({marks})", some)  # noqa: S608 - marks only
            found.update((key, bool(no)) for key, no in rows)
        return found

    def remember(self, people: Iterable[tuple[str, bool]]) -> None:
        """Note keys; a no stays."""
        told = "INSERT INTO seen VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET no = max(no, excluded.no)"
        self._db.executemany(told, people)

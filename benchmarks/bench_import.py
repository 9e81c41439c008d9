"""A CSV import, validated, beside an executemany of all the rows that it writes into the same tables and indexes.

Theirs is given the rows ready made, table by table, in one transaction for each: it reads no file, checks nothing and
lets nobody else write meanwhile. `python -m benchmarks.bench_import --rows 1000000` is the million.
"""

import argparse
import multiprocessing
import random
import resource
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, update

from benchmarks.figure import show
from benchmarks.sample import NOW
from benchmarks.waiting import watched
from newsletter.db.engine import open_engine, reading, writing
from subscribers.importing.count import Planned, count_import
from subscribers.importing.options import ImportOptions
from subscribers.importing.run import import_some, start_import
from subscribers.importing.undo import start_undo, undo_some
from subscribers.lists.keep import put_list
from subscribers.people.forget import forget_unconfirmed
from subscribers.tables import metadata, subscriptions

_ROWS, _PAIRS, _CHUNK = 50_000, 3, 10_000
_WRITTEN = ("mailing_lists", "imports", "subscribers", "subscriptions", "wishes", "consents", "import_changes")


def main() -> None:
    """Print the rates, their ratio, and the memory at two sizes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=_ROWS)
    parser.add_argument("--pairs", type=int, default=_PAIRS)
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        _measure(Path(folder), told.rows, told.pairs)


def _measure(folder: Path, rows: int, pairs: int) -> None:
    _write_csv(folder / "people.csv", rows)
    _write_csv(folder / "few.csv", rows // 10)
    _, few_memory = _alone(_import, folder, "few.csv")
    ours, theirs, memory, longest = [], [], [], []
    for _ in range(pairs):
        (seconds, longest_write), peak = _alone(_import, folder, "people.csv")
        theirs.append(_alone(_executemany, folder, "people.csv")[0][0])
        ours.append(seconds)
        memory.append(peak)
        longest.append(longest_write)
    ratio = statistics.median(one / other for one, other in zip(ours, theirs, strict=True))
    (counted, _), _ = _alone(_count, folder, "people.csv")  # into the home of the last pair: everybody is known
    note = f"validated; executemany alone: {rows / statistics.median(theirs):.0f} rows/s"
    show("import_rows", rows / statistics.median(ours), "rows/s", n=rows, note=note)
    show("import_vs_executemany", ratio, "times as long", n=pairs, note="the same rows, tables and indexes")
    show("import_memory", max(memory), "MB", n=rows, note=f"peak; {few_memory:.0f} MB at a tenth of the rows")
    note = "that another process was kept from writing, seen from there"
    show("import_longest_write", statistics.median(longest), "ms", n=pairs, note=note)
    (undone, longest_undo), _ = _alone(_undo, folder, "few.csv")
    note = "the same of taking an import back, without the pauses between its portions"
    show("undo_longest_write", longest_undo, "ms", n=rows // 10, note=note)
    (forgotten, longest_forgetting), _ = _alone(_forget, folder, "few.csv")
    note = "the same of forgetting who never confirmed, without the pauses"
    show("forget_longest_write", longest_forgetting, "ms", n=rows // 10, note=note)
    show("undo_people", rows // 10 / undone, "people/s", n=rows // 10, note="without the pauses")
    show("forget_people", rows // 10 / forgotten, "people/s", n=rows // 10, note="without the pauses")
    show("import_count", rows / counted, "rows/s", n=rows, note="what it says before it writes")


def _alone(
    work: Callable[[Path, str], tuple[float, float]], folder: Path, name: str
) -> tuple[tuple[float, float], float]:
    """Work in a process of its own, so that its peak of memory is its own, in MB."""
    spawn = multiprocessing.get_context("spawn")
    ours, its = spawn.Pipe()
    process = spawn.Process(target=_tell, args=(its, work, folder, name))
    process.start()
    its.close()
    result: tuple[tuple[float, float], float] = ours.recv()
    process.join()
    return result


def _tell(pipe: Any, work: Callable[[Path, str], tuple[float, float]], folder: Path, name: str) -> None:
    figures = work(folder, name)
    pipe.send((figures, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


def _import(folder: Path, name: str) -> tuple[float, float]:
    """Import a file; gives the seconds, and for how many milliseconds others had to wait with writing."""
    (folder / "ours.db").unlink(missing_ok=True)
    engine = open_engine("sqlite:///ours.db", folder)
    metadata.create_all(engine)
    with watched(folder / "ours.db") as longest:
        begin = time.perf_counter()
        with writing(engine) as db:
            put_list(db, "members", name="Members", opt_in="double", now=NOW)
            start_import(db, folder / name, name, "members", consent="", by="bench", now=NOW)
        while import_some(lambda: writing(engine), now=NOW, look=lambda: reading(engine)):
            pass
        seconds = time.perf_counter() - begin
        longest_wait = longest()
    engine.dispose()
    return seconds, longest_wait


def _undo(folder: Path, name: str) -> tuple[float, float]:
    """Import a file, then take it back."""
    _import(folder, name)
    engine = open_engine("sqlite:///ours.db", folder)
    with writing(engine) as db:
        start_undo(db, 1, now=NOW)
    return _to_zero(engine, folder, lambda: undo_some(lambda: writing(engine), now=NOW))


def _forget(folder: Path, name: str) -> tuple[float, float]:
    """Import a file, then forget everybody as if nobody had confirmed."""
    _import(folder, name)
    engine = open_engine("sqlite:///ours.db", folder)
    with writing(engine) as db:
        db.execute(update(subscriptions).values(state="pending"))
    later = NOW + timedelta(days=15)
    return _to_zero(engine, folder, lambda: forget_unconfirmed(lambda: writing(engine), before=later, now=later))


def _to_zero(engine: Engine, folder: Path, portion: Callable[[], int]) -> tuple[float, float]:
    with watched(folder / "ours.db") as longest:
        begin = time.perf_counter()
        while portion():
            pass
        seconds = time.perf_counter() - begin
        longest_wait = longest()
    engine.dispose()
    return seconds, longest_wait


def _executemany(folder: Path, _name: str) -> tuple[float, float]:
    """Write the rows of the last import into an empty database; reading them is not in the time."""
    (folder / "theirs.db").unlink(missing_ok=True)
    engine = open_engine("sqlite:///theirs.db", folder)
    metadata.create_all(engine)
    engine.dispose()
    source = sqlite3.connect(folder / "ours.db")
    target = sqlite3.connect(folder / "theirs.db", isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        target.execute(f"PRAGMA {pragma}")
    seconds = sum(_write_table(source, target, table) for table in _WRITTEN)
    source.close()
    target.close()
    return seconds, 0.0


def _write_table(source: sqlite3.Connection, target: sqlite3.Connection, table: str) -> float:
    rows = source.execute(f"SELECT * FROM {table}")
    marks = ",".join("?" * len(rows.description))
    seconds = 0.0
    target.execute("BEGIN IMMEDIATE")
    while chunk := rows.fetchmany(_CHUNK):
        begin = time.perf_counter()
        target.executemany(f"INSERT INTO {table} VALUES ({marks})", chunk)
        seconds += time.perf_counter() - begin
    begin = time.perf_counter()
    target.execute("COMMIT")
    return seconds + time.perf_counter() - begin


def _count(folder: Path, name: str) -> tuple[float, float]:
    engine = open_engine("sqlite:///ours.db", folder)
    begin = time.perf_counter()
    planned = Planned(path=folder / name, name=name, options=ImportOptions())
    count_import(lambda: reading(engine), [planned], "members", consent="", now=NOW)
    return time.perf_counter() - begin, 0.0


def _write_csv(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write("email,name,language,country,topics,consent_at,consent_ip,City\n")
        file.writelines(_lines(rows))


def _lines(rows: int) -> Iterator[str]:
    chance = random.Random(7)
    for number in range(rows):
        address = f"person{chance.randrange(10**9)}.{number}@host{chance.randrange(5000)}.example.org"
        rest = "funding;events,2024-05-31T10:00:00+02:00"
        yield f"{address},Anna Example {number},de,PT,{rest},192.0.2.{number % 250},Porto\n"


if __name__ == "__main__":
    main()

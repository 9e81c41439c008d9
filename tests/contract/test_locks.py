"""Locks that end with their holder, and turns, on both databases."""

import threading
from pathlib import Path

from sqlalchemy import Engine

from newsletter.db.locks import numbered_locks, turn


def test_a_number_is_free_only_when_its_holder_is_gone(engine: Engine, tmp_path: Path) -> None:
    """While it is held nobody finds it free; let go, everybody does."""
    holder, other = numbered_locks(engine, tmp_path / "locks"), numbered_locks(engine, tmp_path / "locks")
    holder.hold(7)
    assert not other.is_free(7)
    holder.release()
    assert other.is_free(7)
    assert other.is_free(8)


def test_turns_come_one_after_the_other(engine: Engine, tmp_path: Path) -> None:
    """Nobody's turn begins before the one before it has ended."""
    order: list[str] = []
    inside, go_on = threading.Event(), threading.Event()

    def first() -> None:
        with turn(engine, tmp_path / "locks", 1):
            order.append("first begins")
            inside.set()
            go_on.wait(10)
            order.append("first ends")

    def second() -> None:
        inside.wait(10)
        with turn(engine, tmp_path / "locks", 1):
            order.append("second begins")

    threads = [threading.Thread(target=one) for one in (first, second)]
    for thread in threads:
        thread.start()
    inside.wait(10)
    threads[1].join(0.3)
    go_on.set()
    for thread in threads:
        thread.join(10)
    assert order == ["first begins", "first ends", "second begins"]

"""Keeps Python's collector of cycles from running in the middle of a portion.

A portion makes thousands of rows, none in a cycle, and they make the collector look through the whole heap again and
again: 60 to 100 ms each time, and where that falls into a transaction, everybody who wants to write waits for it.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Put the collector off until the end of the block; keep that short."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()

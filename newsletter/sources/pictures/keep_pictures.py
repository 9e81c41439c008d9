"""Brings the pictures of posts home: each is fetched once, scaled, and kept in `media/` under the hash of its bytes.

No mail ever links a picture on another's server. A picture that cannot be used is remembered as such and costs its post
nothing; one that could not be fetched this time is tried again the next time its source is read.
"""

import hashlib
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Engine

from newsletter.base.errors import SourceError
from newsletter.db.engine import reading, writing
from newsletter.sources.errors import FetchFailed, NotUnderstood, ProgramEnds, may_pass
from newsletter.sources.fetching.fetch import Fetcher, shown
from newsletter.sources.pictures import picture_store
from newsletter.sources.pictures.shrink import SmallPicture, shrink

_MOST_FAILURES = 2  # of one source at a time: a picture server that hangs must not hold up the posts


class PictureKeeper:
    """Gets the pictures of one source's posts. `problems` tells in words which could not be had."""

    def __init__(self, engine: Engine, fetcher: Fetcher, media: Path, *, now: datetime) -> None:
        self._engine = engine
        self._fetcher = fetcher
        self._media = media
        self._now = now
        self._failures = 0
        self.problems: list[str] = []

    def keep(self, address: str) -> str | None:
        """Give the hash of the stored picture of an http(s) address or a file's path; empty if there is none.

        None: it could not be had this time. Raises ProgramEnds only.
        """
        if not address:
            return ""
        try:
            origin, load = self._origin(address)
            with reading(self._engine) as db:
                known = picture_store.picture_of_origin(db, origin)
            return self._fetch(origin, load) if known is None else known
        except ProgramEnds:
            raise
        except SourceError as error:
            self.problems.append(f"picture {shown(address)}: {error}")
            return None if may_pass(error) else ""

    def _origin(self, address: str) -> tuple[bytes, Callable[[], bytes]]:
        """Give what identifies the picture's origin, and how its bytes are loaded. A changed file is another origin."""
        if "://" in address:
            return hashlib.sha256(address.encode()).digest(), lambda: self._fetcher.get(address).content
        path = Path(address)
        try:
            facts = path.stat()
        except (OSError, ValueError) as error:
            raise NotUnderstood("there is no such file") from error
        if facts.st_size > self._fetcher.max_bytes:
            raise NotUnderstood(f"the file is larger than {self._fetcher.max_bytes:,} bytes")
        return hashlib.sha256(f"{path}\0{facts.st_mtime_ns}\0{facts.st_size}".encode()).digest(), lambda: _bytes_of(
            path
        )

    def _fetch(self, origin: bytes, load: Callable[[], bytes]) -> str | None:
        if self._failures >= _MOST_FAILURES:
            return None
        try:
            picture = shrink(load())
        except FetchFailed as error:
            self._failures += 1
            if not error.temporary:
                self._remember_unusable(origin)
            raise
        except NotUnderstood:
            self._remember_unusable(origin)
            raise
        return self._store(picture, origin)

    def _store(self, picture: SmallPicture, origin: bytes) -> str:
        """Write the file first: a row without its file would be a broken picture in a mail."""
        picture_hash = hashlib.sha256(picture.content).hexdigest()
        _write_file(self._media / f"{picture_hash}.{picture.suffix}", picture.content)
        with writing(self._engine) as db:
            picture_store.keep_picture(db, picture_hash, picture, now=self._now)
            picture_store.remember_origin(db, origin, picture_hash, now=self._now)
        return picture_hash

    def _remember_unusable(self, origin: bytes) -> None:
        with writing(self._engine) as db:
            picture_store.remember_origin(db, origin, "", now=self._now)


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise NotUnderstood(f"the file cannot be read: {error.strerror}") from error


def _write_file(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; one of that name already holds these bytes."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{uuid4().hex}")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)

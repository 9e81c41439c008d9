"""Forms of sources: their links, and what comes in by them: a post held for an editor."""

import hashlib
import hmac
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from newsletter.app.app import App
from newsletter.app.words import counted
from newsletter.base.errors import NotAllowedNow
from newsletter.base.tokens import ALPHABET
from newsletter.db import audit
from newsletter.db.engine import reading, writing
from newsletter.db.limits import Limit, customer, take
from newsletter.sources import post_store, source_store, submission_store
from newsletter.sources.ingest import Ingestion
from newsletter.sources.pictures.shrink import shrink
from newsletter.sources.post import PostState
from newsletter.sources.source import Source
from newsletter.sources.submission import Submission, submission_keys, to_post

_KEY_LENGTH = 24  # characters: 142 bits
_FORM_A_DAY, _SENDER_AN_HOUR = 30, 5


class TooOften(NotAllowedNow):
    """More came in than a form, or a network address, may send. Nothing was kept."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(
            f"too much came in by this form; it takes more in {counted(round(wait.total_seconds() / 60), 'minute')}"
        )
        self.wait = wait


def form_link(app: App, name: str, *, by: str) -> str:
    """Give the link of a source's form; one that has none gets one."""
    with reading(app.engine) as db:
        source = source_store.source_by_name(db, name)
    return _link(app, source.form_key) if source.form_key else renew_form(app, name, by=by)


def renew_form(app: App, name: str, *, by: str) -> str:
    """Give a source's form a new link; the old one leads nowhere from now on."""
    return _link(app, _put(app, name, "".join(secrets.choice(ALPHABET) for _ in range(_KEY_LENGTH)), by=by))


def close_form(app: App, name: str, *, by: str) -> None:
    """Close a source's form: its link leads nowhere from now on. What came in stays."""
    _put(app, name, "", by=by)


def receive(app: App, source: Source, submission: Submission, picture: bytes, *, network_address: str) -> None:
    """Keep what was sent in as a post held for an editor; sent again within the hour it is the same post.

    TooOften when a limit is reached; NotUnderstood when the picture is none.
    """
    now = app.clock.now()
    keys = submission_keys(submission, picture, secret=app.keys.message_id, now=now)
    with reading(app.engine) as db:
        if post_store.find_post_by_keys(db, source.id, keys) is not None:
            return
    with writing(app.engine) as db:
        wait = take(db, _limits(app, source, network_address), now=now)
    if wait is not None:
        raise TooOften(wait)
    if picture:
        shrink(picture)  # before anything is kept: its sender is still there to choose another
    with _as_file(picture) as path:
        post = to_post(submission, picture=path)
        Ingestion(app.engine, app.fetcher, app.media, source, now=now).store_one(post, keys, first=PostState.HELD)


def _put(app: App, name: str, key: str, *, by: str) -> str:
    now = app.clock.now()
    with writing(app.engine) as db:
        source = source_store.source_by_name(db, name)
        submission_store.put_form_key(db, source.id, key)
        act = "source.form" if key else "source.form_closed"  # the key itself is a secret
        audit.record(db, at=now, who=by, act=act, subject=f"source:{source.name}")
    return key


def _link(app: App, key: str) -> str:
    return f"{app.settings.web.public_url}/s/{key}"


def _limits(app: App, source: Source, network_address: str) -> list[Limit]:
    told = hmac.new(app.keys.message_id, f"form:{customer(network_address)}".encode(), hashlib.sha256).hexdigest()
    return [
        Limit(name=f"form:{source.id}", most=_FORM_A_DAY, window=timedelta(days=1)),
        Limit(name=f"form-from:{told[:32]}", most=_SENDER_AN_HOUR, window=timedelta(hours=1)),
    ]


@contextmanager
def _as_file(picture: bytes) -> Iterator[str]:
    """Lay an uploaded picture down as a file while it is kept; an empty path for none."""
    if not picture:
        yield ""
        return
    with TemporaryDirectory(prefix="newsletter-") as folder:
        path = Path(folder) / "picture"
        path.write_bytes(picture)
        yield str(path)

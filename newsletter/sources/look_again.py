"""Looks for posts that were withdrawn at their source, after a good reading of it.

A post that its feed should still list and does not is missed; its own page decides: 404 and 410 mean gone, any other
trouble means nothing. Posts that rolled off a feed, and those of index pages, are looked at daily. What is gone leaves
every digest that is not handed over yet; what comes back is offered again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

from sqlalchemy import Engine

from newsletter.base.errors import SourceError
from newsletter.base.ids import PostId
from newsletter.db.engine import reading as reading_db
from newsletter.db.engine import writing
from newsletter.sources import post_store, presence_store
from newsletter.sources.errors import FetchFailed, ProgramEnds
from newsletter.sources.fetched_post import Reading
from newsletter.sources.fetching.fetch import Fetched, Fetcher
from newsletter.sources.presence_store import Presence
from newsletter.sources.reading.read_source import is_web
from newsletter.sources.source import Source, SourceKind
from newsletter.sources.stories.identity import distinct, identify

MOST_PAGES = 5  # asked for one source at one poll
_DAILY = timedelta(hours=22)  # a poll comes a little earlier or later than the day before
_GONE = {HTTPStatus.NOT_FOUND: "its page answers 404", HTTPStatus.GONE: "its page answers 410: gone for good"}

OnChange = Callable[[PostId, Fetched], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class LookReport:
    """What looking again found: how many posts are gone, how many came back."""

    gone: int = 0
    back: int = 0


def look_again(
    engine: Engine,
    fetcher: Fetcher,
    source: Source,
    reading: Reading,
    *,
    now: datetime,
    on_change: OnChange | None = None,
) -> LookReport:
    """Look for posts that are gone or back, after a good reading. An empty reading says nothing of any post.

    `on_change`: is given the page of an index's post when it is not the one that was read before; a feed tells
    by itself what it changes.
    """
    with reading_db(engine) as db:
        offered = presence_store.offered_posts(db, source.id, now=now)
        present = _present(post_store.known_keys(db, source.id, _keys(reading)), offered)
    if source.kind is SourceKind.FOLDER:
        return _look_into_folder(engine, reading, offered, present, now=now)
    absent = [post for post in offered if post.id not in present]
    missed = _missed(reading, offered, present) if source.kind in {SourceKind.FEED, SourceKind.INDEX} else []
    with writing(engine) as db:
        back = presence_store.note_present(db, present)
        presence_store.note_missing(db, [post.id for post in missed], now=now)
    if source.kind is SourceKind.PAGE:
        return LookReport(back=back)  # its one page was just read
    asked = offered if source.kind is SourceKind.INDEX else absent
    newly = {post.id for post in missed if post.missing_since is None}
    looks = [
        _look_at(engine, fetcher, post, now=now, on_change=on_change if source.kind is SourceKind.INDEX else None)
        for post in _due(asked, newly, now=now)
    ]
    return LookReport(gone=sum(one.gone for one in looks), back=back + sum(one.back for one in looks))


def page_failed(engine: Engine, source: Source, error: SourceError, *, now: datetime) -> LookReport:
    """Note what the failure of a single-page source says of its post: 410 is gone, 404 is when it comes twice."""
    status = error.status if isinstance(error, FetchFailed) else 0
    if source.kind is not SourceKind.PAGE or status not in _GONE:
        return LookReport()
    with writing(engine) as db:
        offered = presence_store.offered_posts(db, source.id, now=now)
        sure = [post.id for post in offered if status == HTTPStatus.GONE or post.missing_since is not None]
        presence_store.note_missing(db, [post.id for post in offered], now=now)
        return LookReport(gone=presence_store.note_gone(db, sure, reason=_GONE[HTTPStatus(status)], now=now))


def _keys(reading: Reading) -> list[str]:
    return [key for _, keys in identify(distinct(reading.posts)) for key in keys]


def _present(known: dict[str, PostId], offered: Sequence[Presence]) -> set[PostId]:
    return {post.id for post in offered} & set(known.values())


def _missed(reading: Reading, offered: Sequence[Presence], present: set[PostId]) -> list[Presence]:
    """Give the posts that should still be listed: newer than the oldest that is. Older ones have rolled off."""
    listed = [post.at for post in offered if post.id in present]
    dated = [item.published for item in reading.posts if item.published is not None]
    oldest = min([*listed, *dated], default=None)
    return [post for post in offered if oldest is not None and post.id not in present and post.at > oldest]


def _due(posts: Sequence[Presence], newly_missed: set[PostId], *, now: datetime) -> list[Presence]:
    """Give the posts whose page is asked now: what was just missed first, then what was not asked for longest."""
    due = [
        post
        for post in posts
        if is_web(post.url)
        and (post.id in newly_missed or post.page_checked_at is None or post.page_checked_at <= now - _DAILY)
    ]
    never = datetime.min.replace(tzinfo=now.tzinfo)
    return sorted(due, key=lambda post: (post.id not in newly_missed, post.page_checked_at or never))[:MOST_PAGES]


def _look_at(
    engine: Engine, fetcher: Fetcher, post: Presence, *, now: datetime, on_change: OnChange | None
) -> LookReport:
    try:
        page = fetcher.get_page(post.url, etag=post.page_etag, last_modified=post.page_last_modified)
    except ProgramEnds:
        raise
    except SourceError as error:
        status = error.status if isinstance(error, FetchFailed) else 0
        with writing(engine) as db:
            presence_store.note_looked(db, post.id, now=now)
            if status not in _GONE:
                return LookReport()
            return LookReport(gone=presence_store.note_gone(db, [post.id], reason=_GONE[HTTPStatus(status)], now=now))
    is_changed = page.status == HTTPStatus.OK
    if is_changed and on_change is not None:
        on_change(post.id, page)
    with writing(engine) as db:
        etag, modified = (page.etag, page.last_modified) if is_changed else (post.page_etag, post.page_last_modified)
        post_store.note_page(db, post.id, etag=etag, last_modified=modified, now=now)
        return LookReport(back=presence_store.note_back(db, post.id))


def _look_into_folder(
    engine: Engine, reading: Reading, offered: Sequence[Presence], present: set[PostId], *, now: datetime
) -> LookReport:
    """A file that is gone, or a draft now, is gone at once. A file with a fault is there; no file says nothing."""
    if not reading.posts:
        return LookReport()
    absent = [post.id for post in offered if post.id not in present]
    with writing(engine) as db:
        names = presence_store.file_names(db, absent)
        gone = [post_id for post_id in absent if not _may_be_faulty(names.get(post_id), reading.problems)]
        back = presence_store.note_present(db, present)
        reason = "its file is gone from the folder, or a draft now"
        return LookReport(gone=presence_store.note_gone(db, gone, reason=reason, now=now), back=back)


def _may_be_faulty(name: str | None, problems: Sequence[str]) -> bool:
    """Tell whether a post's file may be one of those that could not be read. `name`: None if it is not known."""
    return bool(problems) if name is None else any(problem.startswith(f"{name}: ") for problem in problems)

"""A database with sources, a clock moved by hand, and feeds to read."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

from PIL import Image
from sqlalchemy import Engine

from newsletter.base.clock import FixedClock
from newsletter.db.engine import reading, writing
from newsletter.sources import post_store, source_store
from newsletter.sources.fetching.fetch import Fetcher
from newsletter.sources.ingest import IngestReport
from newsletter.sources.poll import ingest_source
from newsletter.sources.post import Post
from newsletter.sources.source import Source, SourceKind

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WORDS = (
    "The consortium tells today what it plans for the coming year and whom it wants to reach with its new framework."
)


class SourceDesk:
    """Everything that reading a source needs."""

    def __init__(self, engine: Engine, fetcher: Fetcher, home: Path) -> None:
        self.engine, self.fetcher, self.home, self.now = engine, fetcher, home, NOW

    def add(
        self, url: str, kind: SourceKind = SourceKind.FEED, *, language: str = "", topics: tuple[str, ...] = ()
    ) -> None:
        with writing(self.engine) as db:
            source_store.put_source(
                db, name="partner", url=url, kind=kind, language=language, topics=topics, now=self.now
            )

    def source(self) -> Source:
        with reading(self.engine) as db:
            return source_store.source_by_name(db, "partner")

    def ingest(self, *, later: timedelta = timedelta()) -> IngestReport:
        """Read the source, and its document even if the same was read before: tests look at what that does."""
        self.now += later
        return self._ingest(replace(self.source(), document_hash=""))

    def poll(self, *, later: timedelta = timedelta()) -> IngestReport:
        """Read the source as a poll does."""
        self.now += later
        return self._ingest(self.source())

    def _ingest(self, source: Source) -> IngestReport:
        clock = FixedClock(self.now)
        return ingest_source(self.engine, self.fetcher, self.home / "media", source, clock=clock, every=HOUR)

    def posts(self) -> list[Post]:
        with reading(self.engine) as db:
            return sorted(post_store.list_posts(db, limit=10_000), key=lambda post: post.id)

    def offered(self) -> list[str]:
        with reading(self.engine) as db:
            found = post_store.candidate_posts(db, sources=None, seen_before=self.now + HOUR, now=self.now)
            return [post.title for post in found]


def item(
    title: str, link: str, *, date: datetime | None = NOW - DAY, guid: str = "", text: str = WORDS, more: str = ""
) -> str:
    when = f"<pubDate>{date:%a, %d %b %Y %H:%M:%S} +0000</pubDate>" if date else ""
    identity = f"<guid isPermaLink='false'>{guid}</guid>" if guid else ""
    return (
        f"<item><title>{title}</title><link>{link}</link>{when}{identity}<description>{text}</description>{more}</item>"
    )


def feed(*items: str) -> str:
    return f"<rss version='2.0'><channel><title>Partner</title><language>en</language>{''.join(items)}</channel></rss>"


def article(title: str, *, head: str = "") -> str:
    """Give the page of a post, which says more than its feed."""
    paragraphs = "".join(f"<p>Paragraph {number} of {title}: {WORDS} {WORDS}</p>" for number in range(5))
    top = f"<title>{title}</title>{head}"
    return f"<html lang=en><head>{top}</head><body><article><h1>{title}</h1>{paragraphs}</article></body></html>"


def jpeg() -> bytes:
    file = BytesIO()
    Image.new("RGB", (400, 300), "teal").save(file, "JPEG")
    return file.getvalue()

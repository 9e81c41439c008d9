"""Ingests one reading of a source: identify, clean, store each post once.

Nothing of the network happens inside a transaction: a post's picture is fetched before its one short transaction. What
was stored before a crash is found again by its keys.
"""

import html
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Connection, Engine

from newsletter.base.errors import SourceError
from newsletter.base.ids import PostId
from newsletter.db.engine import reading, writing
from newsletter.sources import post_store, source_store, story_store, topic_store
from newsletter.sources.cleaning.clean_post import CleanPost, clean_post
from newsletter.sources.cleaning.plain_text import plain_title
from newsletter.sources.cleaning.topics import TopicRules
from newsletter.sources.details.find_details import find_details, may_have_details
from newsletter.sources.errors import NotUnderstood
from newsletter.sources.fetched_post import FetchedPost, OwnPage, Reading
from newsletter.sources.fetching.fetch import Fetched, Fetcher
from newsletter.sources.life import alive_until, first_state, never_offered, visible_from
from newsletter.sources.pictures.keep_pictures import PictureKeeper
from newsletter.sources.post import PostState
from newsletter.sources.reading.complete import Completed, called_by_address, complete, needs_page, read_page
from newsletter.sources.reading.read_source import is_web
from newsletter.sources.source import Source, SourceKind
from newsletter.sources.stories.find_story import StoryFinder, keys_of
from newsletter.sources.stories.fingerprint import fetched_fingerprint, rules_fingerprint
from newsletter.sources.stories.flood import FLOOD
from newsletter.sources.stories.identity import distinct, identify
from newsletter.sources.stories.story_key import StoryKeys
from newsletter.sources.stories.triage import triage

_SHOWN_STATES = frozenset({PostState.CANDIDATE, PostState.HELD})
_MOST_PAGES = 30  # of posts, asked of one site at one reading; what needs more waits for the next


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestReport:
    """What one reading of a source brought. `error`: it could not be read; `problems`: parts of it could not.

    Each item counts once, as new, updated, unchanged or held; `joined` tells how many of them joined another's story.
    """

    source: str
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    held: int = 0
    gone: int = 0  # found gone at the source
    joined: int = 0
    postponed: int = 0  # for their pages: there were too many for one reading
    problems: tuple[str, ...] = ()
    error: str = ""


class Outcome(StrEnum):
    """What storing one item did."""

    NEW = "new"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    HELD = "held"
    POSTPONED = "postponed"


class Ingestion:
    """One reading of a source on its way into the tables."""

    def __init__(self, engine: Engine, fetcher: Fetcher, media: Path, source: Source, *, now: datetime) -> None:
        self._engine = engine
        self._fetcher = fetcher
        self._source = source
        self._now = now
        self._pictures = PictureKeeper(engine, fetcher, media, now=now)
        self._stories = StoryFinder(engine, source.id, now=now)
        self._touched: set[PostId] = set()
        self._problems: list[str] = []
        self._joined = 0
        self._pages_left = _MOST_PAGES
        self._page: OwnPage | None = None
        with reading(engine) as db:
            topics = topic_store.all_topics(db)
        self._rules = TopicRules(topics)
        self._set_up = rules_fingerprint(source, topics)

    def store_all(self, found: Reading) -> IngestReport:
        """Store every item that is new or changed; tell of those that could not be used."""
        counts: Counter[Outcome] = Counter()
        self._page = found.page
        items = identify(distinct(found.posts))
        sorted_out = triage(self._engine, self._source, items)
        for place, (post, keys) in enumerate(items):
            if place in sorted_out.held:
                outcome = self.store_one(post, keys, first=PostState.HELD, reason=sorted_out.reason)
            else:
                outcome = self.store_one(post, keys)
            if outcome is not None:
                counts[outcome] += 1
        return IngestReport(
            source=self._source.name,
            new=counts[Outcome.NEW],
            updated=counts[Outcome.UPDATED],
            unchanged=counts[Outcome.UNCHANGED],
            held=counts[Outcome.HELD],
            joined=self._joined,
            postponed=counts[Outcome.POSTPONED],
            problems=(*self._flood_in_words(), *found.problems, *self._problems, *self._pictures.problems),
        )

    def store_one(
        self, post: FetchedPost, keys: tuple[str, ...], *, first: PostState | None = None, reason: str = ""
    ) -> Outcome | None:
        """Store one item; None if it shows nothing. `first`: the state of a new one, if that is decided, and why."""
        with reading(self._engine) as db:
            known = post_store.find_post_by_keys(db, self._source.id, keys)
            stored = post_store.stored_state(db, known) if known else None
            has_all_keys = known is not None and len(post_store.known_keys(db, self._source.id, keys)) == len(keys)
        if (
            known
            and stored
            and (known in self._touched or stored.fetched_hash == self._fingerprint(post, stored.state))
        ):
            self._note_known(known, () if has_all_keys else keys)
            return Outcome.UNCHANGED
        # From here on the item is new or changed, so that it may cost requests: for its page, for its picture.
        state = stored.state if stored else first or self._first_state(post)
        completed = self._complete(post, state)
        if completed is None:
            return Outcome.POSTPONED
        if stored is None and first is None:
            state = self._first_state(completed.post)  # its page may have told its date
        return self._store(completed, keys, self._fingerprint(post, state), state, reason if stored is None else "")

    def store_read(self, completed: Completed, keys: tuple[str, ...]) -> Outcome | None:
        """Store a post whose page was read already, so that nothing asks for it again; None if it shows nothing."""
        with reading(self._engine) as db:
            known = post_store.find_post_by_keys(db, self._source.id, keys)
            state = post_store.stored_state(db, known).state if known else self._first_state(completed.post)
        return self._store(completed, keys, self._fingerprint(completed.post, state), state)

    def _store(
        self, completed: Completed, keys: tuple[str, ...], fetched_hash: str, state: PostState, reason: str = ""
    ) -> Outcome | None:
        told = self._detailed(completed, state)
        picture = self._pictures.keep(told.picture_url) if state in _SHOWN_STATES else ""
        clean = clean_post(told, keys=keys, source=self._source, rules=self._rules, picture_hash=picture)
        if clean is None:
            self._problems.append(
                f"an item has neither title nor text ({told.guid or told.url or 'without an address'})"
            )
            return None
        story = keys_of(clean, told)
        item = _Item(clean=clean, keys=keys, story=story, fetched_hash=fetched_hash, completed=completed)
        return self._write(item, state, reason)

    def _fingerprint(self, post: FetchedPost, state: PostState) -> str:
        return fetched_fingerprint(post, rules=self._set_up, is_shown=state in _SHOWN_STATES)

    def _complete(self, post: FetchedPost, state: PostState) -> Completed | None:
        """Add what the post's page tells; None if that has to wait for the next reading.

        The first reading of an index asks for the pages of the newest links: nothing else tells how old they are.
        """
        if self._page is not None:
            return Completed(post=post, page=self._page)  # the source is this page, and was just read
        is_undated_link = self._source.kind is SourceKind.INDEX and post.published is None
        if not (needs_page(post) or (is_web(post.url) and may_have_details(post))) or not (
            state in _SHOWN_STATES or is_undated_link
        ):
            return Completed(post=called_by_address(post) if state is PostState.SEEN else post)
        if self._pages_left == 0:
            return None if state in _SHOWN_STATES else Completed(post=called_by_address(post))
        self._pages_left -= 1
        return complete(self._fetcher, post, now=self._now)

    def _detailed(self, completed: Completed, state: PostState) -> FetchedPost:
        """Add the event or the call that the post, its page, or the calendar file that it names tells of."""
        post = completed.post
        calendar = b""
        if post.calendar_url and post.event is None and state in _SHOWN_STATES:
            try:
                calendar = self._fetcher.get(post.calendar_url).content
            except SourceError as error:
                self._problems.append(f"the calendar of {post.title!r} could not be read: {error}")
        return find_details(post, page=completed.page, seen_at=self._now, calendar=calendar)

    def store_page(self, post_id: PostId, page: Fetched) -> Outcome | None:
        """Revise a stored post by its own page, read again; what only its source told of it stays."""
        with reading(self._engine) as db:
            keys, old = post_store.keys_of_post(db, post_id), post_store.post_by_id(db, post_id)
            read_before = post_store.stored_state(db, post_id).fetched_hash
        try:
            found = read_page(page, now=self._now)
        except NotUnderstood as error:
            self._problems.append(f"{old.url}: {error}")
            return None
        post = replace(found.post, url=old.url, published=found.post.published or old.published_at)
        outcome = self.store_read(replace(found, post=post), keys)
        with writing(self._engine) as db:
            post_store.note_fetched(db, post_id, read_before)  # the source's own item is unchanged
        return outcome

    def complete_stored(self, post_id: PostId) -> str:
        """Give a post of which only its address, or its link, was read what its page tells, picture included.

        What is given back says why its page told nothing; empty when it did.
        """
        with reading(self._engine) as db:
            keys, old = post_store.keys_of_post(db, post_id), post_store.post_by_id(db, post_id)
        bare = FetchedPost(url=old.url, published=old.published_at, is_cut=True)
        is_titled = old.title != plain_title(called_by_address(bare).title)
        asked = replace(bare, title=html.escape(old.title)) if is_titled else bare
        completed = complete(self._fetcher, asked, now=self._now)
        if not completed.problem:
            self._store(completed, keys, self._fingerprint(bare, PostState.CANDIDATE), PostState.CANDIDATE)
        return completed.problem

    def _note_known(self, post_id: PostId, keys: tuple[str, ...]) -> None:
        self._touched.add(post_id)
        if keys:
            with writing(self._engine) as db:
                post_store.add_keys(db, self._source.id, post_id, keys)

    def _flood_in_words(self) -> list[str]:
        with reading(self._engine) as db:
            held = len(post_store.held_for(db, self._source.id, reason=FLOOD))
        name = self._source.name
        words = (
            f"{held} posts that turned new at once are held: `newsletter post list --source {name} --state held` shows "
            f"them, `newsletter post release --source {name} --all-held` lets them go out"
        )
        return [words] if held else []

    def _first_state(self, post: FetchedPost) -> PostState:
        return first_state(
            post.published,
            kind=self._source.kind,
            is_first_fetch=self._source.last_good_at is None,
            backfill_days=self._source.backfill_days,
            now=self._now,
        )

    def _write(self, item: "_Item", state: PostState, reason: str) -> Outcome:
        """Store it in one short transaction, having looked again: another process may have been here."""
        with reading(self._engine) as db:
            before = post_store.find_post_by_keys(db, self._source.id, item.keys)
        near = self._stories.near(item.clean, but=before)
        with writing(self._engine) as db:
            source_store.lock_source(db, self._source.id)
            story_store.lock_stories(db)
            known = post_store.find_post_by_keys(db, self._source.id, item.keys)
            outcome = self._outcome(db, known, item.clean, state)
            if known is None:
                known = self._insert(db, item, state, reason, near)
            elif outcome is Outcome.UPDATED:
                self._revise(db, known, item, near)
            post_store.add_keys(db, self._source.id, known, item.keys)
            post_store.note_fetched(db, known, item.fetched_hash)
            page = item.completed
            if page.page:
                post_store.note_page(db, known, etag=page.etag, last_modified=page.last_modified, now=self._now)
            story_store.put_story_keys(db, known, item.story.stored())
        self._touched.add(known)
        return outcome

    def _outcome(self, db: Connection, known: PostId | None, clean: CleanPost, state: PostState) -> Outcome:
        if known is None:
            return Outcome.HELD if state is PostState.HELD else Outcome.NEW
        is_same = post_store.stored_state(db, known).content_hash == clean.content_hash
        return Outcome.UNCHANGED if is_same else Outcome.UPDATED

    def _insert(self, db: Connection, item: "_Item", state: PostState, reason: str, near: PostId | None) -> PostId:
        clean = item.clean
        shared = self._stories.story_of(db, clean, item.story, near=near, stored_as=None)
        self._joined += shared is not None
        story = shared or story_store.new_story(db, now=self._now)
        since = story_store.story_since(db, story)
        if never_offered(clean.published_at, self._now):
            self._problems.append(
                f"{clean.title!r} is dated {clean.published_at:%Y-%m-%d}: too far ahead to be offered"
            )
        return post_store.insert_post(
            db,
            self._source.id,
            story,
            clean,
            state=state,
            state_reason=reason,
            first_seen_at=self._now,
            visible_from=visible_from(clean.published_at, self._now),
            alive_until=alive_until(first_seen_at=self._now, story_since=since, event=clean.event, call=clean.call),
        )

    def _revise(self, db: Connection, post_id: PostId, item: "_Item", near: PostId | None) -> None:
        clean, old = item.clean, post_store.post_by_id(db, post_id)
        by_hand = topic_store.topics_of(db, post_id)
        is_alone = len(story_store.posts_of_stories(db, [old.story_id])) == 1
        shared = self._stories.story_of(db, clean, item.story, near=near, stored_as=post_id)
        # A correction may show that it tells another's story; it never takes a post out of the story that it is in.
        story = shared if shared is not None and is_alone else old.story_id
        self._joined += story != old.story_id
        since = story_store.story_since(db, story)
        # A date that is corrected moves an embargo, but never takes back what was already visible.
        is_hidden = old.visible_from > self._now
        post_store.revise_post(
            db,
            post_id,
            story,
            clean,
            visible_from=visible_from(clean.published_at, old.first_seen_at) if is_hidden else old.visible_from,
            alive_until=alive_until(
                first_seen_at=old.first_seen_at, story_since=since, event=clean.event, call=clean.call
            ),
            now=self._now,
        )
        topic_store.write_topics(db, post_id, self._rules.with_hand(topic_store.topics_of(db, post_id), by_hand))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """What is to be stored of one item."""

    clean: CleanPost
    keys: tuple[str, ...]
    story: StoryKeys
    fetched_hash: str
    completed: Completed

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

from newsletter.base.ids import PostId
from newsletter.db.engine import reading, writing
from newsletter.sources import post_store, source_store, story_store, topic_store
from newsletter.sources.cleaning.clean_post import CleanPost, clean_post
from newsletter.sources.cleaning.plain_text import plain_text, plain_title
from newsletter.sources.cleaning.topics import TopicRules
from newsletter.sources.completing import SHOWN_STATES, Completing
from newsletter.sources.errors import NotUnderstood
from newsletter.sources.fetched_post import FetchedPost, Reading
from newsletter.sources.fetching.fetch import Fetched, Fetcher
from newsletter.sources.held_words import held_in_words
from newsletter.sources.item_place import ItemPlace
from newsletter.sources.known_items import KnownItems
from newsletter.sources.life import alive_until, first_state, never_offered, visible_from
from newsletter.sources.pictures.keep_pictures import PictureKeeper
from newsletter.sources.post import PostState
from newsletter.sources.reading.complete import Completed, called_by_address, complete, read_page
from newsletter.sources.source import Source
from newsletter.sources.stories.find_story import StoryFinder, keys_of
from newsletter.sources.stories.fingerprint import fetched_fingerprint, rules_fingerprint
from newsletter.sources.stories.identity import distinct, identify
from newsletter.sources.stories.story_key import StoryKeys
from newsletter.sources.stories.triage import triage
from newsletter.sources.unfinished import try_again


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
    postponed: int = 0  # for their pages or pictures: too many for one reading, or they could not be had
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
        self._known = KnownItems(engine, source.id)
        self._pages = Completing(fetcher, source, now=now)
        self._pictures = PictureKeeper(engine, fetcher, media, now=now)
        self._stories = StoryFinder(engine, source.id, now=now)
        self._touched: set[PostId] = set()
        self._problems: list[str] = []
        self._joined = 0
        self._unfinished = 0
        with reading(engine) as db:
            topics = topic_store.all_topics(db)
        self._rules = TopicRules(topics)
        self._set_up = rules_fingerprint(source, topics)

    def store_all(self, found: Reading, *, held_for: str = "") -> IngestReport:
        """Store every item that is new or changed; tell of those that could not be used. Raises ProgramEnds only.

        `held_for`: why all that is new waits for an editor; empty: it does not.
        """
        counts: Counter[Outcome] = Counter()
        self._pages.page = found.page
        items = identify(distinct(found.posts))
        self._known.learn(key for _, keys in items for key in keys)
        sorted_out = triage(self._engine, self._source, items, self._known)
        if sorted_out.reason:  # it may have given stored posts the ids of items
            self._known.forget()
            self._known.learn(key for _, keys in items for key in keys)
        for place, (post, keys) in enumerate(items):
            outcome: Outcome | None
            if held_for and self._known.find(post, keys):
                outcome = Outcome.UNCHANGED  # what stands there is another's: it corrects nothing
            elif held_for or place in sorted_out.held:
                outcome = self.store_one(post, keys, first=PostState.HELD, reason=held_for or sorted_out.reason)
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
            postponed=counts[Outcome.POSTPONED] + self._unfinished,
            problems=(
                *held_in_words(self._engine, self._source),
                *found.problems,
                *self._problems,
                *self._pages.problems,
                *self._pictures.problems,
            ),
        )

    def store_one(
        self, post: FetchedPost, keys: tuple[str, ...], *, first: PostState | None = None, reason: str = ""
    ) -> Outcome | None:
        """Store one item; None if it shows nothing. `first`: the state of a new one, if that is decided, and why."""
        place = self._place(post, keys, first)
        if place.known and (place.known in self._touched or self._is_done(post, place)):
            self._note_known(place.known, () if self._known.has_all(keys) else keys)
            return Outcome.UNCHANGED
        # From here on the item is new or changed, so that it may cost requests: for its page, for its picture.
        completed = self._pages.complete(post, place.state)
        if completed is None:
            return Outcome.POSTPONED
        if (
            completed.may_pass
            and self._would_cut(place, completed.post)
            and (note := self._note(place, self._fingerprint(post, place.state)))
        ):
            return self._leave_as_it_is(place, note)
        place = self._placed_by_page(place, completed.post, is_decided=first is not None)
        place = replace(place, reason=reason if place.known is None else "")
        return self._store(completed, place, self._fingerprint(post, place.state))

    def store_read(self, completed: Completed, keys: tuple[str, ...]) -> Outcome | None:
        """Store a post whose page was read already, so that nothing asks for it again; None if it shows nothing."""
        place = self._place(completed.post, keys, None)
        return self._store(completed, place, self._fingerprint(completed.post, place.state))

    def _place(self, post: FetchedPost, keys: tuple[str, ...], first: PostState | None) -> ItemPlace:
        self._known.learn(keys)
        known = self._known.find(post, keys)
        stored = self._known.state(known) if known else None
        state = stored.state if stored else first or self._first_state(post)
        return ItemPlace(keys=keys, state=state, known=known, stored=stored, reused=self._known.reused(post, keys))

    def _is_done(self, post: FetchedPost, place: ItemPlace) -> bool:
        """Tell whether an item is as it was when its post was stored, or waits for its turn to be tried again."""
        fingerprint, waits = self._fingerprint(post, place.state), place.unfinished
        if waits is None:
            return place.stored is not None and place.stored.fetched_hash == fingerprint
        is_waiting = waits.fingerprint == fingerprint and self._now < waits.not_before
        self._unfinished += is_waiting
        return is_waiting

    def _placed_by_page(self, place: ItemPlace, post: FetchedPost, *, is_decided: bool) -> ItemPlace:
        """Decide the state again where an item's page may have told its date: it is new, or its page came late."""
        if place.known is None:
            return place if is_decided else replace(place, state=self._first_state(post))
        if place.stored is None or place.state is not PostState.SEEN or place.unfinished is None:
            return place
        at, days = place.stored.first_seen_at, self._source.backfill_days
        kind = self._source.kind
        state = first_state(post.published, kind=kind, is_first_fetch=True, backfill_days=days, now=at)
        return replace(place, state=state)

    def _would_cut(self, place: ItemPlace, post: FetchedPost) -> bool:
        """Tell whether a stored post would lose text if what its source tells of it were all."""
        if place.known is None:
            return False
        with reading(self._engine) as db:
            stored = post_store.post_by_id(db, place.known)
        return len(plain_text(stored.body)) > len(plain_text(post.html or post.summary))

    def _leave_as_it_is(self, place: ItemPlace, note: str) -> Outcome:
        """Keep a stored post as it is for now: it changed at its source, and its page could not be had."""
        if place.known is not None:
            with writing(self._engine) as db:
                post_store.note_fetched(db, place.known, note)
            self._touched.add(place.known)
        return Outcome.UNCHANGED

    def _note(self, place: ItemPlace, fingerprint: str) -> str:
        """Give what stands in the place of an unfinished item's fingerprint; empty when its time is over."""
        again = try_again(place.unfinished, fingerprint, now=self._now)
        self._unfinished += again is not None
        return again.note() if again else ""

    def _store(self, completed: Completed, place: ItemPlace, fingerprint: str) -> Outcome | None:
        told, calendar_waits = self._pages.detailed(completed, place.state)
        picture = self._pictures.keep(told.picture_url) if place.state in SHOWN_STATES else ""
        clean = clean_post(
            told,
            keys=place.keys,
            source=self._source,
            rules=self._rules,
            picture_hash=self._picture_so_far(place) if picture is None else picture,
        )
        if clean is None:
            self._problems.append(
                f"an item has neither title nor text ({told.guid or told.url or 'without an address'})"
            )
            return None
        may_pass = completed.may_pass or calendar_waits or picture is None
        fetched_hash = (self._note(place, fingerprint) if may_pass else "") or fingerprint
        story = keys_of(clean, told)
        return self._write(_Item(clean=clean, place=place, story=story, fetched_hash=fetched_hash, completed=completed))

    def _picture_so_far(self, place: ItemPlace) -> str:
        """Give the picture that a stored post has: a new one that could not be had does not take it away."""
        if place.known is None:
            return ""
        with reading(self._engine) as db:
            return post_store.picture_hash_of(db, place.known)

    def _fingerprint(self, post: FetchedPost, state: PostState) -> str:
        return fetched_fingerprint(post, rules=self._set_up, is_shown=state in SHOWN_STATES)

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
            # Shown soon, but who asks moves it: here it stays what it is.
            place = replace(self._place(bare, keys, None), state=PostState.CANDIDATE, is_moved_later=True)
            self._store(completed, place, self._fingerprint(bare, PostState.CANDIDATE))
        return completed.problem

    def _note_known(self, post_id: PostId, keys: tuple[str, ...]) -> None:
        self._touched.add(post_id)
        if keys:
            with writing(self._engine) as db:
                post_store.add_keys(db, self._source.id, post_id, keys)

    def _first_state(self, post: FetchedPost) -> PostState:
        return first_state(
            post.published,
            kind=self._source.kind,
            is_first_fetch=self._source.last_good_at is None,
            backfill_days=self._source.backfill_days,
            now=self._now,
        )

    def _write(self, item: "_Item") -> Outcome:
        """Store it in one short transaction, having looked again: another process may have been here."""
        place = item.place
        with reading(self._engine) as db:
            before = self._stored_as(db, place)
        near = self._stories.near(item.clean, but=before)
        with writing(self._engine) as db:
            source_store.lock_source(db, self._source.id)
            story_store.lock_stories(db)
            known = self._stored_as(db, place)
            outcome = self._outcome(db, known, item.clean, place.state)
            if known is None:
                known = self._insert(db, item, near)
            elif outcome is Outcome.UPDATED:
                self._revise(db, known, item, near)
            if place.is_late_candidate and post_store.stored_state(db, known).state is PostState.SEEN:
                post_store.set_post_state(db, known, start=PostState.SEEN, to=PostState.CANDIDATE)
            post_store.add_keys(db, self._source.id, known, place.keys)
            post_store.note_fetched(db, known, item.fetched_hash)
            page = item.completed
            if page.page:
                post_store.note_page(db, known, etag=page.etag, last_modified=page.last_modified, now=self._now)
            story_store.put_story_keys(db, known, item.story.stored())
        self._touched.add(known)
        return outcome

    def _stored_as(self, db: Connection, place: ItemPlace) -> PostId | None:
        found = post_store.find_post_by_keys(db, self._source.id, place.keys)
        return None if found == place.reused else found

    def _outcome(self, db: Connection, known: PostId | None, clean: CleanPost, state: PostState) -> Outcome:
        if known is None:
            return Outcome.HELD if state is PostState.HELD else Outcome.NEW
        is_same = post_store.stored_state(db, known).content_hash == clean.content_hash
        return Outcome.UNCHANGED if is_same else Outcome.UPDATED

    def _insert(self, db: Connection, item: "_Item", near: PostId | None) -> PostId:
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
            state=item.place.state,
            state_reason=item.place.reason,
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
    place: ItemPlace
    story: StoryKeys
    fetched_hash: str
    completed: Completed

"""A home as the outbox sees it, on either database: people, posts, issues, a clock moved by hand, a fake way out.

Only rendering is left out: an edition has sizes and nothing else, and a mail says which posts it holds.
"""

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Engine, insert, select, update

from newsletter.base.ids import IssueId, PostId
from newsletter.db.engine import reading, writing
from newsletter.issues import sending_store
from newsletter.issues import store as issue_store
from newsletter.issues.approve import approve
from newsletter.issues.digest import chosen_posts
from newsletter.issues.due import times_of
from newsletter.issues.freeze import freeze
from newsletter.issues.frozen import FrozenIssue
from newsletter.issues.issue import Issue
from newsletter.issues.slots import Slot
from newsletter.outbox import due_store, report_store
from newsletter.outbox.claim import Claimed
from newsletter.outbox.context import IssueContexts
from newsletter.outbox.delivery import Attempt, Counts, Delivery, issue_key
from newsletter.outbox.finish import finish_issues
from newsletter.outbox.owner import Owner, take_office
from newsletter.outbox.pace import Rate
from newsletter.outbox.plan import plan_some
from newsletter.outbox.send import Outbox, send_some
from newsletter.providers.provider import Envelope, Outgoing, Provider
from newsletter.rendering.edition import Edition
from newsletter.sources.post import Post
from newsletter.sources.tables import posts, sources, stories
from subscribers.lists.keep import put_list
from subscribers.people.add import add_subscriber
from subscribers.wishes.profile import Profile
from tests.conftest import NOW
from tests.fakes.provider import FakeProvider
from tests.unit.issues.makers import TOPICS, make_post, make_recipe


@dataclass
class MovingClock:
    """A clock that stands still until it is moved."""

    at: datetime = NOW

    def now(self) -> datetime:
        return self.at

    def advance(self, span: timedelta) -> None:
        self.at += span


@dataclass(frozen=True)
class PlainEdition:
    """An edition that knows the sizes of its cards."""

    frame_size: int
    card_size: dict[PostId, int]


@dataclass
class PlainCompose:
    """Composes mails that say which posts they hold."""

    fails_for: set[str] = field(default_factory=set)  # addresses

    def tokens(self, claimed: Sequence[Claimed]) -> list[str]:
        return [f"token{one.id}" for one in claimed]

    def __call__(self, claimed: Claimed, token: str, provider: Provider) -> Outgoing:
        assert token == f"token{claimed.id}"
        address = claimed.recipient.envelope_address if claimed.recipient else "notice@example.org"
        if address in self.fails_for:
            raise ValueError("a value that no mail can hold")
        held = chosen_posts(claimed.choice) if claimed.choice else []
        return Outgoing(
            key=claimed.key, envelope=Envelope("news@example.org", address), mime=" ".join(map(str, held)).encode()
        )


class OutboxHome:
    """See the module. `weekly` is there from the start, with the list `members`."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine, self.folder = engine, folder
        self.clock = MovingClock()
        self.provider = FakeProvider()
        self.compose = PlainCompose()
        self.people: dict[str, int] = {}
        self.rates: dict[str, tuple[Rate, ...]] = {}
        self._owners: list[Owner] = []
        with writing(engine) as db:
            put_list(db, "members", name="Members", opt_in="single", now=NOW)
            source = {"id": 1, "name": "Secretariat", "url": "https://www.example.org/feed", "kind": "feed"}
            db.execute(insert(sources).values(**source, created_at=NOW))

    # --- what is there

    def join(self, *addresses: str, slug: str = "members", **profile: Any) -> None:
        """Put people on a list."""
        with writing(self.engine) as db:
            for address in addresses:
                self.people[address] = add_subscriber(
                    db, address, slug, consent="at the stand", by="test", now=NOW, profile=cast("Profile", profile)
                )

    def crowd(self, count: int, domain: str = "example.org") -> None:
        self.join(*(f"p{number}@{domain}" for number in range(count)))

    def write(self, number: int, **fields: Any) -> Post:
        """Store a post, each a story of its own."""
        post = make_post(number, visible_from=NOW - timedelta(days=3), alive_until=NOW + timedelta(days=30), **fields)
        row = {
            "id": number, "source_id": 1, "story_id": post.story_id, "kind": post.kind, "state": post.state,
            "url": post.url, "title": post.title, "language": post.language, "first_seen_at": post.first_seen_at,
            "visible_from": post.visible_from, "alive_until": post.alive_until, "content_hash": str(number),
        }  # fmt: skip
        with writing(self.engine) as db:
            if db.execute(select(stories.c.id).where(stories.c.id == post.story_id)).first() is None:
                db.execute(insert(stories).values(id=post.story_id, created_at=NOW))
            if db.execute(select(posts.c.id).where(posts.c.id == number)).first() is None:
                db.execute(insert(posts).values(**row))
        return post

    def withdraw(self, number: int) -> None:
        with writing(self.engine) as db:
            db.execute(update(posts).where(posts.c.id == number).values(state="withdrawn"))

    def approved(
        self, numbers: Iterable[int], *, days: int = 0, topics: tuple[str, ...] | None = None, **recipe_fields: Any
    ) -> Issue:
        """Make and approve an issue of these posts; its slot is now, or some days from the home's first day.

        Without topics of their own, odd posts are about funding and even ones about nothing.
        """
        odd_and_even = ((), ("funding",))
        held = [self.write(one, topics=odd_and_even[one % 2] if topics is None else topics) for one in numbers]
        recipe = make_recipe(**recipe_fields)
        at = NOW + timedelta(days=days)
        wall = Slot((at + timedelta(hours=1)).isoformat(timespec="minutes")[:16], at)
        with writing(self.engine) as db:
            newsletter = issue_store.put_newsletter(db, recipe, now=NOW)
            issue = issue_store.insert_issue(
                db, newsletter, wall, times_of(recipe, at), kind="digest", scheduled=True, now=NOW
            )
        assert issue is not None
        frozen = freeze(issue, recipe, TOPICS, held, [], layout_hash="abc")
        return approve(self.engine, issue, frozen, by="test", now=self.clock.now())

    # --- what is done

    def plan(self) -> int:
        total = 0
        while count := plan_some(self.engine, ["box"], self.clock):
            total += count
        return total

    def owner(self) -> Owner:
        self._owners.append(take_office(self.engine, self.folder, self.clock))
        return self._owners[-1]

    def close(self) -> None:
        """Let go the locks of all owners."""
        for owner in self._owners:
            owner._locks.release()

    def outbox(self, owner: Owner, provider: FakeProvider | None = None) -> Outbox:
        way_out = provider or self.provider
        return Outbox(
            engine=self.engine,
            clock=self.clock,
            epoch=owner.epoch,
            contexts=IssueContexts(_plain_edition),
            compose=self.compose,
            make_provider=lambda _: cast("Provider", way_out),
            rates=self.rates,
        )

    def send(self, outbox: Outbox | None = None, *, seconds: float = 20.0) -> int:
        """Send from one owner until no lane has anything due; gives how many were decided."""
        if outbox is not None:
            return self._send(outbox, seconds)
        owner = self.owner()
        try:
            return self._send(self.outbox(owner), seconds)
        finally:
            owner.resign(self.engine, self.clock)

    def finish(self) -> int:
        return finish_issues(self.engine, self.clock)

    def _send(self, outbox: Outbox, seconds: float) -> int:
        total = 0
        while lanes := self.lanes():
            decided = sum(send_some(outbox, lane, stop=threading.Event(), seconds=seconds) for lane in lanes)
            if not decided:
                break
            total += decided
        return total

    # --- what is seen

    def lanes(self) -> list[str]:
        with reading(self.engine) as db:
            return due_store.lanes_with_work(db, sending_store.sendable_issues(db), now=self.clock.now())

    def issue(self, issue: Issue) -> Issue:
        with reading(self.engine) as db:
            return issue_store.issue_by_id(db, issue.id)

    def counts(self, issue: Issue) -> Counts:
        with reading(self.engine) as db:
            return report_store.counts_of(db, issue.id)

    def delivery(self, issue: Issue, address: str) -> Delivery:
        with reading(self.engine) as db:
            return report_store.delivery_by_key(db, issue_key(issue.id, self.people[address]))

    def state(self, issue: Issue, address: str) -> tuple[str, str]:
        found = self.delivery(issue, address)
        return found.state.value, found.reason

    def attempts(self, issue: Issue, address: str) -> list[Attempt]:
        with reading(self.engine) as db:
            return report_store.attempts_of(db, self.delivery(issue, address).id)

    def got(self, issue: Issue, address: str) -> list[int]:
        """Give the posts in the mail that somebody got, or none."""
        copies = self.provider.arrived.get(issue_key(issue.id, self.people[address]), [])
        return [int(number) for number in copies[0].mime.split()] if copies else []

    def let_die(self, owner: Owner) -> None:
        """End an owner as a crash does: its lock is let go and nothing is written."""
        owner._locks.release()


def _plain_edition(frozen: FrozenIssue, language: str) -> Edition:
    if language == "xx":
        raise ValueError("there are no words in xx")
    return cast("Edition", PlainEdition(8_000, {post.id: 3_400 for post in frozen.posts}))


def keys_of(issue_id: IssueId, ids: Iterable[int]) -> set[str]:
    return {issue_key(issue_id, one) for one in ids}

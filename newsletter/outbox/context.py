"""What a sender needs of an issue: its frozen content, and the editions built from it, each once."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from sqlalchemy import Connection

from newsletter.base.ids import IssueId, PostId
from newsletter.issues import store as issue_store
from newsletter.issues.frozen import FrozenIssue
from newsletter.issues.limits import Limits, Sizes, limits_of
from newsletter.issues.pool import Pool, make_pool
from newsletter.issues.reader import Reader
from newsletter.rendering.edition import Edition
from newsletter.sources import post_store
from subscribers.subscriber import Recipient

BuildEdition = Callable[[FrozenIssue, str], Edition]


@dataclass
class IssueContext:
    """One issue as its sender holds it. Editions are built on first use, outside of any transaction."""

    frozen: FrozenIssue
    build: BuildEdition
    _editions: dict[str, Edition] = field(default_factory=dict)
    _pool: tuple[tuple[frozenset[PostId], datetime], Pool] | None = None
    _building: Lock = field(default_factory=Lock)

    def edition(self, language: str) -> Edition:
        """Give the edition in a language, building it if need be: 0.1 s or more, never inside a transaction."""
        if language not in self._editions:
            with self._building:  # lanes ask for the same one at the same time
                if language not in self._editions:
                    self._editions[language] = self.build(self.frozen, language)
        return self._editions[language]

    def has_edition(self, language: str) -> bool:
        return language in self._editions

    def sizes(self, language: str) -> Sizes:
        edition = self._editions[language]
        return Sizes(frame=edition.frame_size, card=edition.card_size)

    @property
    def limits(self) -> Limits:
        return limits_of(self.frozen.recipe)

    def pool(self, db: Connection, *, now: datetime) -> Pool:
        """Give the stories that may be chosen now: withdrawals count at once, what is past within a minute."""
        withdrawn = frozenset(post_store.withdrawn_among(db, [post.id for post in self.frozen.posts]))
        as_of = (withdrawn, now.replace(second=0, microsecond=0))
        kept = self._pool
        if kept is None or kept[0] != as_of:
            kept = self._pool = (as_of, make_pool(self.frozen, withdrawn=withdrawn, now=now))
        return kept[1]

    def reader(self, recipient: Recipient) -> Reader:
        return reader_of(recipient, self.frozen)


class IssueContexts:
    """The issues that a process has in hand, by id."""

    def __init__(self, build: BuildEdition) -> None:
        self._build = build
        self._contexts: dict[IssueId, IssueContext] = {}

    def of(self, db: Connection, issue_id: IssueId) -> IssueContext:
        """Give an approved issue's context; what approval froze never changes, so it is read once."""
        if issue_id not in self._contexts:
            context = IssueContext(issue_store.frozen_of(db, issue_id), self._build)
            return self._contexts.setdefault(issue_id, context)
        return self._contexts[issue_id]

    def known(self, issue_id: IssueId) -> IssueContext | None:
        """Give the context of an issue that was read already."""
        return self._contexts.get(issue_id)

    def loaded(self, issue_id: IssueId) -> IssueContext:
        """Give the context of an issue of which something was claimed in this process."""
        return self._contexts[issue_id]

    def keep_only(self, issues: Collection[IssueId]) -> None:
        """Forget all other issues: a sender lives for months. Call it only while nothing is claimed."""
        self._contexts = {issue_id: one for issue_id, one in self._contexts.items() if issue_id in issues}


def reader_of(recipient: Recipient, frozen: FrozenIssue) -> Reader:
    """Give a person as selection sees them: wishes and languages, no address."""
    recipe = frozen.recipe
    language = recipient.language or recipe.language
    reading = recipient.reading_languages or tuple(dict.fromkeys((language, *recipe.fallback_languages)))
    return Reader(
        id=recipient.subscriber_id,
        language=language,
        reading_languages=reading,
        follows=_named(recipient.follows, "topic:"),
        mutes=_named(recipient.mutes, "topic:"),
        sources=_named(recipient.follows, "source:"),
        muted_sources=_named(recipient.mutes, "source:"),
        length=recipient.length,
        role=recipient.role,
        country=recipient.country,
    )


def _named(keys: frozenset[str], kind: str) -> frozenset[str]:
    return frozenset([key.removeprefix(kind) for key in keys if key.startswith(kind)]) if keys else keys

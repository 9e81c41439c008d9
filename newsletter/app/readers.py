"""Readers for previews: a real one by address, or the plain reader of a language."""

from dataclasses import dataclass, replace

from sqlalchemy import Connection

from newsletter.app.app import App
from newsletter.base.ids import PostId
from newsletter.issues.frozen import FrozenIssue
from newsletter.issues.issue import Issue
from newsletter.issues.pool import Pool
from newsletter.issues.reader import Reader
from newsletter.outbox import due_store
from newsletter.outbox.context import reader_of
from newsletter.outbox.history import in_drought
from newsletter.sources.post import LONGEST_LIFE
from subscribers.doors import first_list_name, is_described, still_mailable
from subscribers.people.find import find_by_address
from subscribers.subscriber import NotMailable, Recipient


@dataclass(frozen=True, slots=True)
class SeenAs:
    """Whose eyes a preview has: the reader, what is greeted and addressed, and what that reader was shown."""

    reader: Reader
    name: str
    address: str  # empty: nobody in particular
    list_name: str
    plain_text: bool
    shown: frozenset[PostId]
    remind: frozenset[PostId] = frozenset()  # of these, what comes once more because its date is near
    is_dry: bool = False  # the last issues had nothing for them: the editors' choice helps, once
    left_out: str = ""  # why this person gets no mail at all


def seen_as(app: App, db: Connection, frozen: FrozenIssue, issue: Issue, address: str | None, pool: Pool) -> SeenAs:
    """Give the eyes of the person with an address, or without one those of a reader who has said nothing."""
    if address is None:
        return _nobody(db, frozen)
    subscriber = find_by_address(db, address)
    recipe = frozen.recipe
    key = f"newsletter:{recipe.slug}"
    answer = still_mailable(db, [subscriber.id], recipe.lists, opt_out=key)[subscriber.id]
    since = app.clock.now() - LONGEST_LIFE
    shown = due_store.shown_before(db, subscriber.id, issue.id, since=since)
    remind = due_store.to_remind(db, [subscriber.id], pool.reminders, since=since, but=issue.id)
    if isinstance(answer, Recipient) and not is_described(db, subscriber.id, recipe.lists, opt_out=key):
        answer = NotMailable("not_in_segment")
    if isinstance(answer, NotMailable):
        nobody = _nobody(db, frozen)
        return SeenAs(nobody.reader, "", address, "", plain_text=False, shown=shown, left_out=answer.reason)
    person = _person(answer, frozen, shown, remind.get(subscriber.id, frozenset()))
    return replace(person, is_dry=bool(in_drought(db, [subscriber.id], issue.id)))


def _person(recipient: Recipient, frozen: FrozenIssue, shown: frozenset[PostId], remind: frozenset[PostId]) -> SeenAs:
    return SeenAs(
        reader_of(recipient, frozen),
        recipient.name,
        recipient.address,
        recipient.list_name,
        recipient.plain_text,
        shown,
        remind,
    )


def _nobody(db: Connection, frozen: FrozenIssue) -> SeenAs:
    recipe = frozen.recipe
    reading = tuple(dict.fromkeys((recipe.language, *recipe.fallback_languages)))
    reader = Reader(id=0, language=recipe.language, reading_languages=reading, follows=frozenset(), mutes=frozenset())
    return SeenAs(reader, "", "", first_list_name(db, recipe.lists), plain_text=False, shown=frozenset())

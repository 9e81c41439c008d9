"""Asks people who were imported without evidence whether they want to be mailed: only at the operator's word."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from newsletter.app.app import App
from newsletter.app.notices.reader_mail import Kind, plan_reader_mail
from newsletter.app.turns import writing_in_turn
from newsletter.base.errors import NotAllowedNow
from newsletter.db.engine import reading
from newsletter.issues import store as issue_store
from subscribers.consent.asking_rest import is_resting
from subscribers.consent.fresh_link import Purpose, last_link, make_link
from subscribers.consent.join import has_said_no, wait_anew
from subscribers.doors import first_list
from subscribers.importing.run import Unconfirmed, unconfirmed_of
from subscribers.people.find import find_by_id
from subscribers.quiet import uncollected

_LOOKED_AT = 100  # people a query
_PORTION = 5  # people a transaction: each takes a dozen statements, and nobody's unsubscribe waits


def ask_again(app: App, number: int) -> int:
    """Plan a confirmation for everybody who is unconfirmed by an import; gives to how many. Safe to call again.

    Somebody who was asked since the import began is not asked twice. NotAllowedNow when no newsletter has the list.
    """
    asked, after = 0, 0
    while True:
        with reading(app.engine) as db:
            found = unconfirmed_of(db, number, after=after, limit=_LOOKED_AT)
            newsletter = _newsletter(db, found.list_slug)
            ids = [id_ for id_ in found.ids if not _is_left_alone(app, db, id_, found.list_slug, found.started_at)]
        if not found.ids:
            return asked
        after = found.ids[-1]
        for start in range(0, len(ids), _PORTION):
            with uncollected(), writing_in_turn(app.engine) as db:
                for subscriber_id in ids[start : start + _PORTION]:
                    asked += _ask(app, db, subscriber_id, found, newsletter)


def _is_left_alone(app: App, db: Connection, subscriber_id: int, list_slug: str, since: datetime) -> bool:
    """Tell whether somebody was asked since then, or said no: then only they themselves may ask again."""
    last = last_link(db, subscriber_id, Purpose.CONFIRM)
    if last is not None and last.made_at >= since:
        return True
    return _said_no(app, db, subscriber_id, list_slug)


def _ask(app: App, db: Connection, subscriber_id: int, found: Unconfirmed, newsletter: str) -> bool:
    """Plan one question, unless another run was quicker, or the person is gone. Whether it may leave is asked again."""
    now = app.clock.now()
    last = last_link(db, subscriber_id, Purpose.CONFIRM)
    if last is not None and last.made_at >= found.started_at:
        return False
    if not wait_anew(db, subscriber_id, found.list_slug, now=now):  # has joined, left or gone since it was looked up
        return False
    life = timedelta(days=app.settings.privacy.unconfirmed_days)
    content = {"newsletter": newsletter, "list": found.list_slug}
    link = make_link(db, subscriber_id, Purpose.CONFIRM, content, life=life, now=now)
    return plan_reader_mail(app, db, Kind.CONFIRM, link, newsletter) is not None


def _said_no(app: App, db: Connection, subscriber_id: int, list_slug: str) -> bool:
    address_hash = find_by_id(db, subscriber_id).address_hash
    return has_said_no(db, subscriber_id) or is_resting(db, address_hash, list_slug, now=app.clock.now())


def _newsletter(db: Connection, list_slug: str) -> str:
    for one in issue_store.all_newsletters(db):
        if first_list(db, one.recipe.lists) == list_slug:
            return one.recipe.slug
    raise NotAllowedNow(f"no newsletter goes to the list {list_slug}: nobody can be asked to confirm")

"""Joining by the public form: who typed what, the mail that asks the mailbox's reader, and their yes.

What a page answers never depends on the address: new, known, left and forbidden people get the same words. All that
differs is which mail is sent, and only the reader of that mailbox sees it.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from newsletter.app.app import App
from newsletter.app.leaves import NO_MORE_ASKING, note_leave
from newsletter.app.notices.reader_mail import Kind, plan_reader_mail
from newsletter.app.welcome import plan_welcome
from newsletter.base.errors import NotAllowedNow
from newsletter.db.engine import reading, writing
from newsletter.db.limits import Limit, customer, take
from newsletter.issues.recipe import Recipe
from newsletter.sources import topic_store
from subscribers.address import mailbox_hash, parse_address
from subscribers.consent.asking_rest import rest_from_asking
from subscribers.consent.confirmation import may_be_asked_to_confirm
from subscribers.consent.fresh_link import FreshLink, Purpose, last_link, make_link, unused_links, use_link
from subscribers.consent.join import Asked, Shown, Standing, ask, confirm
from subscribers.doors import first_list
from subscribers.people.find import find_by_id
from subscribers.wishes.prefer import change_profile
from subscribers.wishes.profile import Profile
from subscribers.wishes.wish import follow

ACCOUNT_LIFE = timedelta(days=1)
_NETWORK_AN_HOUR, _ADDRESS_A_DAY = 30, 3
# After so many questions without an answer, the least time to the next: nobody is mailed again and again.
_RESTS = ((5, timedelta(days=30)), (3, timedelta(days=7)))
_ALREADY_REST = timedelta(days=1)


class TooManySignUps(NotAllowedNow):
    """More sign-ups came from one network than it may send. Nothing was kept."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"too many sign-ups from this network; more in {wait.total_seconds() / 60:.0f} minutes")
        self.wait = wait


@dataclass(frozen=True, slots=True, kw_only=True)
class SignUp:
    """What was typed into the form."""

    address: str
    name: str = ""
    language: str = ""
    topics: tuple[str, ...] = ()  # slugs
    shown: Shown


def sign_up(app: App, recipe: Recipe, form: SignUp) -> None:
    """Note that somebody wants a newsletter, and mail what follows from it. Says nothing of who is known.

    Raises InvalidAddress, or TooManySignUps for a network address that sends too many.
    """
    parsed = parse_address(form.address)
    now = app.clock.now()
    with writing(app.engine) as db:
        wait = take(db, [_network_limit(app, form.shown.network_address)], now=now)
    if wait is not None:
        raise TooManySignUps(wait)
    with writing(app.engine) as db:
        # Beyond this an address is left in peace; the page says the same.
        a_mailbox = Limit(name=f"join:{mailbox_hash(parsed)}", most=_ADDRESS_A_DAY, window=timedelta(days=1))
        if take(db, [a_mailbox], now=now):
            return
        list_slug = first_list(db, recipe.lists)
        # Who gets no mail costs the same work, taken back: time tells no more than the page. And of an address that may
        # not be mailed nothing is kept because a stranger typed it.
        with db.begin_nested() as trial:
            asked = ask(
                db,
                form.address,
                list_slug,
                shown=form.shown,
                now=now,
                opt_out=f"newsletter:{recipe.slug}",
                profile=_profile(form),
            )
            if not _answer(app, db, recipe, _content(recipe, form, list_slug), asked, now=now):
                trial.rollback()


def confirm_sign_up(app: App, recipe: Recipe, link: FreshLink, *, shown: Shown) -> bool:
    """Carry out a yes. False where the link was used before, or its time has passed.

    What was typed beside the address counts from now on; the newest issue comes as a welcome.
    """
    now = app.clock.now()
    with writing(app.engine) as db:
        if not use_link(db, link, now=now):
            return False
        person = find_by_id(db, link.subscriber_id)
        key = f"newsletter:{recipe.slug}"
        if confirm(db, person.id, link.content["list"], shown=shown, now=now, opt_out=key):
            _keep_wishes(db, person.id, link.content, now=now)
            plan_welcome(app, db, recipe, person.id, now=now)
    return True


def ask_no_more(app: App, link: FreshLink) -> datetime:
    """Carry out "do not ask me again", said by whoever reads the mailbox; gives until when it holds.

    Noted first: a restored backup heeds it too. Raises UnknownSubscriber for somebody who was forgotten meanwhile.
    """
    with reading(app.engine) as db:
        person = find_by_id(db, link.subscriber_id)
    note_leave(app, NO_MORE_ASKING, person, link.content["list"])
    with writing(app.engine) as db:
        return rest_from_asking(db, link.subscriber_id, link.content["list"], now=app.clock.now())


def _answer(
    app: App, db: Connection, recipe: Recipe, content: Mapping[str, str], asked: Asked, *, now: datetime
) -> bool:
    """Plan the mail that follows. False where none may be sent: then all of it is to be taken back."""
    if asked.standing is Standing.JOINED:
        _keep_wishes(db, asked.subscriber_id, content, now=now)
        plan_welcome(app, db, recipe, asked.subscriber_id, now=now)
        return True
    may_ask = _may_ask(db, asked.subscriber_id, content["list"], now=now)
    may_tell = _may_tell(db, asked.subscriber_id, now=now)
    if asked.standing is Standing.ACTIVE:
        told = {"newsletter": recipe.slug}
        link = make_link(db, asked.subscriber_id, Purpose.ACCOUNT, told, life=ACCOUNT_LIFE, now=now)
        plan_reader_mail(app, db, Kind.ALREADY, link, recipe.slug)
    else:
        life = timedelta(days=app.settings.privacy.unconfirmed_days)
        link = make_link(db, asked.subscriber_id, Purpose.CONFIRM, content, life=life, now=now)
        plan_reader_mail(app, db, Kind.CONFIRM, link, recipe.slug)
    return {Standing.ACTIVE: may_tell, Standing.TO_CONFIRM: may_ask}.get(asked.standing, False)


def _may_tell(db: Connection, subscriber_id: int, *, now: datetime) -> bool:
    """Tell whether somebody may be told once more that they get it already."""
    last = last_link(db, subscriber_id, Purpose.ACCOUNT)
    return last is None or last.made_at + _ALREADY_REST <= now


def _may_ask(db: Connection, subscriber_id: int, list_slug: str, *, now: datetime) -> bool:
    """Tell whether a mailbox may be asked once more: ever more rarely while nobody there answers."""
    if not may_be_asked_to_confirm(db, subscriber_id, list_slug, now=now):
        return False
    unanswered = unused_links(db, subscriber_id, Purpose.CONFIRM)
    rest = next((rest for most, rest in _RESTS if len(unanswered) >= most), None)
    return rest is None or unanswered[-1].made_at + rest <= now


def _content(recipe: Recipe, form: SignUp, list_slug: str) -> dict[str, str]:
    return {
        "newsletter": recipe.slug,
        "list": list_slug,
        "name": form.name,
        "language": form.language,
        "topics": ";".join(form.topics),
    }


def _keep_wishes(db: Connection, subscriber_id: int, content: Mapping[str, str], *, now: datetime) -> None:
    """Keep what was typed beside the address; a topic that was removed meanwhile is left out."""
    profile: Profile = {}
    if content.get("name"):
        profile["name"] = content["name"]
    if content.get("language"):
        profile["language"] = content["language"]
    change_profile(db, subscriber_id, profile, now=now)
    # A sensitive topic tells something of a person: it is followed on the account page, by a link that was mailed.
    known = {topic.slug for topic in topic_store.all_topics(db) if not topic.sensitive}
    for slug in content.get("topics", "").split(";"):
        if slug in known:
            follow(db, subscriber_id, f"topic:{slug}", now=now)


def _profile(form: SignUp) -> Profile:
    return {"language": form.language} if form.language else {}


def _network_limit(app: App, network_address: str) -> Limit:
    told = hmac.new(app.keys.message_id, f"join:{customer(network_address)}".encode(), hashlib.sha256).hexdigest()
    return Limit(name=f"join-from:{told[:32]}", most=_NETWORK_AN_HOUR, window=timedelta(hours=1))

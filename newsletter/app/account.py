"""What people do with a link that was mailed fresh: see and change everything about themselves, move, be forgotten.

Who asks for a link learns nothing about anybody. A link does one thing; what answers carries its successor, which
lives no longer than the first.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from newsletter.app.app import App
from newsletter.app.joining import ACCOUNT_LIFE
from newsletter.app.leaves import ERASED, note_leave, note_move
from newsletter.app.notices.reader_mail import Kind, plan_reader_mail, rehearse_reader_mail
from newsletter.app.offers import sensitive_offers
from newsletter.base.errors import NotAllowedNow
from newsletter.db.engine import reading, writing
from newsletter.db.limits import Limit, customer, take
from newsletter.issues import store as issue_store
from newsletter.outbox import reader_store
from subscribers.address import parse_address
from subscribers.addressee import NOBODY
from subscribers.consent.fresh_link import FreshLink, Purpose, make_link, use_link
from subscribers.people.change_address import Moved, change_address, refuse_move
from subscribers.people.erase import erase
from subscribers.people.find import find_by_hash, find_by_id
from subscribers.subscriber import Subscriber
from subscribers.wishes.prefer import change_profile
from subscribers.wishes.profile import Profile
from subscribers.wishes.wish import follow, mute, unwish

_A_DAY = timedelta(days=1)
_ADDRESS_LIFE = timedelta(days=1)
_PERSON_A_DAY, _NETWORK_AN_HOUR = 3, 30
_ADDRESS_BY_NETWORK_A_DAY, _ADDRESS_A_DAY = 2, 6  # mails that typing an address brings


class TooManyAsks(NotAllowedNow):
    """More links were asked for from one network than it may ask for."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"too many links were asked for; more in {wait.total_seconds() / 60:.0f} minutes")
        self.wait = wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What a person changed on their page."""

    profile: Profile
    wishes: Mapping[str, str]  # keys of what is sensitive: follow | mute | none


def ask_for_link(app: App, person: Subscriber, newsletter: str) -> None:
    """Mail a person the link to their page, asked for with a link of theirs; beyond three a day nothing is mailed.

    Nobody is told so. What strangers ask for by typing the address is counted apart: it takes none of these three.
    """
    now = app.clock.now()
    with writing(app.engine) as db:
        if take(db, [Limit(name=f"account:{person.address_hash}", most=_PERSON_A_DAY, window=_A_DAY)], now=now):
            return
        content = {"newsletter": newsletter}
        link = make_link(db, person.id, Purpose.ACCOUNT, content, life=ACCOUNT_LIFE, now=now)
        plan_reader_mail(app, db, Kind.ACCOUNT, link, newsletter)


def ask_at_address(app: App, address: str, *, network_address: str) -> None:
    """Mail the link to whoever has this address, if anybody has; for who is unknown the same is done, and taken back.

    From one network an address gets two mails a day, from all together six: one stranger cannot use up what the person
    may ask for from elsewhere, and nobody's mailbox is filled. Beyond that nothing is mailed, and nobody is told so.
    Raises InvalidAddress, or TooManyAsks for a network that asks too often, whomever it asks about.
    """
    parsed, now = parse_address(address), app.clock.now()
    with writing(app.engine) as db:
        wait = take(db, [_network_limit(app, network_address)], now=now)
    if wait is not None:
        raise TooManyAsks(wait)
    with writing(app.engine) as db:
        newsletter = any_newsletter(db)
        is_over = take(db, _address_limits(app, parsed.hash, network_address), now=now) is not None
        person = find_by_hash(db, parsed.hash)
        if not newsletter:
            return
        with db.begin_nested() as trial:
            content = {"newsletter": newsletter}
            link = make_link(db, person.id if person else NOBODY, Purpose.ACCOUNT, content, life=ACCOUNT_LIFE, now=now)
            planned = person and plan_reader_mail(app, db, Kind.ACCOUNT, link, newsletter)
            if planned is None:
                rehearse_reader_mail(app, db, Kind.ACCOUNT, link, newsletter, parsed)
            if planned is None or is_over:
                trial.rollback()


def any_newsletter(db: Connection) -> str:
    """Give the newsletter in whose name somebody is written to who came from none; empty where there is none."""
    return next((one.recipe.slug for one in issue_store.all_newsletters(db)), "")


def save_changes(app: App, link: FreshLink, changes: Changes) -> FreshLink | None:
    """Keep what a person changed; gives the link to go on with, None where this one was used or is too old."""
    now = app.clock.now()
    with writing(app.engine) as db:
        after = _use(app, db, link)
        if after is None:
            return None
        change_profile(db, link.subscriber_id, changes.profile, now=now)
        for key in sensitive_offers(db, "").keys:
            match changes.wishes.get(key):
                case "follow":
                    follow(db, link.subscriber_id, key, now=now)
                case "mute":
                    mute(db, link.subscriber_id, key, now=now)
                case "none":
                    unwish(db, link.subscriber_id, key)
    return after


def ask_new_address(app: App, link: FreshLink, address: str) -> FreshLink | None:
    """Mail a link to a new address, by which its reader takes it; gives the link to go on with, or None.

    Nothing tells whether the address may be taken: only who reads it learns so. Raises InvalidAddress.
    """
    now, parsed = app.clock.now(), parse_address(address)
    with writing(app.engine) as db:
        after = _use(app, db, link)
        if after is None:
            return None
        old = find_by_id(db, link.subscriber_id).address
        # By the one who asks and by the one who is asked: nobody's mailbox is filled.
        names = (f"move:{link.subscriber_id}", f"move-to:{parsed.hash}")
        if not take(db, [Limit(name=name, most=_PERSON_A_DAY, window=_A_DAY) for name in names], now=now):
            slug = link.content.get("newsletter") or any_newsletter(db)
            content = {"newsletter": slug, "old": old, "new": parsed.address}
            made = make_link(db, link.subscriber_id, Purpose.ADDRESS, content, life=_ADDRESS_LIFE, now=now)
            plan_reader_mail(app, db, Kind.ADDRESS, made, slug)
    return after


def take_new_address(app: App, link: FreshLink, *, network_address: str) -> Moved | None:
    """Let mail go to the address that the link was mailed to, and tell the old one; None where the link is over.

    Raises SaidNo where the address may not be taken; nothing is changed then.
    """
    now = app.clock.now()
    with reading(app.engine) as db:
        person = find_by_id(db, link.subscriber_id)
    if person.address != link.content["old"]:
        return None  # moved meanwhile by another link: this one was about the address before
    new = parse_address(link.content["new"])
    with writing(app.engine) as db:
        if not use_link(db, link, now=now):
            return None  # and nothing is noted: a restored backup would carry it out
        # Noted before it is done: a restored backup knows the person by the old address only, and must heed what they
        # say from now on. Not before it is sure that it will be done.
        note_move(app, person, new.hash, refuse_move(db, person.id, new.address))
        evidence = "the button of the page opened by the link that was mailed to the new address"
        moved = change_address(
            db, person.id, new.address, by="reader", evidence=evidence, network_address=network_address, now=now
        )
        if moved.merged is not None:
            reader_store.take_over(db, person.id, moved.merged)
        if moved.is_new:
            plan_reader_mail(app, db, Kind.ADDRESS_CHANGED, link, link.content["newsletter"])
    return moved


def erase_by_link(app: App, link: FreshLink) -> bool:
    """Erase the person; False where the link is over, or they were erased meanwhile."""
    now = app.clock.now()
    with writing(app.engine) as db:
        if not use_link(db, link, now=now):
            return False
        # Noted before it is done, and not unless it will be: a restored backup carries out what it is told.
        note_leave(app, ERASED, find_by_id(db, link.subscriber_id))
        erase(db, link.subscriber_id, by="reader", now=now)
    return True


def _use(app: App, db: Connection, link: FreshLink) -> FreshLink | None:
    """Use a link up and make its successor, which ends when it would have."""
    now = app.clock.now()
    if not use_link(db, link, now=now):
        return None
    return make_link(db, link.subscriber_id, link.purpose, link.content, life=link.expires_at - now, now=now)


def _address_limits(app: App, address_hash: str, network_address: str) -> list[Limit]:
    told = _secret(app, f"account:{address_hash}:{customer(network_address)}")
    return [
        Limit(name=f"account-find:{told}", most=_ADDRESS_BY_NETWORK_A_DAY, window=_A_DAY),
        Limit(name=f"account-find:{address_hash}", most=_ADDRESS_A_DAY, window=_A_DAY),
    ]


def _network_limit(app: App, network_address: str) -> Limit:
    told = _secret(app, f"account:{customer(network_address)}")
    return Limit(name=f"account-from:{told}", most=_NETWORK_AN_HOUR, window=timedelta(hours=1))


def _secret(app: App, text: str) -> str:
    return hmac.new(app.keys.message_id, text.encode(), hashlib.sha256).hexdigest()[:32]

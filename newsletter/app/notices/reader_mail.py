"""Notices to readers: each carries a fresh link, and what it says depends on the link and the kind.

The row of the outbox names the link, never an address or a token: both are found when the mail is composed.
"""

import json
from collections.abc import Sequence
from datetime import timedelta
from email.utils import parseaddr
from enum import StrEnum

from sqlalchemy import Connection

from newsletter.app.app import App
from newsletter.app.coming import coming_with
from newsletter.base.errors import NotAllowedNow, NotFound
from newsletter.db.engine import reading
from newsletter.issues import store as issue_store
from newsletter.issues.recipe import Recipe
from newsletter.outbox import store
from newsletter.outbox.delivery import NOTICE_PRIORITY, PlannedDelivery, lane_of
from newsletter.outbox.plan import provider_for
from newsletter.rendering import reader_words
from newsletter.rendering.reader_notice import Words, notice_html, notice_text
from newsletter.rendering.strings import Strings, load_strings
from subscribers.address import Address, mask
from subscribers.addressee import Addressee, addressee_before, addressee_of_link, look_up_in_vain
from subscribers.consent.fresh_link import FreshLink, Purpose, find_link
from subscribers.subscriber import NotMailable

_LONGEST_LIFE = timedelta(days=2)  # a notice that could not leave for so long answers nothing any more


class Kind(StrEnum):
    """What a notice to a reader is about."""

    CONFIRM = "confirm"  # a link to join
    ALREADY = "already"  # asked to join what comes already; a link to the account
    ACCOUNT = "account"  # a link to the account
    ADDRESS = "address"  # to the new address: a link to take it
    ADDRESS_CHANGED = "address_changed"  # to the old one


_PURPOSES = {
    Kind.CONFIRM: Purpose.CONFIRM,
    Kind.ALREADY: Purpose.ACCOUNT,
    Kind.ACCOUNT: Purpose.ACCOUNT,
    Kind.ADDRESS: Purpose.ADDRESS,
    Kind.ADDRESS_CHANGED: Purpose.ADDRESS,
}
_PATHS = {Purpose.CONFIRM: "c", Purpose.ACCOUNT: "a", Purpose.ADDRESS: "n"}


def plan_reader_mail(app: App, db: Connection, kind: Kind, link: FreshLink, newsletter: str) -> str | None:
    """Plan a notice in the transaction that makes its link; gives its key, or None where no mail may go there.

    `newsletter` (a slug) is whose name, sender and colours the mail has.
    """
    to = _addressee(db, kind, link)
    if isinstance(to, NotMailable):
        return None
    return _plan(app, db, kind, link, newsletter, to.domain)


def rehearse_reader_mail(
    app: App, db: Connection, kind: Kind, link: FreshLink, newsletter: str, address: Address
) -> None:
    """Do what is left of planning for an address that gets no mail, nobody's or a forbidden one; the caller undoes it.

    So the time that an answer takes tells nobody who is known.
    """
    look_up_in_vain(db, link.subscriber_id, address.domain)
    _plan(app, db, kind, link, newsletter, address.domain)


def _plan(app: App, db: Connection, kind: Kind, link: FreshLink, newsletter: str, domain: str) -> str:
    now = app.clock.now()
    recipe = issue_store.newsletter_by_slug(db, newsletter).recipe
    key = f"{kind.value}:{link.id}"
    row = PlannedDelivery(
        key=key,
        issue_id=None,
        subscriber_id=link.subscriber_id,
        correspondent_id=None,
        notice=json.dumps({"kind": kind.value, "link": link.id, "newsletter": newsletter}),
        priority=NOTICE_PRIORITY,
        lane=lane_of(provider_for(recipe, app.provider_names), domain),
        due_at=now,
        # That an address was changed is told however short the link's own life was.
        stale_at=now + _LONGEST_LIFE if kind is Kind.ADDRESS_CHANGED else min(link.expires_at, now + _LONGEST_LIFE),
    )
    store.insert_planned(db, [row], now=now)
    return key


class ReaderMail:
    """A notice to a reader, found again: who gets it, from whom, and its two bodies."""

    def __init__(self, app: App, content: dict[str, object]) -> None:
        kind = Kind(str(content["kind"]))
        with reading(app.engine) as db:
            link = find_link(db, int(str(content["link"])), _PURPOSES[kind])
            if link is None:
                raise NotFound("the link of this notice is gone: its person was erased, or its time is long over")
            found = _addressee(db, kind, link)
            if isinstance(found, NotMailable):
                raise NotAllowedNow(f"this notice may not be sent: {found.reason}")
            self.recipe = issue_store.newsletter_by_slug(db, str(content["newsletter"])).recipe
            names = coming_with(db, link.content["list"], self.recipe) if kind is Kind.CONFIRM else [self.recipe.name]
        self.to: Addressee = found
        strings = load_strings(
            app.templates, found.language or link.content.get("language", "") or self.recipe.language
        )
        self.words = _words(app, kind, link, self.recipe, names, strings)
        self.text = notice_text(self.words)
        colour, font = self.recipe.colour, self.recipe.font
        self.html = notice_html(app.templates, self.words, strings, colour=colour, font=font)


def link_address(app: App, link: FreshLink) -> str:
    """Give the address of a fresh link's page."""
    return f"{app.settings.web.public_url}/{_PATHS[link.purpose]}/{app.keys.links.encode(link.id)}"


def _addressee(db: Connection, kind: Kind, link: FreshLink) -> Addressee | NotMailable:
    return addressee_before(db, link) if kind is Kind.ADDRESS_CHANGED else addressee_of_link(db, link)


def _words(app: App, kind: Kind, link: FreshLink, recipe: Recipe, names: Sequence[str], strings: Strings) -> Words:
    foot = (recipe.name, recipe.postal_address) if recipe.postal_address else (recipe.name,)
    address, until = link_address(app, link), reader_words.moment(strings, link.expires_at, recipe.zone)
    match kind:
        case Kind.CONFIRM:
            return reader_words.confirm_words(
                strings, newsletters=names, link=address, no_more=f"{address}/no", until=until, foot=foot
            )
        case Kind.ALREADY:
            return reader_words.already_words(strings, newsletter=recipe.name, link=address, until=until, foot=foot)
        case Kind.ACCOUNT:
            return reader_words.account_words(strings, link=address, until=until, foot=foot)
        case Kind.ADDRESS:
            old = mask(link.content["old"])
            return reader_words.address_words(strings, old=old, link=address, until=until, foot=foot)
        case Kind.ADDRESS_CHANGED:
            answers = parseaddr(recipe.reply_to or recipe.sender)[1]
            new = mask(link.content["new"])
            return reader_words.address_changed_words(strings, new=new, answers=answers, foot=foot)

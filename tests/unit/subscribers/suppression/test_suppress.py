"""Suppression: what closes a way in, what a mailbox that sent mail back may still be asked, and who may lift what."""

from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import Engine

from subscribers.address import parse_address, parse_domain
from subscribers.addressee import addressee_of_link
from subscribers.consent.confirmation import BOUNCED_REST, confirmation_allowed, may_be_asked_to_confirm
from subscribers.consent.consent import Act, SuppressionKind
from subscribers.consent.fresh_link import Purpose, make_link
from subscribers.consent.join import Standing, ask, confirm
from subscribers.doors import recipient_of_notice
from subscribers.errors import InvalidAddress, SaidNo
from subscribers.people.add import add_subscriber
from subscribers.people.correspondents import correspondent, correspondent_id
from subscribers.people.forget import forget_unconfirmed
from subscribers.people.show import show
from subscribers.subscriber import NotMailable
from subscribers.suppression.suppress import note_left, release_domain, suppress_address, suppress_domain, suppress_hash
from tests.unit.subscribers.people import NOW, SHOWN, mailable, make_list, make_member, reason

LEFT, BOUNCED = SuppressionKind.LEFT, SuppressionKind.BOUNCED
COMPLAINED, FORBIDDEN = SuppressionKind.COMPLAINED, SuppressionKind.FORBIDDEN


@pytest.mark.parametrize("kind", [FORBIDDEN, BOUNCED])
def test_nobody_comes_in_by_a_closed_domain(sqlite_engine: Engine, now: datetime, kind: SuppressionKind) -> None:
    """Not by single opt-in, not by an operator's hand, not as a tester; who confirms is on record and not mailed."""
    with sqlite_engine.begin() as db:
        make_list(db, "open", opt_in="single")
        suppress_domain(db, "example.org", kind, reason="x", now=now)
        asked = ask(db, "new@EXAMPLE.org", "open", shown=SHOWN, now=now)
        assert asked.standing is Standing.CLOSED
        assert not may_be_asked_to_confirm(db, asked.subscriber_id, "members", now=now)
        for purpose in (Purpose.CONFIRM, Purpose.ACCOUNT):
            link = make_link(db, asked.subscriber_id, purpose, {}, life=timedelta(days=1), now=now)
            assert addressee_of_link(db, link) == NotMailable(f"suppressed:{kind.value}")
        confirm(db, asked.subscriber_id, "open", shown=SHOWN, now=now)
        assert reason(db, asked.subscriber_id, ("open",)) == f"suppressed:{kind.value}"
        with pytest.raises(SaidNo, match=r"example\.org is closed .*release @example\.org"):
            add_subscriber(db, "other@example.org", "open", consent="form", by="test", now=now)
        editor = correspondent_id(db, "eva@example.org")
        assert correspondent(db, editor) == NotMailable(f"suppressed:{kind.value}")
        assert isinstance(recipient_of_notice(db, asked.subscriber_id), NotMailable)
        assert mailable(db, ("open",)) == []
        release_domain(db, "example.org", reason="x", now=now)
        assert mailable(db, ("open",)) == [asked.subscriber_id]


@pytest.mark.parametrize(
    ("kinds", "closed", "days", "allowed"),
    [
        (set(), False, 0, True),
        ({LEFT}, False, 0, True),
        ({BOUNCED}, False, None, True),
        ({BOUNCED}, False, 29, False),
        ({BOUNCED}, False, 30, True),
        ({BOUNCED, LEFT}, False, 1, False),
        ({BOUNCED, COMPLAINED}, False, None, False),
        ({COMPLAINED}, False, None, False),
        ({FORBIDDEN}, False, None, False),
        (set(), True, None, False),
    ],
)
def test_a_mailbox_that_sent_mail_back_is_asked_once_in_30_days(
    kinds: set[SuppressionKind], closed: bool, days: int | None, allowed: bool
) -> None:
    """Whoever left may be asked at any time; who complained, is forbidden or at a closed domain never."""
    asked_last = None if days is None else NOW - timedelta(days=days)
    assert confirmation_allowed(kinds, domain_closed=closed, asked_last=asked_last, now=NOW) is allowed


def test_the_last_confirmation_mail_is_looked_up(sqlite_engine: Engine, now: datetime) -> None:
    """The link to confirm says when; links of other purposes do not count; confirming ends `bounced`."""
    with sqlite_engine.begin() as db:
        anna = make_member(db)
        suppress_address(db, "anna@example.org", BOUNCED, reason="x", by="test", now=now)
        make_link(db, anna, Purpose.ACCOUNT, {}, life=timedelta(days=1), now=now)
        assert may_be_asked_to_confirm(db, anna, "members", now=now)
        make_link(db, anna, Purpose.CONFIRM, {}, life=timedelta(days=1), now=now)
        asked = [
            may_be_asked_to_confirm(db, anna, "members", now=now + BOUNCED_REST - timedelta(hours=one))
            for one in (1, 0)
        ]
        assert asked == [False, True]
        assert confirm(db, anna, "members", shown=SHOWN, now=now)
        assert may_be_asked_to_confirm(db, anna, "members", now=now)


def test_who_was_forgotten_is_not_asked_sooner(sqlite_engine: Engine) -> None:
    """Never answering is no way round the 30 days: the record by hash outlives the person's row and its links."""
    with sqlite_engine.begin() as db:
        make_list(db)
        suppress_address(db, "anna@example.org", BOUNCED, reason="x", by="test", now=NOW)
        first = ask(db, "anna@example.org", "members", shown=SHOWN, now=NOW).subscriber_id
        make_link(db, first, Purpose.CONFIRM, {}, life=timedelta(days=14), now=NOW)
    later = NOW + timedelta(days=15)
    assert forget_unconfirmed(sqlite_engine.begin, before=later - timedelta(days=14), now=later) == 1
    with sqlite_engine.begin() as db:
        again = ask(db, "anna@example.org", "members", shown=SHOWN, now=later).subscriber_id
        assert again != first
        asked = [may_be_asked_to_confirm(db, again, "members", now=NOW + timedelta(days=days)) for days in (15, 29, 30)]
    assert asked == [False, False, True]


def test_a_departure_told_elsewhere_counts_as_one_told_here(sqlite_engine: Engine, now: datetime) -> None:
    """Known people leave every list; of strangers the hash is kept, and no hand brings them in."""
    with sqlite_engine.begin() as db:
        anna = make_member(db)
        tell = partial(note_left, db, reason="by telephone", by="cli:eva", now=now)
        assert (tell("anna@example.org"), tell("anna@example.org")) == (True, False)
        assert (mailable(db), reason(db, anna)) == ([], "suppressed:left")
        assert show(db, "anna@example.org").subscriptions[0].state.value == "left"
        assert tell("stranger@example.org")
        with pytest.raises(SaidNo, match="themselves"):
            add_subscriber(db, "stranger@example.org", "members", consent="form", by="test", now=now)
        assert [(one.act, one.by) for one in show(db, "stranger@example.org").consents] == [(Act.SUPPRESSED, "cli:eva")]


def test_a_hash_is_enough(sqlite_engine: Engine, now: datetime) -> None:
    """What is known of an address may be its hash alone: it is suppressed as well."""
    with sqlite_engine.begin() as db:
        anna = make_member(db)
        assert suppress_hash(db, parse_address("anna@example.org").hash, LEFT, reason="log", by="restore", now=now)
        assert reason(db, anna) == "suppressed:left"


@pytest.mark.parametrize("text", ["@Example.ORG", "example.org"])
def test_a_domain_is_read_with_or_without_its_sign(text: str) -> None:
    """What stands behind the sign of an address is a domain, and nothing else is."""
    assert parse_domain(text) == "example.org"
    for wrong in ("", "@", "anna@example.org", "*.org", "example"):
        with pytest.raises(InvalidAddress):
            parse_domain(wrong)

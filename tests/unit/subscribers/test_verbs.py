"""Joining, adding, leaving, wishing, suppressing, erasing: what each changes, and the record that each leaves."""

from datetime import datetime

import pytest
from sqlalchemy import Engine

from subscribers.address import parse_address
from subscribers.consent import consent_store
from subscribers.consent.consent import Act, SuppressionKind
from subscribers.consent.join import Standing, ask, confirm
from subscribers.consent.leave import leave_everything, leave_list, opt_out, undo_opt_out
from subscribers.doors import members, recipient_of_notice
from subscribers.errors import InvalidAddress, SaidNo, UnknownList, UnknownSubscriber
from subscribers.lists.keep import all_lists, list_by_slug, put_list
from subscribers.people.add import add_subscriber
from subscribers.people.correspondents import correspondent, correspondent_id
from subscribers.people.erase import erase
from subscribers.people.find import find_by_address
from subscribers.people.show import show
from subscribers.subscriber import Correspondent, NotMailable, Recipient
from subscribers.suppression.suppress import release, suppress_address, suppress_domain
from subscribers.wishes.prefer import change_profile
from subscribers.wishes.profile import Profile
from subscribers.wishes.wish import follow, mute, unwish
from tests.unit.subscribers.people import BY_READER, SHOWN, WEEKLY, mailable, make_list, make_member, reason


def test_a_list_keeps_its_id_under_a_new_name(sqlite_engine: Engine, now: datetime) -> None:
    """Putting a list again changes name and way in, and makes no second one."""
    with sqlite_engine.begin() as db:
        first = put_list(db, "members", name="Members", opt_in="double", now=now)
        second = put_list(db, "members", name="Friends", opt_in="single", now=now)
        assert (second.id, second.name, second.opt_in) == (first.id, "Friends", "single")
        assert all_lists(db) == [second]
        with pytest.raises(UnknownList, match="friends"):
            list_by_slug(db, "friends")


def test_adding_needs_evidence_to_be_mailed(sqlite_engine: Engine, now: datetime) -> None:
    """Without a word on consent a person is pending; the word can come later; each step is on record."""
    with sqlite_engine.begin() as db:
        make_list(db)
        anna = add_subscriber(db, "anna@example.org", "members", consent="", by="cli:eva", now=now)
        assert mailable(db) == []
        assert add_subscriber(db, "Anna@example.org", "members", consent="form", by="cli:eva", now=now) == anna
        assert mailable(db) == [anna]
        assert [(one.act, one.evidence) for one in show(db, "anna@example.org").consents] == [
            (Act.ADDED, ""),
            (Act.ADDED, "form"),
        ]
        with pytest.raises(InvalidAddress):
            add_subscriber(db, "anna", "members", consent="form", by="cli:eva", now=now)


@pytest.mark.parametrize("way", ["list", "newsletter", "everything", "forbidden", "domain", "erased"])
def test_adding_brings_back_nobody_who_said_no(sqlite_engine: Engine, now: datetime, way: str) -> None:
    """An operator's hand opens no door that a person closed; the message says what would."""
    with sqlite_engine.begin() as db:
        anna = make_member(db)
        make_list(db, "new")
        if way == "list":
            leave_list(db, anna, "members", **BY_READER)
        elif way == "newsletter":
            opt_out(db, anna, WEEKLY, **BY_READER)
        elif way == "everything":
            leave_everything(db, anna, **BY_READER)
        elif way == "erased":
            erase(db, anna, by="test", now=now)
        elif way == "domain":
            suppress_domain(db, "example.org", SuppressionKind.BOUNCED, reason="x", now=now)
        else:
            suppress_address(db, "anna@example.org", SuppressionKind.FORBIDDEN, reason="x", by="test", now=now)
        with pytest.raises(SaidNo, match=r"a\.\.\.a@example\.org|a\.\.\.@|release|sign-up") as caught:
            add_subscriber(db, "anna@example.org", "new", consent="form", by="test", now=now)
        assert "anna@" not in str(caught.value)
        assert mailable(db, ("new",)) == []


def test_double_opt_in_mails_nobody_before_they_confirm(sqlite_engine: Engine, now: datetime) -> None:
    """Asking makes a pending person who gets the confirmation; confirming makes them active, once."""
    with sqlite_engine.begin() as db:
        make_list(db)
        asked = ask(db, "anna@example.org", "members", shown=SHOWN, now=now)
        assert asked.standing is Standing.TO_CONFIRM
        assert reason(db, asked.subscriber_id) == "unconfirmed"
        assert isinstance(recipient_of_notice(db, asked.subscriber_id), Recipient)
        assert confirm(db, asked.subscriber_id, "members", shown=SHOWN, now=now)
        assert not confirm(db, asked.subscriber_id, "members", shown=SHOWN, now=now)
        assert mailable(db) == [asked.subscriber_id]
        assert [one.act for one in show(db, "anna@example.org").consents] == [Act.ASKED, Act.CONFIRMED]
        again = ask(db, "anna@example.org", "members", shown=SHOWN, now=now)
        assert again.standing is Standing.ACTIVE


def test_single_opt_in_holds_for_new_addresses_only(sqlite_engine: Engine, now: datetime) -> None:
    """A stranger can type any address: it brings back nobody who left, and changes nobody who is known."""
    with sqlite_engine.begin() as db:
        make_list(db, "open", opt_in="single")
        new = ask(db, "new@example.org", "open", shown=SHOWN, now=now)
        assert (new.standing, mailable(db, ("open",))) == (Standing.JOINED, [new.subscriber_id])
        anna = make_member(db)
        leave_everything(db, anna, **BY_READER)
        fool: Profile = {"name": "Fool"}
        asked = ask(db, "anna@example.org", "open", shown=SHOWN, now=now, profile=fool)
        assert asked.standing is Standing.TO_CONFIRM
        assert reason(db, anna, ("open",)) == "suppressed:left"
        bob = make_member(db, "bob@example.org")
        leave_list(db, bob, "members", **BY_READER)
        assert ask(db, "bob@example.org", "open", shown=SHOWN, now=now).standing is Standing.TO_CONFIRM
        assert reason(db, bob, ("open",)) == "unconfirmed"
        assert find_by_address(db, "anna@example.org").name == ""


def test_only_the_persons_own_act_leads_back(sqlite_engine: Engine, now: datetime) -> None:
    """Confirming ends `left` and, as the mailbox works, `bounced`; no graver one."""
    with sqlite_engine.begin() as db:
        anna = make_member(db)
        leave_everything(db, anna, **BY_READER)
        suppress_address(db, "anna@example.org", SuppressionKind.BOUNCED, reason="x", by="test", now=now)
        assert confirm(db, anna, "members", shown=SHOWN, now=now)
        assert mailable(db) == [anna]
        suppress_address(db, "anna@example.org", SuppressionKind.COMPLAINED, reason="x", by="test", now=now)
        confirm(db, anna, "members", shown=SHOWN, now=now)
        assert reason(db, anna) == "suppressed:complained"


def test_joining_one_newsletter_again_ends_its_opt_out_only(sqlite_engine: Engine, now: datetime) -> None:
    """Who opted out and stayed on the list must confirm to come back, and then gets that newsletter alone."""
    with sqlite_engine.begin() as db:
        anna = make_member(db)
        for key in (WEEKLY, "newsletter:monthly"):
            opt_out(db, anna, key, **BY_READER)
        asked = ask(db, "anna@example.org", "members", shown=SHOWN, now=now, opt_out=WEEKLY)
        assert (asked.standing, mailable(db)) == (Standing.TO_CONFIRM, [])
        assert confirm(db, anna, "members", shown=SHOWN, now=now, opt_out=WEEKLY)
        assert mailable(db) == [anna]
        assert members(db, ["members"], opt_out="newsletter:monthly", after=0, limit=9) == []


def test_the_record_holds_the_words_that_were_shown(sqlite_engine: Engine, now: datetime) -> None:
    """Each yes names the version of the text, the page and the network address; each version is kept once."""
    with sqlite_engine.begin() as db:
        make_list(db)
        asked = ask(db, "anna@example.org", "members", shown=SHOWN, now=now)
        confirm(db, asked.subscriber_id, "members", shown=SHOWN, now=now)
        for consent in show(db, "anna@example.org").consents:
            assert consent_store.text_of(db, consent.text_hash) == SHOWN.text
            assert (consent.evidence, consent.network_address) == (SHOWN.place, SHOWN.network_address)


def test_leaving_twice_is_as_good_as_once(sqlite_engine: Engine) -> None:
    """Each way of leaving says whether it changed anything and leaves one record, whoever presses how often."""
    with sqlite_engine.begin() as db:
        anna = make_member(db)
        assert [opt_out(db, anna, WEEKLY, **BY_READER) for _ in range(2)] == [True, False]
        assert [undo_opt_out(db, anna, WEEKLY, **BY_READER) for _ in range(2)] == [True, False]
        assert [leave_list(db, anna, "members", **BY_READER) for _ in range(2)] == [True, False]
        assert [leave_everything(db, anna, **BY_READER) for _ in range(2)] == [True, False]
        records = show(db, "anna@example.org").consents
    assert [one.act for one in records] == [Act.ADDED, Act.LEFT, Act.UNDONE, Act.LEFT, Act.LEFT]
    assert [(one.key, one.list_slug) for one in records[1:]] == [(WEEKLY, ""), (WEEKLY, ""), ("", "members"), ("", "")]
    assert {one.network_address for one in records[1:]} == {"192.0.2.1"}


def test_the_button_of_an_old_mail_is_no_fault_after_erasure(sqlite_engine: Engine, now: datetime) -> None:
    """An erased person who presses it is told no error: there is nothing left to do."""
    with sqlite_engine.begin() as db:
        anna = make_member(db)
        erase(db, anna, by="test", now=now)
        assert not opt_out(db, anna, WEEKLY, **BY_READER)
        assert not undo_opt_out(db, anna, WEEKLY, **BY_READER)
        assert not leave_list(db, anna, "members", **BY_READER)
        assert not leave_everything(db, anna, **BY_READER)


def test_a_wish_is_one_of_two_and_never_undoes_an_opt_out(sqlite_engine: Engine, now: datetime) -> None:
    """Follow ends mute and the reverse; no wish about content touches an opt-out, but an opt-out beats a wish."""
    with sqlite_engine.begin() as db:
        anna = make_member(db)
        follow(db, anna, "topic:a", now=now)
        mute(db, anna, "topic:a", now=now)
        mute(db, anna, "topic:a", now=now)
        assert [(one.key, one.kind) for one in show(db, "anna@example.org").wishes] == [("topic:a", "mute")]
        assert [unwish(db, anna, "topic:a"), unwish(db, anna, "topic:a")] == [True, False]
        follow(db, anna, WEEKLY, now=now)
        opt_out(db, anna, WEEKLY, **BY_READER)
        for wish in (follow, mute):
            with pytest.raises(SaidNo, match="opted out"):
                wish(db, anna, WEEKLY, now=now)
        assert not unwish(db, anna, WEEKLY)
        assert reason(db, anna) == "unsubscribed"
        with pytest.raises(UnknownSubscriber):
            follow(db, 999, "topic:a", now=now)


def test_a_release_needs_a_reason_and_joins_nobody(sqlite_engine: Engine, now: datetime) -> None:
    """It ends what may be lifted, on record; lists that were left stay left."""
    with sqlite_engine.begin() as db:
        anna = make_member(db)
        leave_list(db, anna, "members", **BY_READER)
        suppress_address(db, "anna@example.org", SuppressionKind.FORBIDDEN, reason="x", by="test", now=now)
        with pytest.raises(ValueError, match="reason"):
            release(db, "anna@example.org", reason=" ", by="test", now=now)
        kinds = release(db, "anna@example.org", reason="wrote to us", by="cli:eva", now=now)
        assert kinds == [SuppressionKind.FORBIDDEN]
        assert release(db, "anna@example.org", reason="again", by="cli:eva", now=now) == []
        assert reason(db, anna) == "unsubscribed"
        (suppression,) = show(db, "anna@example.org").suppressions
        assert (suppression.ended_at, suppression.ended_why) == (now, "wrote to us")


def test_erasure_leaves_hashes_only(sqlite_engine: Engine, now: datetime) -> None:
    """Every row with the address goes; consents and an open suppression stay, without where the person was."""
    with sqlite_engine.begin() as db:
        anna = make_member(db)
        change_profile(db, anna, {"name": "Anna"}, now=now)
        follow(db, anna, "topic:a", now=now)
        opt_out(db, anna, WEEKLY, **BY_READER)
        correspondent_id(db, "anna@example.org")
        erase(db, anna, by="cli:eva", now=now)
        known = show(db, "anna@example.org")
        assert (known.subscriber, known.subscriptions, known.wishes) == (None, (), ())
        assert [one.kind for one in known.suppressions if one.ended_at is None] == [SuppressionKind.LEFT]
        assert [one.act for one in known.consents] == [Act.ADDED, Act.LEFT, Act.ERASED]
        assert {one.network_address for one in known.consents} == {""}
        assert {one.address_hash for one in known.consents} == {parse_address("anna@example.org").hash}
    raw = sqlite_engine.raw_connection()
    dump = "\n".join(raw.iterdump())
    raw.close()
    assert "anna@example.org" not in dump
    assert "Anna" not in dump


def test_a_correspondent_gets_no_notice_against_a_suppression(sqlite_engine: Engine, now: datetime) -> None:
    """Never mailed means never: an editor whose address complained gets no test mail."""
    with sqlite_engine.begin() as db:
        editor = correspondent_id(db, "Eva@b\u00fccher.example")
        expected = Correspondent(id=editor, address="Eva@b\u00fccher.example", domain="xn--bcher-kva.example")
        assert correspondent(db, editor) == expected
        suppress_address(db, "eva@b\u00fccher.example", SuppressionKind.COMPLAINED, reason="x", by="test", now=now)
        assert correspondent(db, editor) == NotMailable("suppressed:complained")


def test_nobody_found_is_an_error_without_the_address(sqlite_engine: Engine) -> None:
    """Finding never gives None, and the error can be logged."""
    with sqlite_engine.begin() as db, pytest.raises(UnknownSubscriber) as caught:
        find_by_address(db, "somebody@example.org")
    assert "somebody" not in str(caught.value)

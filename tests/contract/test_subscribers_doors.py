"""The two doors on both databases: nobody who said no, nobody unconfirmed, nobody twice, every id answered."""

import pytest
from sqlalchemy import Engine, insert

from subscribers.consent.consent import SuppressionKind
from subscribers.consent.join import ask
from subscribers.consent.leave import leave_everything, leave_list, opt_out, undo_opt_out
from subscribers.doors import member_count, members, recipient_of_notice, still_mailable
from subscribers.errors import SaidNo, UnknownList
from subscribers.people.add import add_subscriber
from subscribers.people.erase import erase
from subscribers.subscriber import NotMailable, Recipient
from subscribers.suppression.suppress import release, suppress
from subscribers.tables import suppressed_domains
from subscribers.wishes.prefer import change_profile, prefer
from subscribers.wishes.wish import follow, mute, wish_nothing
from tests.unit.subscribers.people import (
    BY_READER,
    NOW,
    SHOWN,
    WEEKLY,
    answer,
    mailable,
    make_list,
    make_member,
    reason,
)

LIFTED = (SuppressionKind.FORBIDDEN, SuppressionKind.COMPLAINED, SuppressionKind.BOUNCED)
ELSEWHERE = "newsletter:monthly"
FUNDING, EVENTS = frozenset({"topic:funding"}), frozenset({"topic:events"})


def test_each_person_comes_once_whatever_lists_they_came_through(engine: Engine) -> None:
    """Somebody on three lists is one member."""
    with engine.begin() as db:
        anna = make_member(db, slug="members")
        bob = make_member(db, "bob@example.org", slug="press")
        assert make_member(db, slug="press") == anna
        assert mailable(db, ("members", "press", "members")) == [anna, bob]


def test_members_come_in_portions_by_id(engine: Engine) -> None:
    """Asking from the last id on gives everybody of both lists once, in order; the last portion is short."""
    with engine.begin() as db:
        everybody = [make_member(db, f"p{n}@example.org", slug=("members", "press")[n % 2]) for n in range(7)]
        found: list[int] = []
        while True:
            after = found[-1] if found else 0
            portion = members(db, ["press", "members"], opt_out=WEEKLY, after=after, limit=3)
            found += [member.subscriber_id for member in portion]
            if len(portion) < 3:
                break
        assert found == everybody


def test_a_member_is_told_as_planning_needs_them(engine: Engine) -> None:
    """Domain, language, zone, hour and days come along, and no address."""
    with engine.begin() as db:
        anna = make_member(db, "Anna@Example.org")
        change_profile(db, anna, {"language": "pt", "zone": "Europe/Lisbon", "hour": 7, "days": "mon;thu"}, now=NOW)
        (member,) = members(db, ["members"], opt_out=WEEKLY, after=0, limit=9)
    assert (member.domain, member.language, member.zone) == ("example.org", "pt", "Europe/Lisbon")
    assert (member.hour, member.days) == (7, "mon;thu")
    assert not hasattr(member, "address")


def test_what_is_wanted_of_one_newsletter_holds_there_only(engine: Engine) -> None:
    """A preference and a wish under a newsletter's key stand in for the person's own there, and nowhere else."""
    with engine.begin() as db:
        anna = make_member(db, "anna@example.org")
        change_profile(db, anna, {"hour": 7, "zone": "Europe/Lisbon", "length": "full"}, now=NOW)
        follow(db, anna, "topic:funding", now=NOW)
        mute(db, anna, "topic:events", now=NOW)
        prefer(db, anna, WEEKLY, {"hour": 18, "days": "mon", "length": "short", "frequency": "monthly"}, now=NOW)
        wish_nothing(db, anna, "topic:funding", scope=WEEKLY, now=NOW)
        follow(db, anna, "topic:events", now=NOW, scope=WEEKLY)
        there = still_mailable(db, [anna], ["members"], opt_out=WEEKLY)[anna]
        elsewhere = still_mailable(db, [anna], ["members"], opt_out=ELSEWHERE)[anna]
        (member,) = members(db, ["members"], opt_out=WEEKLY, after=0, limit=9)
        (other,) = members(db, ["members"], opt_out=ELSEWHERE, after=0, limit=9)
    assert isinstance(there, Recipient)
    assert isinstance(elsewhere, Recipient)
    assert (member.hour, member.days, member.zone) == (18, "mon", "Europe/Lisbon")
    assert (other.hour, other.days) == (7, "")
    assert (there.length, there.frequency, there.follows, there.mutes) == ("short", "monthly", EVENTS, frozenset())
    assert (elsewhere.length, elsewhere.frequency) == ("full", "every")
    assert (elsewhere.follows, elsewhere.mutes) == (FUNDING, EVENTS)


def test_a_closed_domain_is_mailed_nobody(engine: Engine) -> None:
    """Neither door yields somebody of a suppressed domain; the second says why; an ended one closes nothing."""
    with engine.begin() as db:
        anna, bert = make_member(db, "anna@closed.example"), make_member(db, "bert@example.org")
        row = {"domain": "closed.example", "kind": "forbidden", "since": NOW}
        db.execute(insert(suppressed_domains).values(**row))
        db.execute(insert(suppressed_domains).values(domain="example.org", kind="bounced", since=NOW, ended_at=NOW))
        found = members(db, ["members"], opt_out=WEEKLY, after=0, limit=9)
        answer = still_mailable(db, [anna], ["members"], opt_out=WEEKLY)[anna]
        assert member_count(db, ["members"], opt_out=WEEKLY) == 1
    assert [one.subscriber_id for one in found] == [bert]
    assert answer == NotMailable("suppressed:forbidden")


def test_a_recipient_is_told_as_composing_needs_them(engine: Engine) -> None:
    """Profile, wishes and the first list in the order asked for come along; another newsletter's opt-out is no wish."""
    with engine.begin() as db:
        anna = make_member(db, "Anna@b\u00fccher.example", slug="press")
        make_member(db, "Anna@b\u00fccher.example", slug="members")
        change_profile(db, anna, {"name": "Anna", "reading_languages": "fr;en", "plain_text": True}, now=NOW)
        follow(db, anna, "topic:funding", now=NOW)
        mute(db, anna, "topic:events", now=NOW)
        opt_out(db, anna, "newsletter:other", **BY_READER)
        found = answer(db, anna, ("press", "members"))
    assert isinstance(found, Recipient)
    assert (found.name, found.list_name, found.plain_text) == ("Anna", "Press", True)
    assert found.reading_languages == ("fr", "en")
    assert (found.follows, found.mutes) == (frozenset({"topic:funding"}), frozenset({"topic:events"}))
    assert found.address == "Anna@b\u00fccher.example"
    assert found.envelope_address == "Anna@xn--bcher-kva.example"


def test_whoever_opted_out_is_not_mailed_until_they_undo_it(engine: Engine) -> None:
    """An opt-out holds for its newsletter on every list, and for no other."""
    with engine.begin() as db:
        anna = make_member(db)
        assert opt_out(db, anna, WEEKLY, **BY_READER)
        assert (mailable(db), reason(db, anna)) == ([], "unsubscribed")
        assert members(db, ["members"], opt_out="newsletter:other", after=0, limit=9)
        assert undo_opt_out(db, anna, WEEKLY, **BY_READER)
        assert (mailable(db), reason(db, anna)) == ([anna], "")


def test_whoever_left_a_list_is_reached_through_another_only(engine: Engine) -> None:
    """Leaving one list is no leaving of the others."""
    with engine.begin() as db:
        anna = make_member(db)
        make_member(db, slug="press")
        assert leave_list(db, anna, "members", **BY_READER)
        assert (mailable(db), reason(db, anna)) == ([], "unsubscribed")
        assert (mailable(db, ("members", "press")), reason(db, anna, ("members", "press"))) == ([anna], "")


def test_a_suppressed_address_is_not_mailed_until_released(engine: Engine) -> None:
    """Any open suppression closes both doors, with its kind as the reason; a release opens them, but never `left`."""
    with engine.begin() as db:
        anna = make_member(db)
        for kind in LIFTED:
            assert suppress(db, anna, kind, reason="why", by="test", now=NOW)
            assert not suppress(db, anna, kind, reason="again", by="test", now=NOW)
            assert (mailable(db), reason(db, anna)) == ([], f"suppressed:{kind.value}")
            assert release(db, "ANNA@example.org", reason="a mistake", by="test", now=NOW) == [kind]
            assert (mailable(db), reason(db, anna)) == ([anna], "")
        suppress(db, anna, SuppressionKind.LEFT, reason="why", by="test", now=NOW)
        suppress(db, anna, SuppressionKind.BOUNCED, reason="why", by="test", now=NOW)
        assert release(db, "anna@example.org", reason="x", by="test", now=NOW) == [SuppressionKind.BOUNCED]
        with pytest.raises(SaidNo, match="themselves"):
            release(db, "anna@example.org", reason="x", by="test", now=NOW)
        assert (mailable(db), reason(db, anna)) == ([], "suppressed:left")


def test_the_gravest_suppression_is_the_reason(engine: Engine) -> None:
    """Of several open suppressions the accounting names forbidden before complained, bounced and left."""
    with engine.begin() as db:
        anna = make_member(db)
        for kind in reversed(SuppressionKind):
            suppress(db, anna, kind, reason="why", by="test", now=NOW)
            assert reason(db, anna) == f"suppressed:{kind.value}"


def test_the_unconfirmed_and_the_erased_are_answered(engine: Engine) -> None:
    """Every id is answered with its own reason, unknown ones included."""
    with engine.begin() as db:
        make_list(db)
        pending = add_subscriber(db, "p@example.org", "members", consent=" ", by="test", now=NOW)
        gone = make_member(db, "gone@example.org")
        erase(db, gone, by="test", now=NOW)
        stranger = make_member(db, "stranger@example.org", slug="press")
        ids = [pending, gone, stranger, 999]
        answers = still_mailable(db, ids, ["members"], opt_out=WEEKLY)
        assert mailable(db) == []
    assert answers == {
        pending: NotMailable("unconfirmed"),
        gone: NotMailable("erased"),
        stranger: NotMailable("unsubscribed"),
        999: NotMailable("erased"),
    }


def test_many_ids_are_answered_in_one_call(engine: Engine) -> None:
    """More ids than a query may name are answered, each once."""
    with engine.begin() as db:
        make_member(db)
        answers = still_mailable(db, range(1, 1302), ["members"], opt_out=WEEKLY)
    assert sorted(answers) == list(range(1, 1302))
    assert [id_ for id_, found in answers.items() if isinstance(found, Recipient)] == [1]


def test_an_unknown_list_is_an_error_and_not_nobody(engine: Engine) -> None:
    """A slip in a list's name must not look like an empty list."""
    with engine.begin() as db:
        make_list(db)
        with pytest.raises(UnknownList, match="apply"):
            members(db, ["members", "membres"], opt_out=WEEKLY, after=0, limit=9)
        with pytest.raises(UnknownList):
            still_mailable(db, [1], ["membres"], opt_out=WEEKLY)


def test_a_notice_goes_to_whoever_left_but_not_to_the_others(engine: Engine) -> None:
    """Who left may ask to join again or for their data; complained, bounced and forbidden get nothing at all."""
    with engine.begin() as db:
        anna = make_member(db)
        answers = {}
        for kind in (*LIFTED, SuppressionKind.LEFT):
            suppress(db, anna, kind, reason="why", by="test", now=NOW)
            answers[kind] = recipient_of_notice(db, anna)
            if kind in LIFTED:
                release(db, "anna@example.org", reason="next", by="test", now=NOW)
        assert recipient_of_notice(db, 999) == NotMailable("erased")
    assert isinstance(answers.pop(SuppressionKind.LEFT), Recipient)
    assert answers == {kind: NotMailable(f"suppressed:{kind.value}") for kind in answers}


def test_a_notice_to_an_unconfirmed_person_has_no_name(engine: Engine) -> None:
    """Anybody may type a name beside a stranger's address: it is shown to nobody before they confirm."""
    with engine.begin() as db:
        make_list(db)
        asked = ask(db, "a@example.org", "members", shown=SHOWN, now=NOW, profile={"name": "Cheap pills"})
        unconfirmed = recipient_of_notice(db, asked.subscriber_id)
        anna = make_member(db)
        change_profile(db, anna, {"name": "Anna"}, now=NOW)
        confirmed = recipient_of_notice(db, anna)
    assert isinstance(unconfirmed, Recipient)
    assert isinstance(confirmed, Recipient)
    assert (unconfirmed.name, confirmed.name) == ("", "Anna")


def test_leaving_everything_outlives_new_lists(engine: Engine) -> None:
    """Whoever left everything is on no list, and on none that is made later."""
    with engine.begin() as db:
        anna = make_member(db)
        assert leave_everything(db, anna, **BY_READER)
        assert not leave_everything(db, anna, **BY_READER)
        assert (mailable(db), reason(db, anna)) == ([], "suppressed:left")

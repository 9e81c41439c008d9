"""Suppressions on both databases: of whole domains, and as a list of who is never mailed."""

from functools import partial

import pytest
from sqlalchemy import Engine

from subscribers.consent.consent import SuppressionKind
from subscribers.doors import recipient_of_notice
from subscribers.errors import InvalidAddress
from subscribers.subscriber import NotMailable
from subscribers.suppression import suppression_store
from subscribers.suppression.suppress import release, release_domain, suppress, suppress_address, suppress_domain
from tests.unit.subscribers.people import NOW, mailable, make_member, reason

LIFTED = (SuppressionKind.FORBIDDEN, SuppressionKind.COMPLAINED, SuppressionKind.BOUNCED)


def test_a_closed_domain_is_not_mailed_until_it_is_opened(engine: Engine) -> None:
    """Everybody at exactly that domain, however it is written, is mailed nothing; its subdomains are other domains."""
    with engine.begin() as db:
        anna = make_member(db, "anna@b\u00fccher.example")
        other = make_member(db, "anna@mail.b\u00fccher.example")
        for kind in LIFTED:
            close = partial(suppress_domain, db, "@XN--BCHER-KVA.example", kind, reason="why", now=NOW)
            assert (close(), close()) == (True, False)
            assert (mailable(db), reason(db, anna)) == ([other], f"suppressed:{kind.value}")
            assert isinstance(recipient_of_notice(db, anna), NotMailable)
            assert release_domain(db, "b\u00fccher.example", reason="a mistake", now=NOW) == [kind]
            assert release_domain(db, "b\u00fccher.example", reason="a mistake", now=NOW) == []
            assert (mailable(db), reason(db, anna)) == ([anna, other], "")
        with pytest.raises(ValueError, match="only people"):
            suppress_domain(db, "example.org", SuppressionKind.LEFT, reason="why", now=NOW)
        with pytest.raises(InvalidAddress):
            suppress_domain(db, "no domain", SuppressionKind.FORBIDDEN, reason="why", now=NOW)


def test_what_is_suppressed_can_be_listed_and_counted(engine: Engine) -> None:
    """The open ones alone, the newest first; who has no row is named by hash, who has one by address."""
    with engine.begin() as db:
        anna = make_member(db)
        suppress(db, anna, SuppressionKind.BOUNCED, reason="full", by="test", now=NOW)
        suppress_address(db, "x@example.org", SuppressionKind.FORBIDDEN, reason="law", by="test", now=NOW)
        suppress_address(db, "y@example.org", SuppressionKind.BOUNCED, reason="y", by="test", now=NOW)
        release(db, "y@example.org", reason="y", by="test", now=NOW)
        for domain in ("b.example", "a.example"):
            suppress_domain(db, domain, SuppressionKind.FORBIDDEN, reason="law", now=NOW)
        release_domain(db, "b.example", reason="b", now=NOW)
        counts = suppression_store.count_open(db)
        listed = suppression_store.newest_open(db, list(SuppressionKind), 9)
        bounced = suppression_store.newest_open(db, [SuppressionKind.BOUNCED], 9)
        domains = suppression_store.open_domains(db)
        closed = suppression_store.closed_domains(db, ["a.example", "b.example", "example.org"])
    assert counts == {SuppressionKind.FORBIDDEN: 1, SuppressionKind.BOUNCED: 1}
    assert [(one.address, one.kind.value, one.reason) for one in listed] == [
        ("", "forbidden", "law"),
        ("anna@example.org", "bounced", "full"),
    ]
    assert [one.address for one in bounced] == ["anna@example.org"]
    assert [one.domain for one in domains] == ["a.example"]
    assert closed == {"a.example": {"forbidden"}}

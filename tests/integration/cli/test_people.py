"""People on the command line, suppressed, released, erased and shown: what is said, what counts, what is on record."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from newsletter.db.engine import open_engine, reading, writing
from newsletter.db.tables import audit_log
from subscribers.consent.join import Shown, ask, confirm
from subscribers.consent.leave import opt_out
from subscribers.people.find import find_by_address
from tests.conftest import NOW
from tests.integration.cli.conftest import Run

ADA = "ada@example.org"
SHOWN = Shown(text="Yes, send me\nthe Weekly.", language="en", place="page", network_address="192.0.2.1")


def acts() -> list[tuple[str, str]]:
    """Give the acts on people that are on record, with what they were done to."""
    engine = open_engine("sqlite:///newsletter.db", Path("home"))
    with reading(engine) as db:
        rows = db.execute(select(audit_log.c.act, audit_log.c.subject, audit_log.c.details).order_by(audit_log.c.id))
        found = [
            (act, f"{subject} {details}")
            for act, subject, details in rows
            if act.startswith("subscriber.") and act != "subscriber.import"
        ]
    engine.dispose()
    return found


def ada_says(*, yes: bool) -> None:
    """Ada opts out of the Weekly, or confirms that she wants it."""
    engine = open_engine("sqlite:///newsletter.db", Path("home"))
    with writing(engine) as db:
        ada = find_by_address(db, ADA).id
        if yes:
            ask(db, ADA, "members", shown=SHOWN, now=NOW)
            confirm(db, ada, "members", shown=SHOWN, now=NOW, opt_out="newsletter:weekly")
        else:
            opt_out(db, ada, "newsletter:weekly", by="reader", evidence="", network_address="", now=NOW)
    engine.dispose()


def stands(week: Run, address: str = ADA) -> tuple[str, str]:
    """Give how somebody stands to the Weekly and to its list."""
    person = week("subscriber", "show", address, "--json").json
    return person["newsletters"][0]["standing"], person["subscriptions"][0]["standing"]


def test_a_suppressed_person_is_not_shown_as_active(week: Run) -> None:
    """Suppressing counts at once and twice is as good as once; releasing opens it; both are on record by number."""
    assert stands(week) == ("mailed", "active")
    done = week("subscriber", "suppress", ADA, "--reason", "asked by letter", "--json")
    assert done.json == {"suppressed": ADA, "kind": "forbidden", "new": True, "people": 1}
    assert "already" in week("subscriber", "suppress", ADA, "--reason", "again").out
    assert stands(week) == ("suppressed:forbidden", "suppressed:forbidden")
    shown = week("subscriber", "show", ADA).out
    assert "asked by letter" in shown
    assert "members: active" not in shown
    freed = week("subscriber", "release", ADA, "--reason", "a mistake", "--json").json
    assert freed == {"released": ADA, "kinds": ["forbidden"], "still": []}
    assert stands(week) == ("mailed", "active")
    told = acts()
    assert [act for act, _ in told] == ["subscriber.suppress", "subscriber.suppress", "subscriber.release"]
    assert all(what.startswith("subscriber:") and "@" not in what for _, what in told)
    assert "a mistake" in told[-1][1]


def test_who_opted_out_is_not_shown_as_active(week: Run) -> None:
    """Being on a list whose only newsletter was left is no mail; the words that were shown stand beside each yes."""
    ada_says(yes=False)
    assert stands(week) == ("unsubscribed", "unsubscribed")
    assert "members: no mail, left the newsletter" in week("subscriber", "show", ADA).out
    ada_says(yes=True)
    assert stands(week) == ("mailed", "active")
    consents = week("subscriber", "show", ADA, "--json").json["consents"]
    assert [one["text"] for one in consents if one["act"] in {"asked", "confirmed"}] == [SHOWN.text, SHOWN.text]
    assert 'shown: "Yes, send me the Weekly."' in week("subscriber", "show", ADA).out


def test_who_left_is_released_by_nobody(week: Run) -> None:
    """`left` ends by that person's own act: exit 1, and told; strangers of a former system too."""
    for address in (ADA, "stranger@example.org"):
        assert week("subscriber", "suppress", address, "--kind", "left", "--reason", "the old system").code == 0
        refused = week("subscriber", "release", address, "--reason", "please")
        assert (refused.code, "only they themselves" in refused.err) == (1, True)
        added = week("subscriber", "add", address, "--list", "members", "--consent", "form")
        assert (added.code, "only they themselves" in added.err) == (1, True)
    assert stands(week) == ("suppressed:left", "left")
    week("subscriber", "suppress", ADA, "--kind", "bounced", "--reason", "full")
    both = week("subscriber", "release", ADA, "--reason", "works again")
    assert (both.code, "bounced" in both.out, "only they themselves" in both.err) == (0, True, True)


def test_a_domain_is_closed_and_opened(week: Run) -> None:
    """Everybody there is mailed nothing, nobody is brought in, and the message says what opens it."""
    closed = week("subscriber", "suppress", "@Example.ORG", "--reason", "the law", "--json").json
    assert closed == {"suppressed": "@example.org", "kind": "forbidden", "new": True, "people": 1}
    assert stands(week) == ("suppressed:forbidden", "suppressed:forbidden")
    added = week("subscriber", "add", "new@example.org", "--list", "members", "--consent", "form")
    assert (added.code, "newsletter subscriber release @example.org" in added.err) == (1, True)
    nothing = week("subscriber", "release", ADA, "--reason", "x")
    assert (nothing.code, "release @example.org" in nothing.err) == (1, True)
    assert "@example.org" in week("subscriber", "suppressed").out
    assert week("subscriber", "release", "@example.org", "--reason", "the law changed").code == 0
    assert stands(week) == ("mailed", "active")
    assert week("subscriber", "release", "@example.org", "--reason", "again").code == 1
    assert [what.split()[0] for _, what in acts()] == ["domain:example.org", "domain:example.org"]


def test_the_suppressed_are_listed(week: Run) -> None:
    """Counts by kind, closed domains, and the newest addresses: masked, or by hash where nobody here has them."""
    week("subscriber", "suppress", ADA, "--reason", "law", "--kind", "complained")
    week("subscriber", "suppress", "@example.com", "--reason", "law")
    listed = week("subscriber", "suppressed", "--json").json
    assert listed["counts"] == {"complained": 1, "left": 1}
    assert [(one["who"], one["kind"]) for one in listed["addresses"]] == [
        ("a...@example.org", "complained"),
        ("", "left"),
    ]
    assert [one["domain"] for one in listed["domains"]] == ["example.com"]
    only = week("subscriber", "suppressed", "--kind", "left", "--limit", "0", "--json").json
    assert only == {"counts": {"left": 1}, "domains": [], "addresses": []}
    words = week("subscriber", "suppressed").out
    assert "complained: 1 address" in words
    assert "hash " in words
    assert ADA not in words


def test_the_erased_stay_away(week: Run) -> None:
    """Without a terminal --yes must be said; address and profile go, records stay by hash, no import brings them in."""
    refused = week("subscriber", "erase", ADA)
    assert (refused.code, "--yes" in refused.err) == (2, True)
    assert stands(week) == ("mailed", "active")
    erased = week("subscriber", "erase", ADA, "--yes", "--json").json
    assert erased == {"erased": 1, "consents_kept": 2, "lists": 1}
    person = week("subscriber", "show", ADA, "--json").json
    assert (person["id"], person["subscriptions"], person["newsletters"]) == (None, [], [])
    assert [one["act"] for one in person["consents"]] == ["imported", "erased"]
    assert week("subscriber", "erase", ADA, "--yes").code == 1
    assert week("subscriber", "import", "people.csv", "--list", "members", "--json").json["suppressed"] == 2
    assert (Path("home") / "leaves.log").read_text().count("erased") == 1
    assert acts() == [("subscriber.erase", "subscriber:1 ")]


def test_a_slip_is_said_and_not_mended(week: Run) -> None:
    """The person is added as written; what was probably meant is told beside it."""
    added = week("subscriber", "add", "maria@gmial.com", "--list", "members", "--consent", "form")
    assert (added.code, "maria@gmail.com" in added.err) == (0, True)
    assert week("subscriber", "show", "maria@gmial.com").code == 0
    assert week("subscriber", "show", "maria@gmail.com").code == 1
    assert acts()[-1][0] == "subscriber.add"


WRONG: list[tuple[tuple[str, ...], str]] = [
    (("suppress", ADA, "--kind", "odd", "--reason", "x"), "forbidden"),
    (("suppress", ADA, "--reason", " "), "reason"),
    (("suppress", ADA), "--reason"),
    (("release", ADA, "--reason", " "), "reason"),
    (("release", ADA), "--reason"),
    (("suppress", "@example.org", "--kind", "left", "--reason", "x"), "only a person"),
    (("suppressed", "--kind", "odd"), "forbidden"),
]


@pytest.mark.parametrize(("words", "told"), WRONG)
def test_wrong_calls_are_exit_2_and_change_nothing(week: Run, words: Any, told: str) -> None:
    """The message says what is wrong with the call."""
    wrong = week("subscriber", *words)
    assert (wrong.code, told in wrong.err) == (2, True), wrong.err
    assert stands(week) == ("mailed", "active")


@pytest.mark.parametrize("words", [("suppress", "no address", "--reason", "x"), ("release", ADA, "--reason", "x")])
def test_what_cannot_be_done_is_exit_1(week: Run, words: tuple[str, ...]) -> None:
    """What is no address, and what is not suppressed."""
    assert week("subscriber", *words).code == 1


def test_the_record_says_when_and_from_where(week: Run, tmp_path: Path) -> None:
    """What an import knows of a consent, its moment and its network address, is shown and not only in --json."""
    (tmp_path / "known.csv").write_text(
        "email,consent_at,consent_ip\nknown@example.org,2021-03-01T10:05:00+00:00,192.0.2.7\n"
    )
    week("subscriber", "import", "known.csv", "--list", "members")
    shown = week("subscriber", "show", "known@example.org").out
    assert "said on 2021-03-01 10:05" in shown
    assert "from 192.0.2.7" in shown


def test_the_record_says_when_somebody_left_elsewhere(week: Run, tmp_path: Path) -> None:
    """When and where they said no, and when that came here: told apart, also for an address that has no row."""
    (tmp_path / "gone.csv").write_text("Email Address,LEID,EUID,UNSUB_TIME\ngone@example.org,1,a,2024-03-01 10:05:00\n")
    week("subscriber", "import", "gone.csv", "--list", "members")
    shown = week("subscriber", "show", "gone@example.org").out
    assert "gone.csv, line 2, from Mailchimp; said on 2024-03-01 10:05" in shown
    assert "reported by gone.csv: on 2024-03-01 in Mailchimp" in shown

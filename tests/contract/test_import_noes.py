"""When people said no in the system before, on both databases: kept as evidence, and never above what they say here."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine

from subscribers.consent import consent_store
from subscribers.consent.consent import Act, Consent
from subscribers.consent.leave import leave_everything
from subscribers.importing.count import Planned, count_import
from subscribers.importing.options import ImportOptions
from subscribers.people.find import find_by_address
from subscribers.people.show import show
from tests.contract.test_subscribers_export import empty_home, exported
from tests.unit.subscribers.people import BY_READER, NOW, import_text, mailable, make_member

MAILCHIMP = "Email Address,LEID,EUID,UNSUB_TIME,CLEAN_TIME\n"
ANNA = "anna@example.org"
LAST_YEAR = "2025-06-06 12:56:15"


def confirm(db: Connection, at: datetime) -> None:
    """Anna, who is on the list, has joined it by her own yes."""
    anna = find_by_address(db, ANNA)
    yes = Consent(
        act=Act.CONFIRMED,
        address_hash=anna.address_hash,
        subscriber_id=anna.id,
        list_slug="members",
        recorded_at=at,
        by="reader",
    )
    consent_store.record(db, yes)


def noes(db: Connection, address: str = ANNA) -> list[Consent]:
    return [one for one in show(db, address).consents if one.act in (Act.LEFT, Act.SUPPRESSED)]


def test_the_time_of_a_no_is_kept_beside_the_time_of_its_import(engine: Engine, tmp_path: Path) -> None:
    """Who left, and whose mail came back, when, in which system, by which file; it holds from the import on."""
    text = MAILCHIMP + f"{ANNA},1,a,{LAST_YEAR},\nbea@example.org,2,b,,2020-03-23 17:30:05\n"
    import_text(engine, tmp_path, text)
    with engine.begin() as db:
        (left,), (bounced,) = noes(db), noes(db, "bea@example.org")
        (suppression,) = show(db, ANNA).suppressions
    assert (str(left.given_at), left.recorded_at) == ("2025-06-06 12:56:15+00:00", NOW)
    assert left.evidence == "left: people.csv, line 2, from Mailchimp"
    assert (bounced.act, str(bounced.given_at)[:10]) == (Act.SUPPRESSED, "2020-03-23")
    assert suppression.since == NOW
    assert suppression.reason == "reported by people.csv: on 2025-06-06 in Mailchimp"


@pytest.mark.parametrize("time", ["gestern", "2099-01-01 00:00:00", "0000-00-00 00:00:00", "1066-10-14"])
def test_a_no_counts_though_its_time_cannot_be_understood(engine: Engine, tmp_path: Path, time: str) -> None:
    """The row is not refused, the no is on record, and no time is guessed for it."""
    report = import_text(engine, tmp_path, MAILCHIMP + f"{ANNA},1,a,{time},\n")
    with engine.begin() as db:
        (left,) = noes(db)
    assert (report.suppressed, report.refused, left.given_at) == (1, [], None)


def test_whoever_has_said_yes_here_since_stays(engine: Engine, tmp_path: Path) -> None:
    """An old no from the system before does not win over their own later yes to this list; nothing is recorded."""
    with engine.begin() as db:
        make_member(db, ANNA)
        confirm(db, NOW - timedelta(days=30))
    text = MAILCHIMP + f"{ANNA},1,a,{LAST_YEAR},\n"
    path = tmp_path / "counted.csv"
    path.write_text(text)
    planned = Planned(path=path, name="counted.csv", options=ImportOptions())
    count = count_import(engine.begin, [planned], "members", consent="", now=NOW)
    report = import_text(engine, tmp_path, text)
    with engine.begin() as db:
        assert (len(mailable(db)), noes(db), show(db, ANNA).suppressions) == (1, [], ())
    assert (report.unchanged, report.suppressed, count.may_be_mailed, count.suppressed) == (1, 0, 1, 0)


@pytest.mark.parametrize(
    ("columns", "cells"),
    [
        ("status,no_at", "unsubscribed,2026-11-20"),  # after the yes
        ("status,no_at", "unsubscribed,2026-10-23"),  # of the same day: in which zone is not told
        ("status,no_at", "unsubscribed,"),
        ("status,no_at", "complained,2020-01-01"),
        ("status,no_at", "forbidden,2020-01-01"),
    ],
)
def test_a_no_counts_unless_it_is_surely_older_than_the_yes(
    engine: Engine, tmp_path: Path, columns: str, cells: str
) -> None:
    """Without a time, with a later one, or by a complaint: nobody is mailed on a doubt."""
    with engine.begin() as db:
        make_member(db, ANNA)
        confirm(db, datetime(2026, 10, 23, 12, tzinfo=UTC))
    assert import_text(engine, tmp_path, f"email,{columns}\n{ANNA},{cells}\n").suppressed == 1
    with engine.begin() as db:
        assert mailable(db) == []


def test_only_a_yes_of_their_own_outlives_a_no(engine: Engine, tmp_path: Path) -> None:
    """That an operator has added somebody since is no word of theirs."""
    with engine.begin() as db:
        make_member(db, ANNA)
    import_text(engine, tmp_path, MAILCHIMP + f"{ANNA},1,a,{LAST_YEAR},\n")
    with engine.begin() as db:
        assert mailable(db) == []


def test_an_old_time_changes_nothing_about_a_no_that_was_said_here(engine: Engine, tmp_path: Path) -> None:
    """Whoever left here has left since then, whatever the file tells; their record stays as it is."""
    with engine.begin() as db:
        make_member(db, ANNA)
        confirm(db, NOW - timedelta(days=30))
        leave_everything(db, find_by_address(db, ANNA).id, **BY_READER)
        before = show(db, ANNA)
    import_text(engine, tmp_path, MAILCHIMP + f"{ANNA},1,a,{LAST_YEAR},\n")
    with engine.begin() as db:
        after = show(db, ANNA)
    assert (after.suppressions, after.consents) == (before.suppressions, before.consents)


@pytest.mark.parametrize("status", ["unsubscribed", "bounced", "left"])
def test_the_record_of_a_no_moves_along(engine: Engine, tmp_path: Path, status: str) -> None:
    """Its time, its words and the day of the import come to the next home, and from there to the one after it."""
    import_text(engine, tmp_path, f"email,consent_at\n{ANNA},2024-05-31\n")
    import_text(engine, tmp_path, f"email,status,no_at\n{ANNA},{status},2025-06-06T12:56:15Z\n")
    texts, records = [exported(engine)], []
    for name in ("second", "third"):
        (tmp_path / name).mkdir()
        with empty_home(tmp_path / name) as home:
            # Whoever is stored has an address to export: the yes comes first there, too.
            import_text(home, tmp_path, f"email,consent_at\n{ANNA},2024-05-31\n")
            import_text(home, tmp_path, texts[-1])
            texts.append(exported(home))
            with home.begin() as db:
                records.append([(one.evidence, str(one.given_at)) for one in noes(db)])
    word = {"unsubscribed": "left: ", "bounced": "bounced: ", "left": ""}[status]
    told = f"{word}people.csv, line 2; imported on 2026-11-23"
    assert records == [[(told, "2025-06-06 12:56:15+00:00")]] * 2
    assert texts[1] == texts[2]


def test_whoever_left_one_list_brings_the_yes_before_it(engine: Engine, tmp_path: Path) -> None:
    """The record of consent is not taken for the time of leaving: both are kept, each with its own time."""
    text = f"email,status,consent_at,no_at\n{ANNA},left,2024-05-31,2025-06-06\n"
    import_text(engine, tmp_path, text)
    with engine.begin() as db:
        told = [(one.act, str(one.given_at)[:10]) for one in show(db, ANNA).consents]
    assert told == [(Act.IMPORTED, "2024-05-31"), (Act.LEFT, "2025-06-06")]

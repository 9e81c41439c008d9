"""Rows: names of columns, values that are taken or refused in words, exports of other systems as they come."""

from datetime import datetime

import pytest

from subscribers.errors import InvalidAddress, InvalidImport, InvalidProfile
from subscribers.importing.csv_reading import Header, Place, Record
from subscribers.importing.layout import lay_out, meanings
from subscribers.importing.options import ImportOptions
from subscribers.importing.row import ImportRow, read_row
from subscribers.importing.standing import Standing


def header(columns: str) -> Header:
    return Header(columns=tuple(columns.split(",")), delimiter=",", end=Place(byte_offset=0, line=2))


def row(columns: str, cells: str, now: datetime) -> ImportRow:
    return read_row(lay_out(header(columns)), Record(2, cells.split(",")), now)


@pytest.mark.parametrize("name", ["address", "email", "Email", "ADDRESS"])
def test_the_address_column_is_found_in_any_case(name: str, now: datetime) -> None:
    """`address` or `email`, however written; spaces that a spreadsheet left around a cell go."""
    assert row(f"Name,{name}", "Anna,\u00a0 a@example.org ", now).address.address == "a@example.org"


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ("name,mail", "no column is named address or email"),
        ("email,name,Name", "name and Name"),
        ("email,address", "email and address"),
        ("email,City,city", "City and city"),
        ("email,,name", "column 2 has no name"),
    ],
)
def test_a_header_that_does_not_say_is_refused(columns: str, words: str) -> None:
    """A missing, doubled or nameless column is an error with the columns' names, before anything is imported."""
    with pytest.raises(InvalidImport, match=words):
        lay_out(header(columns))


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("language", "english", "language tag"),
        ("language", "e", "language tag"),
        ("zone", "Lisbon", "time zone"),
        ("zone", "europe/lisbon", "time zone"),
        ("zone", "localtime", "time zone"),
        ("hour", "24", "0 to 23"),
        ("hour", "-1", "0 to 23"),
        ("hour", "8:00", "0 to 23"),
        ("hour", "\u0663", "0 to 23"),
        ("country", "PRT", "two letters"),
        ("frequency", "daily", "every, weekly, monthly"),
        ("length", "long", "short, normal, full"),
        ("topics", "funding calls", "is no topic"),
        ("role", "a\x07b", "control"),
        ("name", "x" * 61, "60 characters"),
        ("name", "Win at https://evil.example", "link"),
        ("name", "Visit evil.com now", "link"),
        ("name", "spam@evil.example", "link"),
        ("status", "gone", "status"),
        ("consent_at", "yesterday", "no date"),
        ("consent_at", "10:00", "no date"),
        ("consent_at", "2027-01-01", "future"),
        ("consent_at", "0001-01-01T00:00+14:00", "future, or before"),
        ("consent_ip", "300.1.1.1", "IP address"),
    ],
)
def test_a_bad_value_refuses_the_row(column: str, value: str, words: str, now: datetime) -> None:
    """No value is replaced by a default: the reason names the column and what would do."""
    with pytest.raises(InvalidProfile, match=words):
        row(f"email,{column}", f"a@example.org,{value}", now)


def test_an_address_in_the_wrong_column_is_not_repeated(now: datetime) -> None:
    """Reasons of refusals are kept and shown: they hold nobody's address."""
    with pytest.raises(InvalidProfile) as caught:
        row("email,hour", "a@example.org,secret@example.org", now)
    assert "secret" not in str(caught.value)


def test_a_missing_address_is_told_as_such(now: datetime) -> None:
    """An empty cell is no invalid address but a missing one; a bad one has the address's own reason."""
    with pytest.raises(InvalidProfile, match="no address"):
        row("email,name", " ,Anna", now)
    with pytest.raises(InvalidAddress):
        row("email,name", "anna,Anna", now)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Prof.Dr. Anna M\u00fcller", "Prof.Dr. Anna M\u00fcller"),
        ("J.R.R. Tolkien", "J.R.R. Tolkien"),
        ("Anna\r\nBcc: x", "Anna Bcc: x"),
        ("Anna\u202egnp.exe", "Annagnp.exe"),
        ("\u0641\u0627\u0637\u0645\u0647\u200c", "\u0641\u0627\u0637\u0645\u0647\u200c"),
    ],
)
def test_a_name_loses_its_control_characters(name: str, kept: str, now: datetime) -> None:
    """Line breaks and turned directions go, titles with dots and joiners stay."""
    assert row("email,name", f"a@example.org,{name}", now).profile == {"name": kept}


def test_empty_cells_say_nothing(now: datetime) -> None:
    """What is empty is not in the row at all, so that it can replace nothing."""
    read = row("email,name,hour,topics,City,status,consent_at,consent_ip", "a@example.org,,,,,,,", now)
    assert (read.profile, read.follows, read.attributes) == ({}, (), {})
    assert (read.standing, read.consent_at, read.consent_ip) == (Standing.YES, None, "")


MAILCHIMP = (
    "Email Address,First Name,Last Name,Address,UNSUB_TIME,UNSUB_REASON,UNSUB_REASON,CLEAN_TIME,"
    "CONFIRM_TIME,CONFIRM_IP,TIMEZONE,CC,LEID,EUID"
)


@pytest.mark.parametrize(
    ("columns", "cells", "standing"),
    [
        (MAILCHIMP, "a@x.org,Anna,B,Street 1,,,,,2024-05-31 10:00:00,192.0.2.1,Europe/Lisbon,PT,1,e", Standing.YES),
        (MAILCHIMP, "a@x.org,Anna,B,,2025-01-01 10:00:00,x,y,,2024-05-31 10:00:00,192.0.2.1,,,1,e", Standing.LEFT),
        (MAILCHIMP, "a@x.org,Anna,B,,,,,2025-01-01 10:00:00,,,,,1,e", Standing.BOUNCED),
        ("email,active_subscription,email_disabled,created_at", "a@x.org,false,false,2024-05-31", Standing.YES),
        ("email,active_subscription,email_disabled,created_at", "a@x.org,true,true,2024-05-31", Standing.LEFT),
        ("id,email,name,note,subscribed_to_emails,created_at", "1,a@x.org,Anna,,true,2024-05-31", Standing.YES),
        ("id,email,name,note,subscribed_to_emails,created_at", "1,a@x.org,Anna,,false,2024-05-31", Standing.LEFT),
        ("uuid,email,name,attributes,status,created_at", "1,a@x.org,Anna,{},enabled,2024-05-31", Standing.YES),
        ("uuid,email,name,attributes,status,created_at", "1,a@x.org,Anna,{},blocklisted,2024-05-31", Standing.LEFT),
        ("email_address,notes,type,creation_date", "a@x.org,,regular,2024-05-31", Standing.YES),
        ("email_address,notes,type,creation_date", "a@x.org,,undeliverable,2024-05-31", Standing.BOUNCED),
        ("email,status,subscription_tier", "a@x.org,inactive,free", Standing.LEFT),
    ],
)
def test_exports_of_other_systems_are_read_as_they_come(
    columns: str, cells: str, standing: Standing, now: datetime
) -> None:
    """The columns and words of Mailchimp, Substack, Ghost, listmonk, Buttondown and beehiiv have their own meaning."""
    read = row(columns, cells, now)
    assert (read.address.key, read.standing) == ("a@x.org", standing)


def test_what_mailchimp_guessed_stays_an_attribute(now: datetime) -> None:
    """A zone and country from an IP address, and a postal Address, are no words of the reader; names are joined."""
    read = row(MAILCHIMP, "a@x.org,Anna,B,Street 1,,,,,2024-05-31 10:00:00,192.0.2.1,Europe/Lisbon,PT,1,e", now)
    assert read.profile == {"name": "Anna B"}
    assert read.attributes == {"Address": "Street 1", "TIMEZONE": "Europe/Lisbon", "CC": "PT"}
    assert str(read.consent_at) == "2024-05-31 10:00:00+00:00"


def test_a_word_that_an_export_does_not_know_is_refused(now: datetime) -> None:
    """An unknown status is never taken for a yes, in other systems' exports neither."""
    with pytest.raises(InvalidProfile, match="enabled"):
        row("uuid,email,name,attributes,status", "1,a@x.org,A,{},perhaps", now)


@pytest.mark.parametrize("code", ["xx", "qq-DE", "zz", "und", "abc1", "xyz"])
def test_a_language_that_there_is_not_is_refused(code: str, now: datetime) -> None:
    """A code of the right shape is not enough: ISO 639 must have given it to a language."""
    with pytest.raises(InvalidProfile, match="language"):
        row("email,language", f"a@example.org,{code}", now)


@pytest.mark.parametrize("code", ["de", "pt-BR", "ar", "nb", "gsw", "zh-Hant-TW", "rm"])
def test_languages_that_there_are_are_taken(code: str, now: datetime) -> None:
    """Two letters or three, with a region or a script."""
    assert row("email,language", f"a@example.org,{code}", now).profile["language"] == code.split("-", maxsplit=1)[0]


GHOST = (
    "id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,deleted_at,labels,tiers"
)


def test_whoever_was_deleted_in_ghost_has_left(now: datetime) -> None:
    """Though the other column still says yes."""
    cells = '1,a@x.org,Anna,,true,false,,2024-05-31T10:00:00.000Z,2025-05-31T10:00:00.000Z,"a, b",Free'
    assert row(GHOST, cells, now).standing is Standing.LEFT


@pytest.mark.parametrize(
    ("word", "standing"),
    [
        ("churning", Standing.YES),
        ("past_due", Standing.YES),
        ("unactivated", Standing.PENDING),
        ("spammy", Standing.LEFT),
    ],
)
def test_buttondowns_words_are_known(word: str, standing: Standing, now: datetime) -> None:
    """Who pays no longer reads on; who has not confirmed waits."""
    assert row("email_address,notes,type,creation_date", f"a@x.org,,{word},2024-05-31", now).standing is standing


def test_no_network_address_is_kept_but_as_evidence(now: datetime) -> None:
    """Where only filling in the form is told, that is the evidence; where confirming is, that; none is an attribute."""
    columns = "Email Address,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LATITUDE,LEID,EUID"
    asked = row(columns, "a@x.org,2024-05-01,192.0.2.1,,,48.1,1,e", now)
    assert (asked.consent_ip, str(asked.consent_at)[:10]) == ("192.0.2.1", "2024-05-01")
    both = row(columns, "a@x.org,2024-05-01,192.0.2.1,2024-05-02,192.0.2.2,48.1,1,e", now)
    assert (both.consent_ip, str(both.consent_at)[:10]) == ("192.0.2.2", "2024-05-02")
    assert asked.attributes == both.attributes == {}


LISTMONK = "uuid,email,name,attributes,status"
OBJECT = '{"city": "Bonn", "interests": ["funding", "genomics"], "vip": true, "none": null, "Deep": {"a": 1}}'


def listmonk_row(now: datetime, cell: str, **columns: str) -> ImportRow:
    options = ImportOptions(columns=columns, topics={"funding": "funding", "genomics": "genomics"})
    record = Record(2, ["1", "a@x.org", "Anna", cell, "enabled"], "")
    return read_row(lay_out(header(LISTMONK), options), record, now)


def test_what_stands_in_listmonks_objects_is_as_good_as_columns(now: datetime) -> None:
    """Keys become attributes, one by one; a key that was told to be topics is followed, and no attribute any more."""
    plain = listmonk_row(now, OBJECT)
    assert plain.attributes == {
        "city": "Bonn",
        "interests": "funding; genomics",
        "vip": "true",
        "deep": '{"a": 1}',
    }
    told = listmonk_row(now, OBJECT, interests="topics")
    assert told.follows == ("topic:funding", "topic:genomics")
    assert "interests" not in told.attributes
    assert listmonk_row(now, "").attributes == {}


@pytest.mark.parametrize("cell", ["[1]", "{", '"x"', "{" * 5000])
def test_an_object_that_is_none_refuses_the_row(now: datetime, cell: str) -> None:
    """What is no JSON object is told and refused, never taken in part."""
    with pytest.raises(InvalidProfile, match="no JSON object"):
        listmonk_row(now, cell)


def test_what_becomes_of_columns_is_told() -> None:
    """Each column is told once: as ours, as an attribute (empty), or not at all where it is not taken over."""
    told = meanings(
        header("uuid,email,name,attributes,status,created_at"), ImportOptions(columns={"interests": "topics"})
    )
    assert told == {
        "address": ["email"],
        "name": ["name"],
        "": ["attributes", "created_at"],
        "status": ["status"],
        "topics": ["interests"],
    }


@pytest.mark.parametrize("known", [None, {"funding": "funding"}])
def test_a_source_is_followed_by_its_name(known: dict[str, str] | None, now: datetime) -> None:
    """`source:Name` among the topics keeps its capitals and commas, whether the topics are known or not."""
    layout = lay_out(header("address,topics,mutes"), ImportOptions(topics=known))
    row = read_row(layout, Record(2, ["a@x.org", "funding; source: Ministry, of Health", "source:A%3BB"], ""), now)
    assert row.follows == ("topic:funding", "source:Ministry, of Health")
    assert [(one.key, one.kind) for one in row.wishes] == [("source:A;B", "mute")]
    assert row.unknown_topics == ()

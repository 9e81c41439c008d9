"""The law of the round trip, on both databases: exported and imported into an empty home, the doors are the same."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, create_engine, event

from subscribers.consent.consent import SuppressionKind
from subscribers.consent.join import ask
from subscribers.consent.leave import leave_everything, leave_list, opt_out
from subscribers.doors import members, still_mailable
from subscribers.exporting.rows import COLUMNS, export_list, export_suppressed, write_csv, write_lines
from subscribers.people.find import find_by_address
from subscribers.people.show import show
from subscribers.suppression.suppress import suppress_address, suppress_domain
from subscribers.tables import metadata
from subscribers.wishes.prefer import change_profile, prefer
from subscribers.wishes.wish import follow, mute
from tests.unit.subscribers.people import BY_READER, NOW, SHOWN, WEEKLY, import_text, mailable, make_list, make_member

MONTHLY = "newsletter:monthly"
EVERYBODY = (
    "plain",
    "full",
    "left",
    "opted",
    "gone",
    "bounced",
    "complained",
    "forbidden",
    "closed",
    "pending",
    "both",
)


def fill(db: Connection) -> None:
    """People who said all that can be said."""
    ids = {name: make_member(db, f"{name}@{name}.example.org") for name in EVERYBODY if name != "pending"}
    ask(db, "pending@pending.example.org", "members", shown=SHOWN, now=NOW)
    leave_list(db, ids["left"], "members", **BY_READER)
    opt_out(db, ids["opted"], WEEKLY, **BY_READER)
    leave_everything(db, ids["gone"], **BY_READER)
    for name, kind in (
        ("bounced", "bounced"),
        ("complained", "complained"),
        ("forbidden", "forbidden"),
        ("both", "bounced"),
    ):
        suppress(db, name, SuppressionKind(kind))
    leave_everything(db, ids["both"], **BY_READER)
    suppress_domain(db, "closed.example.org", SuppressionKind.FORBIDDEN, reason="law", now=NOW)
    profile = {"name": "Ana \u2013 =1+1", "language": "pt", "reading_languages": "pt;en", "zone": "Europe/Lisbon"}
    change_profile(db, ids["full"], {**profile, "hour": 7, "days": "mon;thu", "plain_text": True}, now=NOW)  # type: ignore[typeddict-item]  # the names above are its own
    change_profile(db, ids["full"], {"frequency": "weekly", "paused_until": "2027-01-07", "role": "-nurse"}, now=NOW)
    follow(db, ids["full"], "topic:funding", now=NOW)
    mute(db, ids["full"], "topic:events", now=NOW)
    follow(db, ids["full"], "source:News; 100 % of them, and More", now=NOW)
    mute(db, ids["full"], "source:Gazette", now=NOW)
    follow(db, ids["full"], "topic:events", now=NOW, scope=MONTHLY)
    prefer(db, ids["full"], MONTHLY, {"hour": 20, "zone": "Asia/Tokyo", "plain_text": False, "language": ""}, now=NOW)


def suppress(db: Connection, name: str, kind: SuppressionKind) -> None:
    suppress_address(db, f"{name}@{name}.example.org", kind, reason="x", by="test", now=NOW)


@contextmanager
def empty_home(folder: Path) -> Iterator[Engine]:
    engine = create_engine(f"sqlite:///{folder / 'empty.db'}")
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA foreign_keys=ON"))
    metadata.create_all(engine)
    yield engine
    engine.dispose()


def exported(engine: Engine, slug: str = "members") -> str:
    out = io.StringIO()
    for _ in write_csv(export_list(engine.begin, slug), out):
        pass
    return out.getvalue()


def behind_the_doors(db: Connection, opt_out_key: str) -> dict[str, object]:
    """What both doors say of everybody, without the ids that a home gives itself."""
    found: dict[str, object] = {}
    for member in members(db, ["members"], opt_out=opt_out_key, after=0, limit=99):
        recipient = still_mailable(db, [member.subscriber_id], ["members"], opt_out=opt_out_key)[member.subscriber_id]
        told = {name: getattr(recipient, name) for name in type(recipient).__slots__ if "id" not in name}
        found[str(told.pop("address"))] = (member.language, member.zone, member.hour, member.days, told)
    return found


def test_the_doors_are_the_same_in_an_empty_home(engine: Engine, tmp_path: Path) -> None:
    """Whoever was let through is, as they wanted it for each newsletter; nobody else; for each newsletter's key."""
    with engine.begin() as db:
        fill(db)
        before = [behind_the_doors(db, key) for key in (WEEKLY, MONTHLY)]
    with empty_home(tmp_path) as other:
        report = import_text(other, tmp_path, exported(engine))
        assert report.refused == []
        with other.begin() as db:
            assert [behind_the_doors(db, key) for key in (WEEKLY, MONTHLY)] == before
    assert [len(one) for one in before] == [2, 3]


def test_every_no_is_a_no_in_the_other_home(engine: Engine, tmp_path: Path) -> None:
    """Whatever file with the best consent comes later, nobody who said no before the move is brought in."""
    with engine.begin() as db:
        fill(db)
    with empty_home(tmp_path) as other:
        import_text(other, tmp_path, exported(engine))
        text = "email,consent_at\n" + "".join(f"{name}@{name}.example.org,2026-11-22\n" for name in EVERYBODY)
        import_text(other, tmp_path, text, consent="yes")
        with other.begin() as db:
            names = {
                find_by_address(db, f"{name}@{name}.example.org").id: name for name in ("plain", "full", "pending")
            }
            assert [names[one] for one in mailable(db)] == ["plain", "full", "pending"]
            kinds = [one.kind.value for one in show(db, "both@both.example.org").suppressions]
            assert sorted(kinds) == ["bounced", "left"]


@pytest.mark.parametrize("order", [("members", "press"), ("press", "members")])
def test_lists_may_be_imported_in_any_order(engine: Engine, tmp_path: Path, order: tuple[str, str]) -> None:
    """Who left one list, or opted out of one newsletter, is active on the other list as before, whichever comes first.

    In the home where they said so, and for files of strangers, their no still keeps them off new lists.
    """
    with engine.begin() as db:
        for name in ("anna", "opted"):
            for slug in order:
                make_member(db, f"{name}@example.org", slug)
        leave_list(db, find_by_address(db, "anna@example.org").id, "members", **BY_READER)
        opt_out(db, find_by_address(db, "opted@example.org").id, WEEKLY, **BY_READER)
    with empty_home(tmp_path) as other:
        for slug in order:
            import_text(other, tmp_path, exported(engine, slug), slug=slug)
        with other.begin() as db:
            states = [
                {one.list_slug: one.state.value for one in show(db, f"{name}@example.org").subscriptions}
                for name in ("anna", "opted")
            ]
            assert states == [{"members": "left", "press": "active"}, {"members": "active", "press": "active"}]
            opted = find_by_address(db, "opted@example.org").id
            assert still_mailable(db, [opted], ["press"], opt_out=WEEKLY)[opted].reason == "unsubscribed"  # type: ignore[union-attr]  # nobody's to mail
            anna = find_by_address(db, "anna@example.org").id
            leave_list(db, anna, "press", **BY_READER)
        import_text(other, tmp_path, "email\nanna@example.org\n", slug="brand-new", consent="x")
        with other.begin() as db:
            assert mailable(db, ("members", "press", "brand-new")) == []


def test_the_evidence_moves_along(engine: Engine, tmp_path: Path) -> None:
    """What a person agreed to, when and from where, is on record in the other home too."""
    import_text(engine, tmp_path, "email,consent_at,consent_ip\na@example.org,2024-05-31,192.0.2.1\n", consent="stand")
    with empty_home(tmp_path) as other:
        import_text(other, tmp_path, exported(engine))
        with other.begin() as db:
            (consent,) = show(db, "a@example.org").consents
    assert (consent.evidence, consent.network_address, str(consent.given_at)[:10]) == (
        "stand",
        "192.0.2.1",
        "2024-05-31",
    )


@pytest.mark.parametrize("cell", ["=1+1", "+49 30 1", "-x", "@home", "'=1", "''-", "a;b", 'a "b", c', "line\nbreak"])
def test_cells_come_back_unharmed(engine: Engine, tmp_path: Path, cell: str) -> None:
    """What a spreadsheet would run is neutral in the file, and what it was after the import."""
    quoted = cell.replace('"', '""')
    import_text(engine, tmp_path, f'email,City\n=a@example.org,"{quoted}"\n', consent="x")
    text = exported(engine)
    assert text.splitlines()[1].startswith("'=a@example.org,")
    with empty_home(tmp_path) as other:
        import_text(other, tmp_path, text)
        with other.begin() as db:
            person = find_by_address(db, "=a@example.org")
    assert (person.address, person.attributes) == ("=a@example.org", {"City": cell})


def test_the_suppressed_whose_address_is_known_are_exported(engine: Engine, tmp_path: Path) -> None:
    """Each reason is a row, of whatever list; imported elsewhere they are never mailed."""
    with engine.begin() as db:
        fill(db)
        suppress_address(db, "nobody@example.org", SuppressionKind.LEFT, reason="x", by="test", now=NOW)
    out = io.StringIO()
    assert list(write_csv(export_suppressed(engine.begin), out)) == list(range(1, 7))
    with empty_home(tmp_path) as other:
        report = import_text(other, tmp_path, out.getvalue())
        assert (report.suppressed, report.refused) == (6, [])


def test_json_lines_tell_the_same(engine: Engine) -> None:
    """One object a line with the columns of the CSV, lists and objects as such, and nothing that is empty."""
    with engine.begin() as db:
        fill(db)
    out = io.StringIO()
    list(write_lines(export_list(engine.begin, "members"), out))
    rows = {one["address"]: one for one in map(json.loads, out.getvalue().splitlines())}
    full = rows["full@full.example.org"]
    assert set(full) <= set(COLUMNS)
    assert (full["topics"], full["mutes"], full["hour"], full["plain_text"]) == (
        ["source:News; 100 % of them, and More", "funding"],
        ["source:Gazette", "events"],
        7,
        True,
    )
    assert full["newsletters"][MONTHLY]["wishes"] == {"topic:events": "follow"}
    assert "country" not in full


def test_a_list_of_nobody_is_a_header(engine: Engine) -> None:
    """An empty list is exported, and the file can be imported."""
    with engine.begin() as db:
        make_list(db)
    assert exported(engine) == ",".join(COLUMNS) + "\r\n"


def test_leaving_one_list_by_a_file_is_that_list_alone(engine: Engine, tmp_path: Path) -> None:
    """The status `left` ends this list's subscription wherever the row stands, and no other list's."""
    with engine.begin() as db:
        anna = make_member(db)
        make_member(db, slug="press")
    text = (
        "email,status\nanna@example.org,left\nanna@example.org,active\nnew@example.org,active\nnew@example.org,left\n"
    )
    for rows in (1, 2000):
        report = import_text(engine, tmp_path, text, consent="yes", rows=rows)
    assert (report.added, report.suppressed) == (0, 3)
    with engine.begin() as db:
        assert mailable(db) == []
        assert mailable(db, ("press",)) == [anna]
        assert [one.act.value for one in show(db, "anna@example.org").consents] == ["added", "added", "left"]

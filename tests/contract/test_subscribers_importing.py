"""Imports on both databases: kept consent, kept noes, each row counted once, and no row lost or doubled by a kill."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, event, func, select

from subscribers.consent.consent import Act, SuppressionKind
from subscribers.consent.leave import leave_everything, leave_list, opt_out
from subscribers.importing import import_store
from subscribers.importing.run import import_report, import_some, refusals, start_import
from subscribers.people.find import find_by_address, find_by_id
from subscribers.people.show import show
from subscribers.suppression.suppress import suppress_address
from subscribers.tables import consents, subscribers, subscriptions
from subscribers.wishes.wish import mute
from tests.unit.subscribers.people import BY_READER, NOW, WEEKLY, import_text, mailable, make_list, make_member, reason


def test_an_import_keeps_profile_topics_attributes_and_proof(engine: Engine, tmp_path: Path) -> None:
    """Everything that a row tells is stored, and its consent with time, place, file and line."""
    report = import_text(
        engine,
        tmp_path,
        "Email,NAME,Language,zone,hour,topics,role,country,frequency,length,consent_at,consent_ip,City\n"
        "Anna@Example.org,Anna\u00a0B.,pt-BR,Europe/Lisbon,7,funding; Events,clinician,pt,weekly,short,"
        "2024-05-31T10:00:00+02:00,2001:DB8::1,Porto\n",
    )
    with engine.begin() as db:
        known = show(db, "anna@example.org")
    assert (report.rows, report.added) == (1, 1)
    person = known.subscriber
    assert person is not None
    assert (person.address, person.name, person.language, person.zone) == (
        "Anna@Example.org",
        "Anna B.",
        "pt",
        "Europe/Lisbon",
    )
    assert (person.hour, person.role, person.country) == (7, "clinician", "PT")
    assert (person.frequency, person.length, person.attributes) == ("weekly", "short", {"City": "Porto"})
    assert [wish.key for wish in known.wishes] == ["topic:events", "topic:funding"]
    (consent,) = known.consents
    assert (consent.act, consent.list_slug, consent.by) == (Act.IMPORTED, "members", "import:1")
    assert str(consent.given_at) == "2024-05-31 08:00:00+00:00"
    assert consent.network_address == "2001:db8::1"
    (subscription,) = known.subscriptions
    assert (subscription.state, subscription.import_id, subscription.import_line) == ("active", 1, 2)


def test_without_proof_of_consent_a_person_stays_pending(engine: Engine, tmp_path: Path) -> None:
    """Neither a time in the row nor the operator's word: nobody is mailed. Either is enough, later too."""
    report = import_text(engine, tmp_path, "email,consent_at\na@example.org,\nb@example.org,2024-05-31\n")
    assert (report.added, report.unconfirmed) == (1, 1)
    with engine.begin() as db:
        assert len(mailable(db)) == 1
    again = import_text(engine, tmp_path, "email\na@example.org\nb@example.org\n", consent="paper forms of May")
    assert (again.updated, again.unchanged) == (1, 1)
    with engine.begin() as db:
        assert len(mailable(db)) == 2


STATUSES = {
    "subscribed": "active",
    "ACTIVE": "active",
    "confirmed": "active",
    "": "active",
    "pending": "pending",
    "non-subscribed": "pending",
    "unconfirmed": "pending",
    "unsubscribed": "left",
    "cleaned": "bounced",
    "bounced": "bounced",
    "complained": "complained",
    "spam": "complained",
    "gone fishing": "refused",
}


def test_each_status_has_its_meaning(engine: Engine, tmp_path: Path) -> None:
    """The words of other systems map to subscriptions and suppressions; an unknown one is refused."""
    text = "".join(f"p{number}@example.org,{status}\n" for number, status in enumerate(STATUSES))
    report = import_text(engine, tmp_path, "email,status\n" + text, consent="yes")
    found = {}
    with engine.begin() as db:
        for number, status in enumerate(STATUSES):
            known = show(db, f"p{number}@example.org")
            found[status] = "".join(
                [one.state for one in known.subscriptions] + [one.kind for one in known.suppressions]
            )
            if known.suppressions:  # an address that is never mailed need not be stored
                assert known.subscriber is None
                assert [one.act for one in known.consents] == [Act.LEFT if found[status] == "left" else Act.SUPPRESSED]
    assert found == STATUSES | {"gone fishing": ""}
    assert (report.added, report.unconfirmed, report.suppressed, report.refused_count) == (4, 3, 5, 1)


def test_an_import_brings_back_nobody_who_said_no(engine: Engine, tmp_path: Path) -> None:
    """However somebody said no, a file with the best consent neither adds nor changes them, on a new list either."""
    with engine.begin() as db:
        left, opted, gone, complained = (make_member(db, f"p{number}@example.org") for number in range(4))
        leave_list(db, left, "members", **BY_READER)
        opt_out(db, opted, WEEKLY, **BY_READER)
        leave_everything(db, gone, **BY_READER)
        suppress_address(db, "p3@example.org", SuppressionKind.COMPLAINED, reason="x", by="test", now=NOW)
    text = "email,name,consent_at\n" + "".join(f"P{number}@example.org,New,2026-11-22\n" for number in range(4))
    for slug in ("members", "brand-new"):
        report = import_text(engine, tmp_path, text, slug=slug, consent="yes")
        stays = 1 if slug == "members" else 0  # who opted out of one newsletter is still on the old list
        assert (report.suppressed, report.updated, report.added) == (4 - stays, stays, 0)
    with engine.begin() as db:
        assert mailable(db, ("members", "brand-new")) == []
        assert [find_by_id(db, one).name for one in (left, opted, gone, complained)] == ["", "New", "", ""]


def test_a_no_in_the_file_counts_wherever_it_stands(engine: Engine, tmp_path: Path) -> None:
    """Of a yes and a no for one person in one file the no wins, in either order, across portions too."""
    text = "email,status\na@example.org,active\nb@example.org,spam\na@example.org,unsubscribed\nb@example.org,active\n"
    for rows in (1, 2000):
        report = import_text(engine, tmp_path, text, consent="yes", rows=rows)
        with engine.begin() as db:
            assert mailable(db) == []
    assert report.suppressed >= 2


def test_the_second_line_of_a_person_is_refused(engine: Engine, tmp_path: Path) -> None:
    """Two lines with one address, however written and however far apart: the first counts, the second is told."""
    text = "email,name\na@example.org,First\nb@example.org,B\nA@EXAMPLE.org,Second\n"
    for rows in (1, 2, 2000):
        report = import_text(engine, tmp_path, text, consent="yes", rows=rows)
        assert report.refused == [(4, "listed before in this file, on line 2")]
        assert report.rows == 3
    with engine.begin() as db:
        assert find_by_address(db, "a@example.org").name == "First"


def test_a_value_replaces_and_an_empty_cell_keeps(engine: Engine, tmp_path: Path) -> None:
    """Updating: what the file says counts, what it leaves empty stays, attributes are merged, mutes are stronger."""
    import_text(engine, tmp_path, "email,name,role,City\na@example.org,Anna,clinician,Porto\n", consent="yes")
    with engine.begin() as db:
        anna = find_by_address(db, "a@example.org").id
        mute(db, anna, "topic:events", now=NOW)
    text = "email,name,role,topics,Team\na@example.org,,nurse,events;funding,North\n"
    assert import_text(engine, tmp_path, text, consent="yes").updated == 1
    assert import_text(engine, tmp_path, text, consent="yes").unchanged == 1
    with engine.begin() as db:
        known = show(db, "a@example.org")
    assert known.subscriber is not None
    assert (known.subscriber.name, known.subscriber.role) == ("Anna", "nurse")
    assert known.subscriber.attributes == {"City": "Porto", "Team": "North"}
    assert [(wish.key, wish.kind) for wish in known.wishes] == [("topic:events", "mute"), ("topic:funding", "follow")]


def test_new_proof_for_an_active_person_is_kept_once(engine: Engine, tmp_path: Path) -> None:
    """A time of consent that is not on record yet is recorded, though nothing else changes; again it is not."""
    with engine.begin() as db:
        make_member(db)
    for _ in range(2):
        import_text(engine, tmp_path, "email,consent_at\nanna@example.org,2024-05-31\n")
    with engine.begin() as db:
        assert [consent.act for consent in show(db, "anna@example.org").consents] == [Act.ADDED, Act.IMPORTED]


def test_the_counts_add_up_to_the_rows(engine: Engine, tmp_path: Path) -> None:
    """Every row is counted once, whatever became of it, in portions too."""
    text = (
        "email,status,hour\n"
        "a@example.org,active,8\nb@example.org,pending,\nc@example.org,spam,\nnobody,,\nd@example.org,,25\n"
        '"e@example.org,,\na@example.org,active,9\nf@example.org,active,1\n'
    )
    report = import_text(engine, tmp_path, text, consent="yes", rows=3)
    assert (report.added, report.unconfirmed, report.suppressed, report.refused_count) == (2, 1, 1, 4)
    assert report.rows == 8
    assert [line for line, _ in report.refused] == [5, 6, 7, 8]
    assert report.finished_at == NOW


def test_a_killed_import_goes_on_where_it_stood(engine: Engine, tmp_path: Path) -> None:
    """A portion whose transaction dies leaves nothing; the next call does it again, and all rows are there once."""
    path = tmp_path / "people.csv"
    path.write_text("email\n" + "".join(f"p{number}@example.org\n" for number in range(10)))
    with engine.begin() as db:
        make_list(db)
        import_id = start_import(db, path, "people.csv", "members", consent="yes", by="test", now=NOW)
    assert import_some(engine.begin, now=NOW, rows=4) == 4
    deaths = iter([False, True, False, True, True])

    class Killed(Exception):
        pass

    class DyingBegin:
        """Begins transactions of which some die at their end, before the commit."""

        def __enter__(self) -> object:
            self.context = engine.begin()
            return self.context.__enter__()

        def __exit__(self, kind: object, error: object, trace: object) -> None:
            if next(deaths, False):
                self.context.__exit__(Killed, Killed(), None)
                raise Killed
            self.context.__exit__(kind, error, trace)  # type: ignore[arg-type]  # passed on as they came

    done = 4
    while done < 10:
        try:
            done += import_some(DyingBegin, now=NOW, rows=4)  # type: ignore[arg-type]  # a context manager as good
        except Killed:
            with engine.begin() as db:
                assert import_report(db, import_id).rows == done
    assert import_some(engine.begin, now=NOW) == 0
    with engine.begin() as db:
        assert import_report(db, import_id).added == 10
        for table in (subscribers, subscriptions, consents):
            assert db.execute(select(func.count()).select_from(table)).scalar_one() == 10


def test_two_workers_do_no_row_twice(engine: Engine, tmp_path: Path) -> None:
    """A worker that comes too late with a portion finds that the import has moved on, and writes nothing."""
    path = tmp_path / "people.csv"
    path.write_text("email\na@example.org\nb@example.org\n")
    with engine.begin() as db:
        make_list(db)
        import_id = start_import(db, path, "people.csv", "members", consent="yes", by="test", now=NOW)
    calls = 0

    def begin_late():  # type: ignore[no-untyped-def]  # what engine.begin returns
        nonlocal calls
        calls += 1
        if calls == 2:  # the portion is read, its transaction not begun: the other worker is quicker
            assert import_some(engine.begin, now=NOW, rows=1) == 1
        return engine.begin()

    assert import_some(begin_late, now=NOW, rows=1) == 1
    with engine.begin() as db:
        report = import_report(db, import_id)
    assert (report.rows, report.added) == (2, 2)


def test_an_import_whose_file_is_gone_ends_and_blocks_no_other(engine: Engine, tmp_path: Path) -> None:
    """A lost or changed spooled copy is told in the report; the next import in line goes on."""
    with engine.begin() as db:
        make_list(db)
        ids = []
        for name in ("gone", "changed", "fine"):
            path = tmp_path / name
            path.write_text("email\na@example.org\n")
            ids.append(start_import(db, path, name, "members", consent="yes", by="test", now=NOW))
    (tmp_path / "gone").unlink()
    (tmp_path / "changed").write_text("email\nz@example.org\n")
    assert import_some(engine.begin, now=NOW) == 1
    assert import_some(engine.begin, now=NOW) == 0
    with engine.begin() as db:
        gone, changed, fine = (import_report(db, import_id) for import_id in ids)
    assert [(line, "stopped here" in why) for line, why in gone.refused + changed.refused] == [(0, True), (0, True)]
    assert "import the file again" in changed.refused[0][1]
    assert (gone.finished_at, fine.added, fine.finished_at) == (NOW, 1, NOW)


def test_refusals_can_be_read_behind_the_first_thousand(engine: Engine, tmp_path: Path) -> None:
    """The report stays short; all refusals can be paged through."""
    report = import_text(engine, tmp_path, "email\n" + "nobody\n" * 1003)
    assert (report.refused_count, len(report.refused)) == (1003, 1000)
    with engine.begin() as db:
        rest = refusals(db, 1, after_line=report.refused[-1][0], limit=100)
    assert [line for line, _ in rest] == [1002, 1003, 1004]


def test_a_departed_person_on_the_list_by_their_own_act_is_updated(engine: Engine, tmp_path: Path) -> None:
    """Leaving one list does not freeze the profile on another where the person stayed."""
    with engine.begin() as db:
        anna = make_member(db)
        make_member(db, slug="press")
        leave_list(db, anna, "members", **BY_READER)
    assert import_text(engine, tmp_path, "email,role\nanna@example.org,nurse\n", slug="press").updated == 1
    with engine.begin() as db:
        assert reason(db, anna, ("press",)) == ""
        assert reason(db, anna, ("members",)) == "unsubscribed"


def test_activating_brings_back_nobody_who_left_meanwhile(engine: Engine, tmp_path: Path) -> None:
    """A yes in a file that was decided on a moment ago makes nobody active who has left since."""
    import_text(engine, tmp_path, "email\na@example.org\nb@example.org\n")
    with engine.begin() as db:
        left, waits = (find_by_address(db, f"{name}@example.org").id for name in "ab")
        leave_list(db, left, "members", **BY_READER)
        import_store.activate(db, 1, [left, waits], NOW)
        assert mailable(db) == [waits]


def test_a_no_that_is_said_while_a_portion_is_prepared_counts(engine: Engine, tmp_path: Path) -> None:
    """What was looked up before the write begins is looked up again where somebody has said something since."""
    path = tmp_path / "people.csv"
    path.write_text("email\nanna@example.org\n")
    with engine.begin() as db:
        anna = make_member(db, slug="press")
        make_list(db)
        start_import(db, path, "people.csv", "members", consent="yes", by="test", now=NOW)

    def begin_after_a_no():  # type: ignore[no-untyped-def]  # what engine.begin returns
        with engine.begin() as db:
            leave_list(db, anna, "press", **BY_READER)
        return engine.begin()

    assert import_some(begin_after_a_no, now=NOW, look=engine.begin) == 1
    with engine.begin() as db:
        assert mailable(db, ("members", "press")) == []


LISTMONK = "uuid,email,name,attributes,status,created_at,updated_at\n"


def test_a_row_that_cannot_be_stored_is_refused_and_the_others_come_in(engine: Engine, tmp_path: Path) -> None:
    """JSON can say half of a surrogate pair and U+0000: that row is told with its line, whatever the database takes."""
    rows = [
        '1,a@example.org,A,"{""x"":""\\ud800""}",enabled,,\n',
        '2,b@example.org,B,"{""x"":""\\u0000""}",enabled,,\n',
        '3,c@example.org,C,"{""\\udfff"":""x""}",enabled,,\n',
        '4,d@example.org,D,"{""x"":""\\ud83d\\ude00""}",enabled,,\n',
    ]
    report = import_text(engine, tmp_path, LISTMONK + "".join(rows), consent="yes")
    assert [line for line, _ in report.refused] == [2, 3, 4]
    assert all("cannot be stored" in why for _, why in report.refused)
    assert report.added == 1


def test_a_fault_in_storing_one_row_keeps_no_later_import_waiting(engine: Engine, tmp_path: Path) -> None:
    """Whatever a database does not take of one row is that row's refusal: rows beside it and later files are read."""
    files = {"yes.csv": "a@example.org,\nb@example.org,\nc@example.org,\nd@example.org,\ne@example.org,\n"}
    files["no.csv"] = "a@example.org,unsubscribed\n"
    with engine.begin() as db:
        make_list(db)
        ids = []
        for name, lines in files.items():
            (tmp_path / name).write_text(f"email,status\n{lines}")
            ids.append(start_import(db, tmp_path / name, name, "members", consent="yes", by="test", now=NOW))

    def refuse_c(_conn: object, _cursor: object, _statement: str, parameters: object, *_: object) -> None:
        if "c@example.org" in str(parameters) and "INSERT INTO subscribers" in _statement:
            raise UnicodeEncodeError("utf-8", "c", 0, 1, "not for this database")

    event.listen(engine, "before_cursor_execute", refuse_c)
    try:
        while import_some(engine.begin, now=NOW, rows=4):
            pass
    finally:
        event.remove(engine, "before_cursor_execute", refuse_c)
    with engine.begin() as db:
        yes, no = (import_report(db, import_id) for import_id in ids)
        assert (yes.rows, yes.added, yes.refused) == (5, 4, [(4, "it cannot be stored: UnicodeEncodeError")])
        assert yes.refused_count == 1
        assert (no.rows, no.suppressed) == (1, 1)


def test_a_copy_is_found_from_any_folder(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home named by a path from here is the same home there: an import goes on, also when the home has moved."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "people.csv").write_text("email\na@example.org\nb@example.org\n")
    monkeypatch.chdir(tmp_path)
    with engine.begin() as db:
        make_list(db)
        here = Path("home")
        number = start_import(
            db, here / "people.csv", "people.csv", "members", consent="yes", by="test", now=NOW, folder=here
        )
    assert import_some(engine.begin, now=NOW, rows=1, folder=here) == 1
    home.rename(tmp_path / "moved")
    monkeypatch.chdir("/")
    while import_some(engine.begin, now=NOW, rows=1, folder=tmp_path / "moved"):
        pass
    with engine.begin() as db:
        assert import_report(db, number).added == 2

"""Consents are append-only: read in the program's text, and kept by the database while everything is done to people."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from subscribers.address import parse_address
from subscribers.consent import consent_store
from subscribers.consent.consent import Consent, SuppressionKind
from subscribers.consent.join import ask, confirm
from subscribers.consent.leave import leave_everything, leave_list, opt_out, undo_opt_out
from subscribers.errors import SaidNo
from subscribers.people.erase import erase
from subscribers.suppression.suppress import release, suppress_address
from subscribers.tables import consent_texts, consents
from tests.unit.subscribers.append_only import guard_consents
from tests.unit.subscribers.people import BY_READER, SHOWN, WEEKLY, import_text, make_member

CHECKOUT = Path(__file__).parents[3]
PROGRAM = [*(CHECKOUT / "subscribers").rglob("*.py"), *(CHECKOUT / "newsletter").rglob("*.py")]
ANNA = parse_address("anna@example.org")
TABLES = {"consents", "consent_texts"}


def changes_in(text: str) -> Iterator[str]:
    """Give each statement that updates or deletes rows of the record, as it is written with what is called on it."""
    if not any(name in text for name in TABLES):
        return
    tree = ast.parse(text)
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or _last(node.func) not in {"update", "delete"}:
            continue
        if TABLES & {_last(argument) for argument in node.args}:
            whole: ast.AST = node
            while isinstance(above := parents[whole], ast.Attribute | ast.Call):
                if isinstance(above, ast.Call) and above.func is not whole:
                    break  # what it is given to: execute(...)
                whole = above
            yield ast.unparse(whole)


def _last(node: ast.AST) -> str:
    return ast.unparse(node).rpartition(".")[2]


def test_no_statement_changes_a_record_but_the_blanking_of_network_addresses() -> None:
    """Nothing deletes from consents or their texts, and the only update there is sets network_address to nothing."""
    found = [one for path in PROGRAM for one in changes_in(path.read_text(encoding="utf-8"))]
    assert found
    for statement in found:
        assert statement.startswith("update(consents)"), statement
        assert statement.endswith(".values(network_address='')"), statement


def test_no_statement_in_plain_sql_changes_a_record() -> None:
    """Nor does any text of SQL; migrations may only add to the tables."""
    for path in PROGRAM:
        text = path.read_text(encoding="utf-8").lower()
        for words in ("update consents", "delete from consents", "update consent_texts", "delete from consent_texts"):
            assert words not in text, path


def test_the_reading_of_the_program_finds_what_it_looks_for() -> None:
    """The test above would see a change, however it is called."""
    sample = "db.execute(sqlalchemy.update(tables.consents).where(x).values(act='y'))\ndb.execute(delete(consents))"
    assert sorted(changes_in(sample)) == [
        "delete(consents)",
        "sqlalchemy.update(tables.consents).where(x).values(act='y')",
    ]


def test_the_database_would_refuse_a_change(sqlite_engine: Engine, now: datetime) -> None:
    """The guard that the laws run under holds: rows go in, network addresses go out, and nothing else moves."""
    with sqlite_engine.begin() as db:
        guard_consents(db)
        make_member(db)
        (row,) = db.execute(select(consents)).mappings()
        db.execute(update(consents).values(network_address=""))
        db.execute(insert(consent_texts).values(hash="h", language="en", text="x", since=now))
    for statement in (
        delete(consents),
        update(consents).values(act="confirmed"),
        update(consents).values(network_address="192.0.2.7"),
        delete(consent_texts),
        update(consent_texts).values(text="other words"),
    ):
        with sqlite_engine.begin() as db, pytest.raises(IntegrityError, match="append-only"):
            db.execute(statement)
    assert row["act"] == "added"


def test_nothing_that_is_done_to_a_person_changes_a_record(
    sqlite_engine: Engine, now: datetime, tmp_path: Path
) -> None:
    """Join, leave, undo, suppress, release, import, erase: each record stays as it was, but for the network address."""
    kept: list[Consent] = []
    with sqlite_engine.begin() as db:
        guard_consents(db)
        anna = make_member(db)
    steps: list[Callable[[Connection], object]] = [
        lambda db: ask(db, "anna@example.org", "members", shown=SHOWN, now=now),
        lambda db: opt_out(db, anna, WEEKLY, **BY_READER),
        lambda db: undo_opt_out(db, anna, WEEKLY, **BY_READER),
        lambda db: leave_list(db, anna, "members", **BY_READER),
        lambda db: leave_everything(db, anna, **BY_READER),
        lambda db: confirm(db, anna, "members", shown=SHOWN, now=now),
        lambda db: suppress_address(db, "anna@example.org", SuppressionKind.FORBIDDEN, reason="x", by="t", now=now),
        lambda db: release(db, "anna@example.org", reason="x", by="t", now=now),
        lambda db: erase(db, anna, by="t", now=now),
    ]
    for step in steps:
        with sqlite_engine.begin() as db:
            step(db)
            told = [replace(one, network_address="") for one in consent_store.consents_of(db, ANNA.hash)]
        assert told[: len(kept)] == kept
        assert len(told) > len(kept)
        kept = told
    import_text(sqlite_engine, tmp_path, "email\nanna@example.org\n", consent="x")
    with sqlite_engine.begin() as db, pytest.raises(SaidNo):
        make_member(db)

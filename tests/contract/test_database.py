"""The database loses no update and gives times back as it got them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Engine, insert, select, update
from sqlalchemy.exc import StatementError

from newsletter.db.engine import reading, writing
from newsletter.db.tables import audit_log, home_facts


def test_no_update_is_lost(sqlite_engine: Engine) -> None:
    """Read-then-write by several threads at once counts every one: the driver's default loses half of them silently."""
    with writing(sqlite_engine) as db:
        db.execute(insert(home_facts).values(name="count", value="0"))

    def count_up(_: int) -> None:
        with writing(sqlite_engine) as db:
            value = int(db.execute(select(home_facts.c.value).where(home_facts.c.name == "count")).scalar_one())
            db.execute(update(home_facts).where(home_facts.c.name == "count").values(value=str(value + 1)))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(count_up, range(200)))
    with reading(sqlite_engine) as db:
        assert db.execute(select(home_facts.c.value)).scalar_one() == "200"


def test_times_come_back_aware_and_equal(engine: Engine) -> None:
    """An instant stored in any zone comes back as the same instant, in UTC."""
    at = datetime(2026, 10, 25, 2, 30, 1, 5, tzinfo=timezone(timedelta(hours=2)))
    with writing(engine) as db:
        db.execute(insert(audit_log).values(at=at, who="x", act="x", subject="x"))
    with reading(engine) as db:
        found = db.execute(select(audit_log.c.at)).scalar_one()
    assert found == at
    assert found.tzinfo == UTC


def test_a_time_without_a_zone_is_refused(engine: Engine) -> None:
    """A naive time is an error at once, never a guess."""
    with pytest.raises(StatementError, match="without a zone"), writing(engine) as db:
        db.execute(insert(audit_log).values(at=datetime(2026, 1, 1), who="x", act="x", subject="x"))  # noqa: DTZ001

"""Three crons fire at the same moment. There is one issue for the slot, and one mail for each reader (rows 14, 23)."""

from pathlib import Path

import pytest

from tests.stories.stage import Home, relay_in, set_up_weekly, tomorrow_at, write_post

pytestmark = pytest.mark.story

READERS = 150


def test_three_at_once(tmp_path: Path) -> None:
    """Ticks that run together make each slot once and mail each reader once; ticks after them add nothing."""
    slot = tomorrow_at(8, "Europe/Berlin")
    write_post(tmp_path / "posts", "one", "A call for everybody")
    with relay_in(tmp_path, delay=0.01) as relay:
        home = Home(tmp_path / "home").settle_in(relay.port)
        schedule = 'schedule = "0 8 * * *"\nzone = "Europe/Berlin"\napproval = "auto"'
        people = set_up_weekly(home, tmp_path / "posts", readers=READERS, more=schedule)
        home.json("ingest")
        ticks = [home.begin("tick", "--at", slot.isoformat()) for _ in range(3)]
        said = [tick.wait() for tick in ticks]
        assert [one.code for one in said] == [0, 0, 0], said
        home.run("tick", "--at", slot.isoformat())
        assert [(one["name"], one["state"]) for one in home.json("issue", "list")] == [("weekly/1", "sent")]
        assert sorted(relay.recipients) == people
        status = home.status("weekly")
        assert (status["candidates"], status["accepted"]) == (READERS, READERS)

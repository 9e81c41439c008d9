"""The clocks are changed on the night of an issue. No slot is lost and none comes twice (rows 21, 22, 25).

Cron-style runs go through the nights on which a zone's clocks go forward and back, for a daily and a weekly newsletter
due at a wall time that is left out or comes twice; each issue has one new post for its one reader.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.stories.stage import Home, relay_in, set_up_weekly, tomorrow_at, write_post

pytestmark = pytest.mark.story

DAILY = """
[[newsletter]]
slug = "daily"
name = "Daily"
from = "Newsroom <daily@example.org>"
postal_address = "Example Street 1, 53227 Bonn, Germany"
lists = ["members"]
schedule = "{minute} {hour} * * *"
zone = "{zone}"
approval = "auto"
"""
HALF_HOUR = timedelta(minutes=30)


@pytest.mark.parametrize(
    ("zone", "wall", "change"),
    [
        ("Europe/Berlin", "02:30", "forward"),
        pytest.param("Europe/Berlin", "02:30", "back", marks=pytest.mark.long),
        pytest.param("America/Havana", "00:30", "forward", marks=pytest.mark.long),  # midnight itself is left out
        ("America/Havana", "00:30", "back"),
        pytest.param("Africa/Cairo", "00:00", "forward", marks=pytest.mark.long),
        pytest.param("Africa/Cairo", "23:30", "back", marks=pytest.mark.long),
    ],
)
def test_the_night_itself(tmp_path: Path, zone: str, wall: str, change: str) -> None:
    """Each day has one issue at the wall time of the schedule, whatever the clocks do, and the week has one."""
    at = next_change(ZoneInfo(zone), change)
    hour, minute = wall.split(":")
    weekday = at.astimezone(ZoneInfo(zone)).strftime("%a").lower()
    with relay_in(tmp_path) as relay:
        home = Home(tmp_path / "home").settle_in(relay.port)
        weekly = f'schedule = "{int(minute)} {int(hour)} * * {weekday}"\nzone = "{zone}"\napproval = "auto"\n'
        daily = DAILY.format(minute=int(minute), hour=int(hour), zone=zone)
        set_up_weekly(home, tmp_path / "posts", readers=1, more=weekly + daily)
        moments = list(through_the_night(at))
        home.run("tick", "--at", moments[0].isoformat())  # slots of before are behind us
        before = {(one["newsletter"], one["slot"]) for one in home.json("issue", "list")}
        for number, moment in enumerate(moments[1:]):
            write_post(
                tmp_path / "posts",
                f"post{number}",
                f"News of run {number} about subject {'abcdefghijklmnopqrst'[number]}",
            )
            home.run("tick", "--at", moment.isoformat())
        issues = [one for one in home.json("issue", "list") if (one["newsletter"], one["slot"]) not in before]

    first, last = (moment.astimezone(ZoneInfo(zone)) for moment in (moments[0], moments[-1]))
    days = days_with(wall, first, last)
    expected = {("daily", f"{day}T{wall}") for day in days}
    expected |= {("weekly", f"{day}T{wall}") for day in days if day.strftime("%a").lower() == weekday}
    assert Counter((one["newsletter"], one["slot"]) for one in issues) == Counter(expected)
    assert {one["state"] for one in issues if one["newsletter"] == "daily"} == {"sent"}
    assert relay.count == sum(one["state"] == "sent" for one in issues)


def test_days_without_power(tmp_path: Path) -> None:
    """After days of silence the latest slot is made up for, once, with all that is new; older ones are not."""
    zone = "Europe/Berlin"
    with relay_in(tmp_path) as relay:
        home = Home(tmp_path / "home").settle_in(relay.port)
        set_up_weekly(
            home, tmp_path / "posts", readers=1, more=f'schedule = "0 8 * * *"\nzone = "{zone}"\napproval = "auto"'
        )
        start = tomorrow_at(8, zone)
        write_post(tmp_path / "posts", "one", "What came before the storm")
        home.run("tick", "--at", start.isoformat())
        write_post(tmp_path / "posts", "two", "What the storm broke in the hospitals")
        for hours in (5 * 24 + 3, 5 * 24 + 4):
            home.run("tick", "--at", (start + timedelta(hours=hours)).isoformat())
        slots = [one["slot"] for one in home.json("issue", "list")]
        day = start.astimezone(ZoneInfo(zone)).date()
        assert slots == [f"{day + timedelta(days=5)}T08:00", f"{day}T08:00"]
        assert relay.count == 2


def next_change(zone: ZoneInfo, change: str) -> datetime:
    """The next instant from which a zone's clocks go forward or back, at least three days ahead."""
    at = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=3)
    for _ in range(2 * 366 * 24):
        before, after = at.astimezone(zone).utcoffset(), (at + timedelta(hours=1)).astimezone(zone).utcoffset()
        assert before is not None
        assert after is not None
        if (after > before) if change == "forward" else (after < before):
            return at + timedelta(hours=1)
        at += timedelta(hours=1)
    raise AssertionError(f"{zone} changes its clocks no more: choose another")


def through_the_night(change: datetime) -> Iterator[datetime]:
    """Runs of a cron: daily before and after, every half hour around the change."""
    yield change - timedelta(hours=36)
    yield change - timedelta(hours=12)
    for number in range(-2, 5):
        yield change + number * HALF_HOUR
    yield change + timedelta(hours=12)
    yield change + timedelta(hours=36)


def days_with(wall: str, first: datetime, last: datetime) -> list[date]:
    """The days whose wall time lies between two local moments. A day's wall time comes once, whatever the clocks do."""
    days = [first.date() + timedelta(days=number) for number in range((last.date() - first.date()).days + 1)]
    return [day for day in days if f"{first:%Y-%m-%dT%H:%M}" < f"{day}T{wall}" <= f"{last:%Y-%m-%dT%H:%M}"]

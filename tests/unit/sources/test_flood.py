"""Which items are held when a feed turns many new at once."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.base.ids import PostId
from newsletter.sources.stories.flood import Arrival, find_flood
from newsletter.sources.stories.same_as_before import Content, match_old

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
DAY = timedelta(days=1)
KNOWN = Arrival(is_new=False, published=NOW - 5 * DAY)
OLD = Arrival(is_new=True, published=NOW - 30 * DAY)
UNDATED = Arrival(is_new=True, published=None)


def fresh(hours: int) -> Arrival:
    return Arrival(is_new=True, published=NOW + timedelta(hours=hours))


def test_the_first_reading_is_no_flood() -> None:
    """A source that was never read well brings its back-catalogue."""
    assert find_flood([OLD] * 50, last_good_at=None) == []


def test_old_items_under_new_ids_are_held() -> None:
    """More than 40 %, or more than ten, turn new at once: those that are not fresh wait."""
    assert find_flood([OLD] * 5 + [KNOWN] * 5, last_good_at=NOW) == [0, 1, 2, 3, 4]
    assert find_flood([KNOWN] * 90 + [OLD] * 11, last_good_at=NOW) == list(range(90, 101))
    assert find_flood([OLD] * 4 + [KNOWN] * 6, last_good_at=NOW) == []
    assert find_flood([OLD] * 3 + [KNOWN], last_good_at=NOW) == []


def test_a_busy_day_is_no_flood() -> None:
    """Items dated after the last good reading, with titles of their own, go out however many they are."""
    assert find_flood([fresh(hours) for hours in range(30)], last_good_at=NOW) == []
    assert find_flood([*(fresh(hours) for hours in range(12)), OLD], last_good_at=NOW) == [12]


def test_a_known_title_and_an_import_stamp_are_not_fresh() -> None:
    """A date of today does not make new what has an old title, nor what shares its moment with ten others."""
    seen = Arrival(is_new=True, published=NOW + DAY, has_known_title=True)
    assert find_flood([seen] * 4, last_good_at=NOW) == [0, 1, 2, 3]
    assert find_flood([fresh(1)] * 11, last_good_at=NOW) == list(range(11))
    assert find_flood([fresh(1)] * 10, last_good_at=NOW) == []


@pytest.mark.parametrize(
    "step", [timedelta(seconds=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=1), timedelta(hours=3)]
)
def test_an_import_is_held_however_far_apart_it_stamps(step: timedelta) -> None:
    """More than ten within an hour, 40 within a day, or a hundred in all are no news, whatever their dates say."""
    moved = [Arrival(is_new=True, published=NOW + number * step) for number in range(200)]
    known = [KNOWN] * 10
    assert find_flood([*known, *moved], last_good_at=NOW) == list(range(10, 210))


def test_an_hour_is_counted_wherever_it_begins() -> None:
    """Twelve around the full hour are twelve within an hour; what stands beside them is not held."""
    dates = [NOW + timedelta(hours=1, minutes=minutes) for minutes in range(-6, 6)]
    items = [*(Arrival(is_new=True, published=date) for date in dates), fresh(5)]
    assert find_flood(items, last_good_at=NOW) == list(range(12))


def test_a_feed_may_lag_two_days() -> None:
    """What is dated up to two days before the last good reading is fresh; three days before it is not."""
    for days, held in ((1, []), (3, [0, 1, 2, 3, 4])):
        late = [Arrival(is_new=True, published=NOW - days * DAY)] * 5
        assert find_flood(late + [KNOWN] * 5, last_good_at=NOW) == held


def test_undated_items_above_known_ones_are_fresh() -> None:
    """A feed that keeps its ids and has new items on top has news; one that keeps none has not."""
    assert find_flood([UNDATED] * 5 + [KNOWN] * 5, last_good_at=NOW) == []
    assert find_flood([KNOWN] * 5 + [UNDATED] * 5, last_good_at=NOW) == [5, 6, 7, 8, 9]
    assert find_flood([UNDATED] * 8, last_good_at=NOW) == list(range(8))
    assert find_flood([UNDATED] * 11 + [KNOWN] * 5, last_good_at=NOW) == list(range(11))


ARRIVALS = st.builds(
    Arrival,
    is_new=st.booleans(),
    published=st.none() | st.integers(-60, 10).map(lambda days: NOW + days * DAY),
    has_known_title=st.booleans(),
)


@given(st.lists(ARRIVALS, max_size=40))
@settings(max_examples=100)
def test_only_new_items_are_held(arrivals: list[Arrival]) -> None:
    """Nothing known is ever held, nothing fresh by its date and title either, and few new ones never."""
    held = find_flood(arrivals, last_good_at=NOW)
    new = sum(one.is_new for one in arrivals)
    assert all(arrivals[place].is_new for place in held)
    assert not held or new >= 4
    assert not held or new > 10 or new > 0.4 * len(arrivals)


def content(title: str, text: str = "", published: datetime | None = None) -> Content:
    return Content(title=title, text=text, published=published)


def test_the_same_title_in_a_flood_is_the_same_post() -> None:
    """Only where it stands once on both sides; a short one needs the same date or text beside."""
    long = "Nine new projects on early diagnosis begin"
    stored = [
        (PostId(1), content(long.upper())),
        (PostId(2), content("Newsletter", published=NOW)),
        (PostId(3), content("Twice the very same title here")),
        (PostId(4), content("Twice the very same title here")),
    ]
    items = [content(long), content("Newsletter", published=NOW), content("Twice the very same title here")]
    assert match_old(items, stored) == {0: 1, 1: 2}
    assert match_old([content("Newsletter", published=NOW + DAY)], stored) == {}
    assert match_old([content(long), content(long)], stored) == {}

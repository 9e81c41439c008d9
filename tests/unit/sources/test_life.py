"""When a post may be offered."""

from datetime import UTC, datetime, timedelta

import pytest

from newsletter.sources.life import POST_ARROWS, alive_until, first_state, never_offered, visible_from
from newsletter.sources.post import LONGEST_LIFE, CallDetails, EventDetails, PostState
from newsletter.sources.source import SourceKind

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("kind", "is_first", "published", "state"),
    [
        (SourceKind.FEED, True, NOW - 13 * DAY, PostState.CANDIDATE),
        (SourceKind.FEED, True, NOW - 15 * DAY, PostState.SEEN),
        (SourceKind.FEED, True, None, PostState.SEEN),
        (SourceKind.FEED, False, None, PostState.CANDIDATE),
        (SourceKind.FEED, False, NOW - 400 * DAY, PostState.CANDIDATE),
        (SourceKind.PAGE, True, None, PostState.CANDIDATE),
        (SourceKind.FOLDER, True, NOW - 400 * DAY, PostState.CANDIDATE),
    ],
)
def test_the_back_catalogue_is_seen(
    kind: SourceKind, is_first: bool, published: datetime | None, state: PostState
) -> None:
    """Old and undated posts of a feed's first fetch are seen; all else is a candidate."""
    assert first_state(published, kind=kind, is_first_fetch=is_first, backfill_days=14, now=NOW) is state


def test_a_future_date_is_an_embargo() -> None:
    """A post is visible from its date, but never from before it was seen."""
    assert visible_from(NOW + DAY, NOW) == NOW + DAY
    assert visible_from(NOW - DAY, NOW) == NOW
    assert visible_from(None, NOW) == NOW


def end(**details: object) -> datetime:
    event, call = details.get("event"), details.get("call")
    assert event is None or isinstance(event, EventDetails)
    assert call is None or isinstance(call, CallDetails)
    since = details.get("since", NOW)
    assert isinstance(since, datetime)
    return alive_until(first_seen_at=NOW, story_since=since, event=event, call=call)


def test_a_post_dies_with_its_story_event_or_deadline() -> None:
    """The earliest of 35 days, the story's 35 days, the event's end and the deadline ends a post's life."""
    assert end() == NOW + LONGEST_LIFE
    assert end(since=NOW - 30 * DAY) == NOW + 5 * DAY
    assert end(call=CallDetails(deadline=NOW + 3 * DAY)) == NOW + 3 * DAY
    assert end(call=CallDetails()) == NOW + LONGEST_LIFE
    assert end(event=EventDetails(starts_at=NOW + DAY, ends_at=NOW + 2 * DAY)) == NOW + 2 * DAY
    assert end(event=EventDetails(starts_at=NOW + DAY)) == NOW + DAY
    assert end(event=EventDetails(starts_at=NOW, ends_at=NOW + DAY, all_day=True)) == NOW + 2 * DAY
    assert end(event=EventDetails(starts_at=NOW + 90 * DAY)) == NOW + LONGEST_LIFE


def test_an_embargo_longer_than_a_life_is_told() -> None:
    """A date 35 days ahead would hide a post for ever."""
    assert never_offered(NOW + LONGEST_LIFE, NOW)
    assert not never_offered(NOW + LONGEST_LIFE - DAY, NOW)
    assert not never_offered(None, NOW)


def test_withdrawn_is_for_good() -> None:
    """Every state has its arrows, and none leads out of withdrawn."""
    assert set(POST_ARROWS) == set(PostState)
    assert POST_ARROWS[PostState.WITHDRAWN] == frozenset()

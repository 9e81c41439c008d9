"""Decides when a post may be offered: its first state, from when, and how long. Pure: `now` is an argument."""

from datetime import datetime, timedelta

from newsletter.sources.post import LONGEST_LIFE, CallDetails, EventDetails, PostState
from newsletter.sources.source import SourceKind

# The only moves of a post's state there are. Withdrawn is for good: withdrawals only subtract from an issue.
POST_ARROWS: dict[PostState, frozenset[PostState]] = {
    PostState.CANDIDATE: frozenset({PostState.HELD, PostState.WITHDRAWN}),
    PostState.SEEN: frozenset({PostState.CANDIDATE, PostState.WITHDRAWN}),
    PostState.HELD: frozenset({PostState.CANDIDATE, PostState.WITHDRAWN}),
    PostState.WITHDRAWN: frozenset(),
}


def first_state(
    published: datetime | None, *, kind: SourceKind, is_first_fetch: bool, backfill_days: int, now: datetime
) -> PostState:
    """Decide the state of a new post. The first fetch of a feed brings its back-catalogue: old and undated posts are
    stored as seen. A page or a folder is what somebody just pointed at: always a candidate.
    """
    if not is_first_fetch or kind in {SourceKind.PAGE, SourceKind.FOLDER}:
        return PostState.CANDIDATE
    is_recent = published is not None and published >= now - timedelta(days=backfill_days)
    return PostState.CANDIDATE if is_recent else PostState.SEEN


def visible_from(published: datetime | None, first_seen_at: datetime) -> datetime:
    """Decide from when a post may be shown: a date in the future is an embargo."""
    return max(published, first_seen_at) if published else first_seen_at


def alive_until(
    *, first_seen_at: datetime, story_since: datetime, event: EventDetails | None, call: CallDetails | None
) -> datetime:
    """Decide until when a post may be offered: 35 days after its story came in, never after its event or deadline."""
    ends = [first_seen_at + LONGEST_LIFE, story_since + LONGEST_LIFE]
    if event is not None:
        last = event.ends_at or event.starts_at
        ends.append(last + timedelta(days=1) if event.all_day else last)
    if call is not None and call.deadline is not None:
        ends.append(call.deadline)
    return min(ends)


def never_offered(published: datetime | None, first_seen_at: datetime) -> bool:
    """Tell whether an embargo outlasts the post's life: its date is a mistake, or an event's; somebody should know."""
    return published is not None and published >= first_seen_at + LONGEST_LIFE

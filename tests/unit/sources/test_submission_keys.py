"""A form that is sent twice is one post, also across the full hour."""

from datetime import UTC, datetime, timedelta

import pytest

from newsletter.sources.post import PostKind
from newsletter.sources.submission import Submission, submission_keys

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SENT = Submission(
    title="A call", text="Nine teams.", link="", kind=PostKind.NEWS, deadline=None, start=None, end=None, place="",
    language="en", topic="", sender="Jana",
)  # fmt: skip


def keys(minutes: int, picture: bytes = b"") -> set[str]:
    return set(submission_keys(SENT, picture, secret=b"s", now=NOON + timedelta(minutes=minutes)))


@pytest.mark.parametrize("first", [-61, -30, -1, 0, 1, 59])
@pytest.mark.parametrize("later", [0, 1, 59])
def test_what_is_sent_again_within_the_hour_has_a_key_of_before(first: int, later: int) -> None:
    """Whichever minute it began in: a doubled click at 11:59:59 and 12:00:01 is one post."""
    assert keys(first) & keys(first + later)


def test_what_is_sent_again_much_later_is_another_post() -> None:
    """After two hours nothing of it is known; and another picture makes another post at once."""
    assert not keys(0) & keys(120)
    assert not keys(0) & keys(0, b"picture")

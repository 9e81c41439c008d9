"""The words that people read of states, reasons and counts."""

import pytest

from newsletter.app.words import counted, counts_words, delivery_word, issue_word
from newsletter.issues.issue import IssueState
from newsletter.outbox.delivery import Counts, DeliveryState
from newsletter.outbox.reason_words import reason_words


@pytest.mark.parametrize("state", IssueState)
def test_every_issue_state_has_a_screen_word(state: IssueState) -> None:
    """People read the words of the screens and no others."""
    assert issue_word(state.value) in {"collecting", "for review", "going out", "sent", "not sent"}


@pytest.mark.parametrize("state", DeliveryState)
def test_every_delivery_state_has_a_screen_word(state: DeliveryState) -> None:
    """No state of the tables reaches the screen."""
    assert "_" not in delivery_word(state.value)
    assert delivery_word(state.value) != state.value


def test_counts_leave_nothing_out() -> None:
    """The words of the counts add up to the readers."""
    counts = Counts(planned=1, in_flight=2, accepted=0, failed=4, suppressed=5, in_doubt=6)
    assert sum(count for _, count in counts_words(counts)) == counts.candidates


def test_a_servers_own_words_stay() -> None:
    """A reason that is a code is worded, and what a server said stands as it came."""
    assert reason_words("suppressed:left") == "left everything"
    assert reason_words("550 5.1.1 no such_user") == "550 5.1.1 no such_user"


@pytest.mark.parametrize(
    ("count", "words", "expected"),
    [
        (0, ("post",), "0 posts"),
        (1, ("post",), "1 post"),
        (2, ("post",), "2 posts"),
        (1, ("story", "stories"), "1 story"),
        (2, ("story", "stories"), "2 stories"),
    ],
)
def test_numbers_agree_with_their_words(count: int, words: tuple[str, ...], expected: str) -> None:
    """One thing is one thing."""
    assert counted(count, *words) == expected

"""What goes into a call, and what a repeated call settles."""

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.providers.http.carry import cut_in_calls, settled
from newsletter.providers.http.dialect import Answer, Item
from newsletter.providers.provider import Accepted, OurFault, Outcome, Refused, Scope, Temporary, Uncertain


@settings(max_examples=60)
@given(st.lists(st.integers(1, 30)), st.integers(40, 90), st.integers(1, 9))
def test_calls_are_cut_by_size_and_number(sizes: list[int], most: int, count: int) -> None:
    """Messages that are too big together go in several calls, none over the limit, none lost, none needlessly cut."""
    items = [Item(str(number), b"x" * size) for number, size in enumerate(sizes)]
    calls = list(cut_in_calls(items, messages=count, octets=most))
    assert [item for call in calls for item in call] == items
    lengths = [len(b"[" + b",".join(item.content for item in call) + b"]") for call in calls]
    assert all(length <= most for length in lengths)
    assert all(len(call) <= count for call in calls)
    for call, after in itertools.pairwise(calls):
        assert len(call) == count or len(b"[" + b",".join(item.content for item in [*call, after[0]]) + b"]") > most


OUTCOMES: st.SearchStrategy[Outcome] = st.sampled_from(
    [Accepted("1"), Refused("no"), OurFault("key"), Temporary("later"), Uncertain("cut")]
)


@settings(max_examples=60)
@given(st.lists(st.tuples(OUTCOMES, OUTCOMES), min_size=1, max_size=5))
def test_only_an_acceptance_or_a_refusal_settles_a_doubt(pairs: list[tuple[Outcome, Outcome]]) -> None:
    """That the second call failed says nothing of the first, and what the first said stands."""
    later = Temporary("later", scope=Scope.PROVIDER)
    first = Answer([old for old, _ in pairs], later)
    answer = settled(first, Answer([new for _, new in pairs]))
    for (old, new), outcome in zip(pairs, answer.outcomes, strict=True):
        settles = isinstance(old, Uncertain) and isinstance(new, Accepted | Refused)
        assert outcome == (new if settles else old)
    in_doubt = any(isinstance(outcome, Uncertain) for outcome in answer.outcomes)
    assert answer.verdict == (later if in_doubt else None)

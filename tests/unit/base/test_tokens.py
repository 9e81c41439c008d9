"""Tokens: readable without a row, and nobody but the home can make one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.base.tokens import ALPHABET, TOKEN_LENGTH, InvalidToken, TokenKeys, TokenSubject

KEYS = TokenKeys({1: bytes(range(16))})
issues = st.integers(0, 2**40 - 1)
subscribers = st.integers(0, 2**48 - 1)


@given(st.lists(st.tuples(issues, subscribers), max_size=5), st.booleans())
@settings(max_examples=60)
def test_every_token_reads_back(subjects: list[tuple[int, int]], inert: bool) -> None:
    """A token says exactly what it was made of, in order, and whether it may change anything."""
    tokens = KEYS.encode(subjects, inert=inert)
    assert [KEYS.decode(token) for token in tokens] == [TokenSubject(*subject, inert=inert) for subject in subjects]


@given(issues, subscribers)
@settings(max_examples=60)
def test_a_token_is_24_letters_and_digits(issue: int, subscriber: int) -> None:
    """Every token has one length and only [A-Za-z0-9]: a card can be cut before a reader is known."""
    (token,) = KEYS.encode([(issue, subscriber)])
    assert len(token) == TOKEN_LENGTH == 24
    assert token.isascii()
    assert token.isalnum()


@given(issues, subscribers, st.integers(0, 23), st.sampled_from(ALPHABET))
@settings(max_examples=200)
def test_one_changed_character_is_refused(issue: int, subscriber: int, at: int, character: str) -> None:
    """A token with any one character changed is refused: damage never leads to another reader."""
    (token,) = KEYS.encode([(issue, subscriber)])
    changed = token[:at] + character + token[at + 1 :]
    if changed != token:
        with pytest.raises(InvalidToken):
            KEYS.decode(changed)


@given(
    st.text(ALPHABET, min_size=24, max_size=24) | st.text(st.sampled_from(ALPHABET + "\u00e9\u0661 -_/\0"), max_size=26)
)
@settings(max_examples=100)
def test_any_other_text_is_refused_in_words(text: str) -> None:
    """Whatever a browser sends, the answer is InvalidToken and no other error."""
    with pytest.raises(InvalidToken):
        KEYS.decode(text)


@pytest.mark.parametrize(
    "text", ["", "1", "1" * 23, "1" * 25, "11" + "z" * 22, "11" + "é" * 22, "11" + "\u0661" * 22, "1 " * 12]
)
def test_odd_texts_are_refused(text: str) -> None:
    """Short, long, over 128 bits, accented, Arabic digits, blanks: all are no tokens."""
    with pytest.raises(InvalidToken):
        KEYS.decode(text)


def test_a_token_of_another_home_is_refused() -> None:
    """A token made with somebody else's key does not pass, though its key id is the same."""
    (forged,) = TokenKeys({1: b"somebody else's!"}).encode([(12, 345)])
    with pytest.raises(InvalidToken):
        KEYS.decode(forged)


def test_the_inert_key_is_the_same_everywhere_and_says_so() -> None:
    """A preview's token reads in any home, always as inert: it can be shown, and changes nothing."""
    (token,) = KEYS.encode([(12, 345)], inert=True)
    assert token[0] == ALPHABET[0]
    assert TokenKeys({7: b"somebody else's!"}).decode(token) == TokenSubject(12, 345, inert=True)


def test_nobody_makes_a_live_token_of_an_inert_one() -> None:
    """Changing the key id of an inert token gives a token that is refused."""
    (token,) = KEYS.encode([(12, 345)], inert=True)
    with pytest.raises(InvalidToken):
        KEYS.decode(ALPHABET[1] + token[1:])


def test_retired_keys_still_decode_and_the_newest_signs() -> None:
    """A mail of years ago still lets its reader leave after the key was changed."""
    (old,) = KEYS.encode([(1, 2)])
    both = TokenKeys({1: bytes(range(16)), 2: bytes(range(16, 32))})
    (new,) = both.encode([(1, 2)])
    assert both.decode(old) == both.decode(new) == TokenSubject(1, 2)
    assert (old[0], new[0]) == ("1", "2")
    with pytest.raises(InvalidToken):
        KEYS.decode(new)


@pytest.mark.parametrize("keys", [{}, {0: bytes(16)}, {62: bytes(16)}, {1: bytes(15)}])
def test_keys_that_cannot_be_used_are_refused(keys: dict[int, bytes]) -> None:
    """No key, the number of the inert one, a number without a character, a short key: refused when they are read."""
    with pytest.raises(ValueError, match="1 to 61"):
        TokenKeys(keys)


def test_the_keys_never_print() -> None:
    """Printing the keys of tokens shows no key."""
    assert bytes(range(16)).hex() not in repr(KEYS)
    assert str(bytes(range(16))) not in repr(KEYS)

"""The token of a fresh link names one row, and nobody but us can make one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.base.link_tokens import LINK_TOKEN_LENGTH, LinkTokens
from newsletter.base.tokens import InvalidToken

TOKENS, OTHERS = LinkTokens(b"k" * 32), LinkTokens(b"o" * 32)
LINKS = st.integers(1, 2**40 - 1)


@given(LINKS)
def test_a_token_gives_its_row_back(link: int) -> None:
    """What was made here is read here: small letters and digits, always of one length."""
    token = TOKENS.encode(link)
    assert len(token) == LINK_TOKEN_LENGTH
    assert token.isascii()
    assert token.isalnum()
    assert TOKENS.decode(token) == link


@given(LINKS, st.integers(0, LINK_TOKEN_LENGTH - 1), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_a_changed_token_is_none(link: int, place: int, letter: str) -> None:
    """One letter changed makes it no token of ours."""
    token = TOKENS.encode(link)
    changed = token[:place] + letter + token[place + 1 :]
    if changed != token:
        with pytest.raises(InvalidToken):
            TOKENS.decode(changed)


@given(LINKS)
def test_another_homes_token_is_none(link: int) -> None:
    """Each home has a key of its own."""
    with pytest.raises(InvalidToken):
        TOKENS.decode(OTHERS.encode(link))


@given(st.text(max_size=40) | st.text("abcdefgh234567=", min_size=32, max_size=32))
def test_any_other_text_is_none(text: str) -> None:
    """Whatever stands in a path is answered, and never with a crash."""
    with pytest.raises(InvalidToken):
        TOKENS.decode(text)


def test_capitals_are_none() -> None:
    """There is one way to write a token, so that one link is one address."""
    with pytest.raises(InvalidToken):
        TOKENS.decode(TOKENS.encode(7).upper())

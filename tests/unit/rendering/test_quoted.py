"""Quoted-printable that may be cut and joined anywhere we cut it."""

from binascii import a2b_qp

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from newsletter.rendering.quoted import Piece, encode_piece, encode_value
from newsletter.rendering.sentinels import NAME, REASON, TOKEN, Segment
from tests.unit.rendering.sample import TOKEN as A_TOKEN

texts = st.text(st.sampled_from("aB .=\n\téß中😀-_\r"), max_size=200)
segments = st.lists(st.one_of(texts, st.just(TOKEN), st.just(NAME)), max_size=8)


def fill(piece: Piece, value: str) -> bytes:
    join = A_TOKEN.encode().join
    return encode_value(value).join(join(run) for run in piece.runs)


def said(parts: list[Segment], value: str) -> str:
    words = [part if isinstance(part, str) else A_TOKEN if part == TOKEN else value for part in parts]
    return "".join(word.replace("\r\n", "\n").replace("\r", "\n") for word in words)


@settings(max_examples=80)
@given(pieces=st.lists(segments, min_size=1, max_size=4), value=texts)
@example(pieces=[["a" * 74 + " ", "\n"], ["." * 80, TOKEN]], value=". ")
def test_any_pieces_in_any_order_decode_to_their_texts(pieces: list[list[Segment]], value: str) -> None:
    """Joined pieces decode to the joined texts; lines are at most 76, none begins with a dot, no token is broken."""
    encoded = b"".join(fill(encode_piece(piece), value) for piece in pieces) + b"end\r\n"
    decoded = a2b_qp(encoded).decode().replace("\r\n", "\n")
    assert decoded == "".join(said(piece, value) for piece in pieces) + "end\n"
    lines = encoded.split(b"\r\n")
    assert max(map(len, lines)) <= 76
    assert not any(line.startswith(b".") for line in lines)
    assert not any(line.endswith((b" ", b"\t")) for line in lines)
    assert b"  " not in encoded  # it is hashed as it is sent (RFC 6376, section 3.4.4)
    tokens = sum(part == TOKEN for piece in pieces for part in piece)
    assert encoded.count(A_TOKEN.encode()) == tokens
    assert b"=_" not in encoded


@settings(max_examples=30)
@given(parts=segments)
def test_a_piece_knows_its_decoded_size(parts: list[Segment]) -> None:
    """The size is that of the text with its tokens, before anything goes into the hole."""
    size = sum(len(part.encode()) if isinstance(part, str) else 24 if part == TOKEN else 0 for part in parts)
    assert encode_piece(parts).size == size


def test_two_kinds_of_holes_need_two_pieces() -> None:
    """A piece with two different holes could not be filled and is refused."""
    with pytest.raises(ValueError, match="a piece of its own"):
        encode_piece([NAME, REASON])

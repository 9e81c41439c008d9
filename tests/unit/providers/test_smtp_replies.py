"""What a relay says, cut from bytes, and what it means for a delivery."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.providers.provider import Accepted, OurFault, Outcome, Refused, Scope, Temporary
from newsletter.providers.smtp_replies import MOST_LINES, MOST_UNREAD, NotSmtpError, Reply, ReplyParser, Step, classify

MAIL, RCPT, DATA, DOT = Step.MAIL, Step.RCPT, Step.DATA, Step.DOT


def parse(*pieces: bytes) -> list[Reply]:
    parser = ReplyParser()
    return [reply for piece in pieces for reply in parser.feed(piece)]


@pytest.mark.parametrize(
    ("said", "replies"),
    [
        (b"250 ok\r\n", [Reply(250, ("ok",))]),
        (b"250\r\n", [Reply(250, ("",))]),
        (b"250 ok\n", [Reply(250, ("ok",))]),
        (b"250-one\r\n250-two\r\n250 three\r\n", [Reply(250, ("one", "two", "three"))]),
        (b"250 a\r\n354 b\r\n", [Reply(250, ("a",)), Reply(354, ("b",))]),
        (b"250-\r\n250 \r\n", [Reply(250, ("", ""))]),
        (b"250 incomplete\r", []),
        (b"250 \xff\r\n", [Reply(250, ("\ufffd",))]),
    ],
)
def test_replies_are_cut_at_their_ends(said: bytes, replies: list[Reply]) -> None:
    """A reply ends with the first line whose code is not followed by a hyphen (RFC 5321, section 4.2.1)."""
    assert parse(said) == replies


@pytest.mark.parametrize(
    "said",
    [b"\r\n", b"25\r\n", b"2500\r\n", b"abc\r\n", b"150 no\r\n", b"600 no\r\n", b"HTTP/1.1 400\r\n", b"\xb250 x\r\n"],
)
def test_what_is_no_reply_is_not_guessed_at(said: bytes) -> None:
    """A line that is no reply ends the talk."""
    with pytest.raises(NotSmtpError):
        parse(said)


def test_a_reply_keeps_its_code() -> None:
    """Lines of one reply with two codes have no meaning."""
    with pytest.raises(NotSmtpError, match="250 and went on with 550"):
        parse(b"250-ok\r\n550 no\r\n")


def test_replies_before_nonsense_count() -> None:
    """The answer to the dot is not lost because something silly follows in the same piece."""
    replies = ReplyParser().feed(b"250 queued\r\nhello\r\n")
    assert next(replies) == Reply(250, ("queued",))
    with pytest.raises(NotSmtpError):
        next(replies)


def test_memory_is_bounded() -> None:
    """A relay that never ends a line or a reply is given up."""
    with pytest.raises(NotSmtpError, match="without an end of line"):
        parse(b"250 " + b"x" * MOST_UNREAD)
    with pytest.raises(NotSmtpError, match="does not end"):
        parse(b"250-x\r\n" * (MOST_LINES + 1))


REPLIES = st.lists(
    st.tuples(
        st.integers(200, 599),
        st.lists(st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=20), min_size=1, max_size=4),
    ),
    max_size=6,
)


@settings(max_examples=60)
@given(REPLIES, st.lists(st.integers(0, 300), max_size=10))
def test_the_network_may_cut_anywhere(said: list[tuple[int, list[str]]], cuts: list[int]) -> None:
    """However the bytes are cut into pieces, the same replies come out."""
    stream = b"".join(
        f"{code}{' ' if index == len(lines) - 1 else '-'}{line}\r\n".encode()
        for code, lines in said
        for index, line in enumerate(lines)
    )
    edges = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    pieces = [stream[start:end] for start, end in itertools.pairwise(edges)]
    assert parse(*pieces) == [Reply(code, tuple(lines)) for code, lines in said]


@settings(max_examples=60)
@given(st.binary(max_size=200))
def test_any_bytes_are_replies_or_not_smtp(said: bytes) -> None:
    """No bytes do anything worse than end the talk, and words are always printable."""
    try:
        replies = parse(said)
    except NotSmtpError:
        return
    assert all(200 <= reply.code <= 599 and reply.words.isprintable() for reply in replies)


def temporary(words: str, scope: Scope = Scope.RECIPIENT) -> Temporary:
    return Temporary(words, scope=scope)


@pytest.mark.parametrize(
    ("step", "words", "outcome"),
    [
        (DOT, "250 2.0.0 Ok: queued as 4F", Accepted("2.0.0 Ok: queued as 4F")),
        (DOT, "250", Accepted("")),
        # 421 and policy: slow down with this group
        (MAIL, "421 4.3.2 closing", temporary("421 4.3.2 closing", Scope.LANE)),
        (DOT, "421 too busy", temporary("421 too busy", Scope.LANE)),
        (RCPT, "450 4.7.1 greylisted", temporary("450 4.7.1 greylisted", Scope.LANE)),
        (DOT, "451 4.7.26 unauthenticated", temporary("451 4.7.26 unauthenticated", Scope.LANE)),
        # the relay itself
        (MAIL, "452 4.3.1 disk full", temporary("452 4.3.1 disk full", Scope.PROVIDER)),
        (DATA, "451 4.3.2 not now", temporary("451 4.3.2 not now", Scope.PROVIDER)),
        # this recipient, later
        (RCPT, "450 4.2.1 busy mailbox", temporary("450 4.2.1 busy mailbox")),
        (RCPT, "451 4.3.0 lookup failure", temporary("451 4.3.0 lookup failure")),
        (RCPT, "452 too many recipients", temporary("452 too many recipients")),
        (RCPT, "552 too many recipients", temporary("552 too many recipients")),
        (RCPT, "552 5.2.2 mailbox full", temporary("552 5.2.2 mailbox full")),
        (DOT, "450 try later", temporary("450 try later")),
        # never for this recipient
        (RCPT, "550 5.1.1 no such user", Refused("550 5.1.1 no such user")),
        (RCPT, "550 no such user", Refused("550 no such user")),
        (RCPT, "553 5.1.3 bad address", Refused("553 5.1.3 bad address")),
        (RCPT, "501 syntax", Refused("501 syntax")),
        (RCPT, "550 5.2.1 disabled", Refused("550 5.2.1 disabled")),
        (RCPT, "550 5.4.1 no answer", Refused("550 5.4.1 no answer")),
        (RCPT, "550 5.7.17 owner changed", Refused("550 5.7.17 owner changed")),
        (RCPT, "550 5.7.18 domain owner changed", Refused("550 5.7.18 domain owner changed")),
        (DOT, "554 5.6.0 content", Refused("554 5.6.0 content")),
        (DOT, "552 5.3.4 too big", Refused("552 5.3.4 too big")),
        (DATA, "554 no valid recipients", Refused("554 no valid recipients")),
        (MAIL, "552 5.3.4 too big", Refused("552 5.3.4 too big")),
        (MAIL, "552 too big", Refused("552 too big")),
        (MAIL, "553 5.6.7 SMTPUTF8 needed", Refused("553 5.6.7 SMTPUTF8 needed")),
        # ours
        (MAIL, "550 no such sender", OurFault("550 no such sender")),
        (MAIL, "501 5.1.7 bad sender", OurFault("501 5.1.7 bad sender")),
        (RCPT, "550 5.1.8 sender domain unknown", OurFault("550 5.1.8 sender domain unknown")),
        (MAIL, "530 5.7.0 authentication required", OurFault("530 5.7.0 authentication required")),
        (RCPT, "530 authentication required", OurFault("530 authentication required")),
        (RCPT, "554 5.7.1 relay access denied", OurFault("554 5.7.1 relay access denied")),
        (DOT, "550 5.7.26 not authenticated", OurFault("550 5.7.26 not authenticated")),
        (DOT, "550 5.7.515 does not meet the level", OurFault("550 5.7.515 does not meet the level")),
        (DOT, "535 5.7.8 credentials", OurFault("535 5.7.8 credentials")),
        (RCPT, "503 5.5.1 MAIL first", OurFault("503 5.5.1 MAIL first")),
        (RCPT, "521 takes no mail", OurFault("521 takes no mail")),
        (DATA, "500 what?", OurFault("500 what?")),
    ],
)
def test_what_a_reply_means(step: Step, words: str, outcome: Outcome) -> None:
    """Each reply has one meaning: it is about the reader, about us, or about now."""
    (reply,) = parse(words.encode() + b"\r\n")
    assert classify(step, reply) == outcome


@pytest.mark.parametrize(("step", "words"), [(RCPT, "354 go"), (DOT, "354 go"), (MAIL, "334 go"), (DATA, "250 ok")])
def test_a_reply_out_of_place_is_no_answer(step: Step, words: str) -> None:
    """354 accepts nothing but content, and 2xx nothing but what was asked."""
    (reply,) = parse(words.encode() + b"\r\n")
    with pytest.raises(NotSmtpError):
        classify(step, reply)


@settings(max_examples=60)
@given(
    st.sampled_from([MAIL, RCPT, DATA, DOT]),
    st.integers(200, 599),
    st.sampled_from(["", "ok", "4.7.1 x", "5.1.1 x", "5.7.1 x", "2.0.0 x"]),
)
def test_nothing_but_2xx_to_the_dot_is_an_acceptance(step: Step, code: int, words: str) -> None:
    """No other reply is ever Accepted, and 4xx is never final."""
    try:
        outcome = classify(step, Reply(code, (words,)))
    except NotSmtpError:
        return
    assert isinstance(outcome, Accepted) == (step is DOT and 200 <= code < 300)
    assert not (400 <= code < 500) or isinstance(outcome, Temporary)

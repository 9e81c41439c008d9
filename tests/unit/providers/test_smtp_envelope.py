"""What EHLO offers, and the commands that open a message."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.providers.provider import Envelope, OurFault, Outgoing, Refused
from newsletter.providers.smtp_envelope import Extensions, Opening, open_message, read_extensions, write_path
from newsletter.providers.smtp_replies import Reply

ALL = Extensions(pipelining=True, size=1000, eight_bit=True, utf8=True)


def outgoing(recipient: str, *, sender: str = "news@example.org", mime: bytes = b"hello\r\n") -> Outgoing:
    return Outgoing(key="issue:1:1", envelope=Envelope(sender, recipient), mime=mime)


@pytest.mark.parametrize(
    ("lines", "extensions"),
    [
        (("relay",), Extensions()),
        (("relay", "PIPELINING", "8bitmime", "SMTPUTF8"), Extensions(pipelining=True, eight_bit=True, utf8=True)),
        (("relay", "SIZE 1000"), Extensions(size=1000)),
        (("relay", "SIZE"), Extensions(size=0)),
        (("relay", "SIZE x"), Extensions(size=0)),
        (
            ("relay", "STARTTLS", "AUTH PLAIN LOGIN"),
            Extensions(starttls=True, mechanisms=frozenset({"PLAIN", "LOGIN"})),
        ),
        (("relay", "AUTH=LOGIN", "AUTH PLAIN"), Extensions(mechanisms=frozenset({"PLAIN", "LOGIN"}))),
        (("PIPELINING", "", "X-OTHER thing"), Extensions()),
    ],
)
def test_what_is_offered_is_read(lines: tuple[str, ...], extensions: Extensions) -> None:
    """Extensions are read in any case and order; the greeting's own words offer nothing."""
    assert read_extensions(Reply(250, lines)) == extensions


@pytest.mark.parametrize(
    ("message", "extensions", "opening"),
    [
        (outgoing("a@b.org"), Extensions(), Opening(b"MAIL FROM:<news@example.org>\r\n", b"RCPT TO:<a@b.org>\r\n")),
        (outgoing("a@b.org"), ALL, Opening(b"MAIL FROM:<news@example.org> SIZE=7\r\n", b"RCPT TO:<a@b.org>\r\n")),
        (outgoing("a@b.org", sender=""), Extensions(), Opening(b"MAIL FROM:<>\r\n", b"RCPT TO:<a@b.org>\r\n")),
        (
            outgoing("a@bücher.example"),
            Extensions(),
            Opening(b"MAIL FROM:<news@example.org>\r\n", b"RCPT TO:<a@xn--bcher-kva.example>\r\n"),
        ),
        (
            outgoing("jürgen@example.org"),
            ALL,
            Opening(
                b"MAIL FROM:<news@example.org> SIZE=7 BODY=8BITMIME SMTPUTF8\r\n",
                "RCPT TO:<jürgen@example.org>\r\n".encode(),
            ),
        ),
    ],
)
def test_a_message_is_opened_with_what_the_relay_offers(
    message: Outgoing, extensions: Extensions, opening: Opening
) -> None:
    """SIZE and SMTPUTF8 are said where offered and needed; a domain goes as A-labels."""
    assert open_message(message, extensions) == opening


@pytest.mark.parametrize(
    ("message", "extensions", "kind", "words"),
    [
        (outgoing("jürgen@example.org"), Extensions(size=0), Refused, "relay lacks SMTPUTF8"),
        (outgoing("a@b.org", mime=b"x" * 1000 + b"\r\n"), ALL, Refused, "1002 octets are more than the 1000"),
        (outgoing("a b@b.org"), ALL, Refused, "cannot be written"),
        (outgoing(""), ALL, Refused, "cannot be written"),
        (outgoing("a@b.org>\r\nDATA\r\n"), ALL, Refused, "cannot be written"),
        (outgoing("a@b.org", sender="x>\r\n@b.org"), ALL, OurFault, "envelope sender"),
        (outgoing("a@b.org", sender="ü@b.org"), Extensions(), OurFault, "envelope sender"),
        (outgoing("a@b.org", mime=b"no end"), ALL, OurFault, "without a last CRLF"),
        (outgoing("a@b.org", mime=b""), ALL, OurFault, "without a last CRLF"),
    ],
)
def test_what_cannot_go_is_said_before(
    message: Outgoing, extensions: Extensions, kind: type[Refused | OurFault], words: str
) -> None:
    """What the relay cannot carry never reaches it, and the reason names what is wrong."""
    found = open_message(message, extensions)
    assert isinstance(found, kind)
    assert words in found.reason


@settings(max_examples=60)
@given(st.text(st.sampled_from('ab.<>@ \r\n\t\0"\\\u2028üß\x7f,;:'), max_size=12))
def test_no_address_leaves_its_place(address: str) -> None:
    """Whatever an address holds, the command is one line with one pair of brackets."""
    opening = open_message(outgoing(f"{address}@example.org"), ALL)
    if isinstance(opening, Opening):
        assert opening.rcpt.count(b"\n") == opening.rcpt.count(b"<") == opening.rcpt.count(b">") == 1
        assert opening.rcpt.endswith(b"@example.org>\r\n")


@pytest.mark.parametrize("address", ["a@", "@b", "nobody", "a@\u2028b", "a@-ü-.example", "a@ü" + "x" * 70 + ".example"])
def test_what_is_no_address_is_not_written(address: str) -> None:
    """A path has a local part and a domain that IDNA takes."""
    assert write_path(address) is None

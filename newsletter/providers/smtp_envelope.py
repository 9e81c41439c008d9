"""What a relay offers (the answer to EHLO), and the commands that open a message there.

Pure. The rule it keeps: no value of an address can leave its place in a command, and what the relay cannot carry is
said before anything is sent.
"""

import re
from dataclasses import dataclass

import idna

from newsletter.providers.provider import OurFault, Outgoing, Refused
from newsletter.providers.smtp_replies import Reply

# No space, control character or angle bracket. Quoted local parts with spaces are not mailed: nobody has one.
_PATH = re.compile(r"[^\x00-\x20\x7f<>]+@[^\x00-\x20\x7f<>@]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Extensions:
    """The extensions of RFC 5321, section 2.2 that we use."""

    pipelining: bool = False  # RFC 2920
    size: int | None = None  # RFC 1870; 0: no limit is told, None: not offered
    eight_bit: bool = False  # RFC 6152
    utf8: bool = False  # RFC 6531
    starttls: bool = False  # RFC 3207
    mechanisms: frozenset[str] = frozenset()  # RFC 4954


@dataclass(frozen=True, slots=True)
class Opening:
    """MAIL and RCPT of one message, each with its CRLF."""

    mail: bytes
    rcpt: bytes


def read_extensions(reply: Reply) -> Extensions:
    """Read the answer to EHLO; its first line is the greeting, and unknown extensions do not matter."""
    offered: dict[str, list[str]] = {}
    for line in reply.lines[1:]:
        # "AUTH=PLAIN" is how servers older than RFC 2554 wrote it; some still say both.
        keyword, *words = line.replace("AUTH=", "AUTH ", 1).upper().split() or [""]
        offered.setdefault(keyword, []).extend(words)
    size = offered.get("SIZE")
    return Extensions(
        pipelining="PIPELINING" in offered,
        size=None if size is None else int(size[0]) if size and size[0].isdecimal() else 0,
        eight_bit="8BITMIME" in offered,
        utf8="SMTPUTF8" in offered,
        starttls="STARTTLS" in offered,
        mechanisms=frozenset(offered.get("AUTH", ())),
    )


def open_message(outgoing: Outgoing, extensions: Extensions) -> Opening | Refused | OurFault:
    """Give the commands that open this message, or why it cannot go this way."""
    mime, envelope = outgoing.mime, outgoing.envelope
    if not mime.endswith(b"\r\n"):
        return OurFault("the message was composed without a last CRLF: a fault of this program, please report it")
    if extensions.size and len(mime) > extensions.size:
        return Refused(f"cannot deliver: {len(mime)} octets are more than the {extensions.size} that the relay takes")
    sender, recipient = write_path(envelope.sender), write_path(envelope.recipient)
    if sender is None or not (sender.isascii() or extensions.utf8):
        return OurFault("the envelope sender is no address that can be written in what this relay speaks")
    if not recipient:
        return Refused("cannot deliver: the address cannot be written in SMTP")
    needs_utf8 = not (sender.isascii() and recipient.isascii())
    if needs_utf8 and not extensions.utf8:
        return Refused("cannot deliver: relay lacks SMTPUTF8, which an address with letters outside ASCII needs")
    parameters = b" SIZE=%d" % len(mime) if extensions.size is not None else b""
    if needs_utf8:
        # RFC 6531, section 3.4: headers may now hold 8-bit text, so the body type is told too where it can be.
        parameters += b" BODY=8BITMIME SMTPUTF8" if extensions.eight_bit else b" SMTPUTF8"
    return Opening(
        b"MAIL FROM:<%b>%b\r\n" % (sender.encode(), parameters),
        b"RCPT TO:<%b>\r\n" % recipient.encode(),
    )


def write_path(address: str) -> str | None:
    """Give an address as it is written in a path: the domain as A-labels (RFC 5890). None if it cannot be written.

    The empty address is the null sender. What is still not ASCII afterwards is the local part: it needs SMTPUTF8."""
    if not address:
        return ""
    if not _PATH.fullmatch(address):
        return None
    if address.isascii():
        return address
    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{domain if domain.isascii() else idna.encode(domain, uts46=True).decode()}"
    except idna.IDNAError:
        return None

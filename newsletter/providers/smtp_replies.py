"""What a relay says: parsing replies (RFC 5321, section 4.2) and what each means for a delivery.

Pure: bytes in, values out. The rule it keeps: a reader is blamed only for what is said about the reader's own mailbox;
what a relay says about us is OurFault, and whatever cannot be told is never read as an acceptance.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from newsletter.providers.errors import ProviderError
from newsletter.providers.provider import Accepted, OurFault, Outcome, Refused, Scope, Temporary

MOST_UNREAD = 65_536  # octets without an end of line; RFC 5321, section 4.5.3.1.5 has 512
MOST_LINES = 512  # of one reply
MOST_WORDS = 500  # characters of a reply that are kept

_ENHANCED = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})(?= |$)")

# Codes about the dialogue, not about an address: syntax and order (500, 502, 503, 504), login and encryption
# (RFC 4954, section 6: 530, 534, 535, 538; RFC 7504: 521, the host takes no mail at all).
_OUR_CODES = frozenset({500, 502, 503, 504, 521, 530, 534, 535, 538})
# RFC 3463: the *sender's* address. Relays often say so only at RCPT.
_OUR_DETAILS = frozenset({(1, 7), (1, 8)})
# RFC 7293: the mailbox has another owner now. All else under X.7 is policy, login, or proofs of origin (X.7.20 to
# X.7.30 and 5.7.515): said to us, since a reader's own server answers the relay and not us.
_READERS_POLICY = frozenset({(7, 17), (7, 18)})
# RFC 3463: too big (X.2.3, X.3.4), and RFC 6531: an address that this way cannot carry (X.6.7). At MAIL these speak of
# the one message.
_THIS_MESSAGE = frozenset({(2, 3), (3, 4), (6, 7)})
# RFC 3463: the relay is full (X.3.1) or takes nothing now (X.3.2).
_RELAY_DOWN = frozenset({(3, 1), (3, 2)})


class NotSmtpError(ProviderError):
    """The other side does not keep to SMTP; the connection is of no more use."""


class Step(StrEnum):
    """What a reply answers."""

    BANNER = "connecting"
    EHLO = "EHLO"
    STARTTLS = "STARTTLS"
    AUTH = "AUTH"
    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    DOT = "the final dot"
    LONE_DOT = "a lone dot"
    RSET = "RSET"
    QUIT = "QUIT"


class Reply(NamedTuple):
    """One reply, all its lines."""

    code: int
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """Give its words without the code, on one line, printable."""
        text = " ".join(self.lines)[:MOST_WORDS]
        return text if text.isprintable() else "".join(letter if letter.isprintable() else " " for letter in text)

    @property
    def words(self) -> str:
        """Give code and words, as people quote them."""
        return f"{self.code} {self.text}".rstrip()

    @property
    def detail(self) -> tuple[int, int] | None:
        """Give subject and detail of the enhanced status code (RFC 3463) if it has one: "5.7.1 ..." is (7, 1)."""
        match = _ENHANCED.match(self.lines[0])
        return (int(match[2]), int(match[3])) if match else None


class ReplyParser:
    """Cuts what arrives into replies, wherever the network cut it."""

    def __init__(self) -> None:
        self._unread = b""
        self._code = 0
        self._lines: list[str] = []

    @property
    def is_empty(self) -> bool:
        """Say whether nothing is left over. Before TLS it must be so (RFC 3207, section 6)."""
        return not self._unread and not self._lines

    def feed(self, data: bytes) -> Iterator[Reply]:
        """Yield each reply that is complete; NotSmtpError at what is none, after those before it."""
        *lines, self._unread = (self._unread + data).split(b"\n")
        for line in lines:
            if self._add(line.removesuffix(b"\r")):
                yield Reply(self._code, tuple(self._lines))
                self._lines.clear()
        if len(self._unread) > MOST_UNREAD:
            raise NotSmtpError("it sends without an end of line")

    def _add(self, line: bytes) -> bool:
        """Take one line; say whether it ends a reply."""
        digits, separator = line[:3], line[3:4]
        if not (
            len(digits) == 3 and digits.isdigit() and b"2" <= digits[:1] <= b"5" and separator in (b" ", b"-", b"")
        ):
            raise NotSmtpError(f"it said {line[:60]!r}, which is no reply of SMTP")
        code = int(digits)
        if self._lines and code != self._code:
            raise NotSmtpError(f"it began a reply with {self._code} and went on with {code}")
        if len(self._lines) >= MOST_LINES:
            raise NotSmtpError("its reply does not end")
        self._code = code
        self._lines.append(line[4:].decode("utf-8", "replace"))
        return separator != b"-"


def is_good(reply: Reply) -> bool:
    """Say whether it is a 2xx."""
    return 200 <= reply.code < 300


def classify(step: Step, reply: Reply) -> Outcome:
    """Say what a reply to MAIL, RCPT, DATA or the dot means for the delivery.

    | reply | outcome |
    |---|---|
    | 2xx to the dot | Accepted, with the relay's words |
    | 421 | Temporary, LANE |
    | 4.3.1, 4.3.2 (the relay is full, or takes nothing) | Temporary, PROVIDER |
    | 4.7.x (policy, rate) | Temporary, LANE |
    | other 4xx | Temporary, RECIPIENT |
    | 552 to RCPT | as 452 (RFC 5321, section 4.5.3.1.10): Temporary, RECIPIENT |
    | 500, 502, 503, 504, 521, 530, 534, 535, 538 | OurFault |
    | 5.1.7, 5.1.8 (sender address), 5.7.x but .17 and .18 | OurFault |
    | 5.2.3, 5.3.4, 5.6.7, 552 to MAIL (size, SMTPUTF8: this message) | Refused |
    | other 5xx to MAIL | OurFault |
    | other 5xx to RCPT, DATA or the dot, 5.1.x, 5.2.x, 5.4.x among them | Refused |

    NotSmtpError for a reply that has no meaning there, such as 354 to RCPT.
    """
    if is_good(reply) and step is Step.DOT:
        return Accepted(reply.text)
    if 400 <= reply.code < 500 or (reply.code == 552 and step is Step.RCPT):
        return Temporary(reply.words, scope=_scope(reply))
    if not 500 <= reply.code < 600:
        raise NotSmtpError(f"it answered {reply.words!r} to {step}")
    return OurFault(reply.words) if _is_ours(step, reply) else Refused(reply.words)


def _scope(reply: Reply) -> Scope:
    if reply.code == 421:
        return Scope.LANE
    detail = reply.detail
    if reply.code >= 500 or detail is None:
        return Scope.RECIPIENT
    if detail in _RELAY_DOWN:
        return Scope.PROVIDER
    return Scope.LANE if detail[0] == 7 else Scope.RECIPIENT


def _is_ours(step: Step, reply: Reply) -> bool:
    detail = reply.detail
    if reply.code in _OUR_CODES or detail in _OUR_DETAILS:
        return True
    if detail and detail[0] == 7:
        return detail not in _READERS_POLICY
    return step is Step.MAIL and detail not in _THIS_MESSAGE and reply.code != 552

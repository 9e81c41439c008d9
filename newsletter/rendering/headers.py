"""Header fields: each a complete line (folded where long) that nothing can break out of.

What is the same for all readers of an edition is printed once. `Precedence: bulk` is sent although no RFC defines it:
old vacation programs know nothing else (RFC 3834, section 2, names it); Auto-Submitted tells the newer ones.
"""

import base64
import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import quote

from newsletter.rendering.errors import InvalidHeader
from newsletter.rendering.values import one_line

LINE = 76
_WORD = 75  # of an encoded word (RFC 2047, section 2)
_MESSAGE_ID = re.compile(r"<[!-;=?A-~]+@[!-;=?A-~]+>")
_ADDRESS = re.compile(r"[^\s<>(),;:\"\\\[\]@\x00-\x1f\x7f-\x9f]+@[^\s<>(),;:\"\\\[\]@\x00-\x1f\x7f-\x9f]+")
_MAILBOX = re.compile(r"(?:([^<>]*?) ?<([^<> ]+)>|([^<> ]+))")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
# What may stand as itself in a Q encoded word anywhere, phrases included (RFC 2047, section 5, rule 3).
_Q_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")
_Q_HEAD, _B_HEAD, _TAIL = "=?utf-8?q?", "=?utf-8?b?", "?="


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryHeaders:
    """What each delivery brings to its header."""

    to: str  # the reader's address, alone
    message_id: str  # "<...@...>", derived from the delivery's key
    date: datetime
    leave_mailto: str = ""  # an address with the token in its local part; only when a mailbox is read


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingHeaders:
    """The fields that are the same for all readers, printed."""

    sender: str  # as given: for providers that take no MIME
    reply_to: str
    sender_line: bytes
    reply_to_line: bytes  # empty: none
    list_id: str
    feedback_id: str
    leave_url: str  # without the token
    trailing: tuple[bytes, ...]  # List-Id and what follows List-Unsubscribe


def standing_headers(
    *, sender: str, reply_to: str, newsletter: str, slug: str, number: int, kind: str, leave_url: str
) -> StandingHeaders:
    """Print the fields of an edition."""
    name, address = _mailbox(sender, "from")
    domain = address.rpartition("@")[2].lower()
    list_id = f"{phrase(newsletter)} <{slug}.{domain}>"
    feedback_id = f"{number}:{slug}:{kind}:{_sender_id(domain)}"
    reply_name, reply_address = _mailbox(reply_to, "reply_to") if reply_to else ("", "")
    return StandingHeaders(
        sender=_mailbox_text(name, address),
        reply_to=_mailbox_text(reply_name, reply_address) if reply_to else "",
        sender_line=_mailbox_line("From", name, address),
        reply_to_line=_mailbox_line("Reply-To", reply_name, reply_address) if reply_to else b"",
        list_id=list_id,
        feedback_id=feedback_id,
        leave_url=leave_url,
        trailing=(
            b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n",
            _fold("List-Id", list_id.split(" ")),
            f"Feedback-ID: {feedback_id}\r\n".encode("ascii"),
            b"Auto-Submitted: auto-generated\r\n",
            b"Precedence: bulk\r\n",
            b"MIME-Version: 1.0\r\n",
        ),
    )


def header_lines(
    standing: StandingHeaders, subject_line: bytes, delivery: DeliveryHeaders, token: str, content: tuple[bytes, ...]
) -> tuple[bytes, ...]:
    """Give the header of one delivery, a complete field an element, in the order of the mail."""
    lines = (
        standing.sender_line,
        f"To: {checked_address(delivery.to)}\r\n".encode(),
        standing.reply_to_line,
        subject_line,
        f"Date: {format_datetime(delivery.date)}\r\n".encode("ascii"),
        f"Message-ID: {checked_message_id(delivery.message_id)}\r\n".encode("ascii"),
        f"List-Unsubscribe: {_leave_targets(standing, delivery, token, fold=True)}\r\n".encode("ascii"),
        *standing.trailing,
        *content,
    )
    return lines if standing.reply_to_line else tuple(line for line in lines if line)


def provider_headers(standing: StandingHeaders, delivery: DeliveryHeaders, token: str) -> tuple[tuple[str, str], ...]:
    """Give the fields that an HTTP API is asked to set, unfolded."""
    return (
        ("Message-ID", checked_message_id(delivery.message_id)),
        ("List-Unsubscribe", _leave_targets(standing, delivery, token, fold=False)),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ("List-Id", standing.list_id),
        ("Feedback-ID", standing.feedback_id),
        ("Auto-Submitted", "auto-generated"),
        ("Precedence", "bulk"),
    )


def text_line(name: str, text: str) -> bytes:
    """Print an unstructured field, such as Subject."""
    return _fold(name, _words(one_line(text), first=LINE - len(name) - 2))


def phrase(text: str) -> str:
    """Give a display name for a structured field: as it is, quoted, or as encoded words."""
    line = one_line(text)
    if _is_plain(line):
        if _ATOMS.fullmatch(line):
            return line
        escaped = line.replace("\\", "\\\\").replace('"', '\\"')
        if len(escaped) + 2 < LINE - len("Reply-To: "):
            return f'"{escaped}"'
    return " ".join(_encoded_words(line, LINE - len("Reply-To: ")))


def checked_address(address: str) -> str:
    """Give the address if it can stand in a header; InvalidHeader else."""
    if not _ADDRESS.fullmatch(address):
        raise InvalidHeader(f"{one_line(address)[:80]!r} cannot stand in a header as an address")
    return address


def checked_message_id(message_id: str) -> str:
    """Give the Message-ID if it is one (RFC 5322, section 3.6.4); InvalidHeader else."""
    if not _MESSAGE_ID.fullmatch(message_id):
        raise InvalidHeader(f"{one_line(message_id)[:80]!r} is no Message-ID: it looks like <left@right>")
    return message_id


def _leave_targets(standing: StandingHeaders, delivery: DeliveryHeaders, token: str, *, fold: bool) -> str:
    # The address must stay whole, never folded nor encoded (RFC 2369, section 2).
    web = f"<{standing.leave_url}{token}>"
    if not delivery.leave_mailto:
        return web
    mail = quote(checked_address(delivery.leave_mailto), safe="@+=._-~!$'*")
    return f"{web},{chr(13) + chr(10) if fold else ''} <mailto:{mail}>"


def _mailbox(text: str, setting: str) -> tuple[str, str]:
    # The standard library's parser takes several addresses for one, and differs between versions.
    found = _MAILBOX.fullmatch(one_line(text))
    name, address = (found[1] or "", found[2] or found[3]) if found else ("", "")
    if not _ADDRESS.fullmatch(address):
        raise InvalidHeader(f'{setting} = {one_line(text)!r} is no address; write "Newsroom <news@example.org>"')
    return (re.sub(r"\\(.)", r"\1", name[1:-1]) if _QUOTED.fullmatch(name) else name), address


def _mailbox_text(name: str, address: str) -> str:
    quoted = one_line(name).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}" <{address}>' if name else address


def _mailbox_line(field: str, name: str, address: str) -> bytes:
    return _fold(field, [*phrase(name).split(" "), f"<{address}>"] if name else [address])


def _sender_id(domain: str) -> str:
    """Give the last part of Feedback-ID: 5 to 15 characters that stay the same for a sending domain."""
    plain = re.sub(r"[^a-z0-9]+", "-", domain).strip("-")
    if 5 <= len(plain) <= 15:
        return plain
    return f"{plain[:6]}-{hashlib.sha256(domain.encode()).hexdigest()[:8]}"


def _is_plain(line: str) -> bool:
    return line.isascii() and line.isprintable() and "=?" not in line


def _words(line: str, first: int) -> list[str]:
    """Words that fit a line each: the text's own if it is plain ASCII, else encoded words."""
    words = line.split(" ")
    if _is_plain(line) and len(words[0]) <= first and all(len(word) < LINE for word in words):
        return words
    return _encoded_words(line, first)


def _encoded_words(line: str, first: int) -> list[str]:
    """Cut between characters, never within one (RFC 2047, section 5); Q or B, whichever is shorter."""
    quoted = [_q(character) for character in line]
    use_q = sum(map(len, quoted)) <= 4 * len(line.encode()) / 3
    words: list[str] = []
    pending: list[str] = []
    room = _room(first)
    for character, unit in zip(line, quoted, strict=True):
        size = sum(map(len, pending)) + len(unit) if use_q else _b_size("".join(pending) + character)
        if pending and size > room:
            words.append(_finish(pending, use_q=use_q))
            pending, room = [], _room(LINE - 1)
        pending.append(unit if use_q else character)
    return [*words, _finish(pending, use_q=use_q)]


def _room(line: int) -> int:
    return min(line, _WORD) - len(_Q_HEAD) - len(_TAIL)


def _finish(pending: list[str], *, use_q: bool) -> str:
    text = "".join(pending)
    return f"{_Q_HEAD}{text}{_TAIL}" if use_q else f"{_B_HEAD}{base64.b64encode(text.encode()).decode()}{_TAIL}"


def _b_size(text: str) -> int:
    return 4 * ((len(text.encode()) + 2) // 3)


def _q(character: str) -> str:
    if character == " ":
        return "_"
    return "".join(chr(byte) if byte in _Q_PLAIN else f"={byte:02X}" for byte in character.encode())


def _fold(name: str, words: list[str]) -> bytes:
    """Print a field, folded before words so that lines stay within 76 (RFC 5322, section 2.1.1 asks for 78)."""
    out = [f"{name}:"]
    column = len(out[0])
    for at, word in enumerate(words):
        if at and column + 1 + len(word) > LINE:
            out.append("\r\n")
            column = 0
        out.append(f" {word}")
        column += 1 + len(word)
    return ("".join(out) + "\r\n").encode()

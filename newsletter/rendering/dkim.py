"""Signs mails by DKIM (RFC 6376), with every key of the From domain at once: RSA for all, Ed25519 beside it (RFC 8463).

Our own encoder prints bodies in relaxed canonical form, so a body is hashed as it is sent: looking through it for
blanks would cost more than the hash. Any other body is brought into that form first (`sign_mime`). The same mail gets
the same signature: its time is the mail's Date.
"""

import hashlib
import re
from binascii import b2a_base64
from collections.abc import Iterable, Sequence
from datetime import datetime
from email.utils import parseaddr
from functools import cache

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

from newsletter.rendering.dkim_key import DkimKey

# What RFC 6376, section 5.4.1 recommends, both unsubscribe fields (RFC 8058, section 4) and Feedback-ID, which Gmail
# reads only when it is signed. Each is named once more than it stands there: nobody can add a second (section 8.15).
SIGNED = (
    b"from",
    b"to",
    b"reply-to",
    b"subject",
    b"date",
    b"message-id",
    b"list-unsubscribe",
    b"list-unsubscribe-post",
    b"list-id",
    b"feedback-id",
    b"auto-submitted",
    b"mime-version",
    b"content-type",
    b"content-transfer-encoding",
)
# Relays add these where they are missing, and rightly so: only what is there is signed.
_NOT_TWICE = frozenset({b"message-id", b"feedback-id", b"auto-submitted", b"content-transfer-encoding"})
_BLANKS = re.compile(rb"[ \t]+")
_LINE_ENDS = re.compile(rb"[ \t]+\r\n")
_WIDTH = 72

Field = tuple[bytes, bytes]  # name in small letters, value in relaxed canonical form


class Signer:
    """All keys of one domain."""

    def __init__(self, keys: Sequence[DkimKey]) -> None:
        self._keys = tuple(keys)

    def sign(self, header: Iterable[bytes], body: bytes, at: datetime) -> tuple[bytes, ...]:
        """Give a DKIM-Signature field for each key. `header`: complete fields, CRLF included; `body`: canonical."""
        there = dict(_relaxed(line) for line in header)
        present = tuple([name for name in SIGNED if name in there])
        signed, names = b"".join([b"%b:%b\r\n" % (name, there[name]) for name in present]), _names(present)
        digest = b2a_base64(hashlib.sha256(body).digest(), newline=False)
        return tuple(_field(key, signed, names, digest, int(at.timestamp())) for key in self._keys)


class Signers:
    """The signers of a home, by domain."""

    def __init__(self, keys: Iterable[DkimKey] = ()) -> None:
        by_domain: dict[str, list[DkimKey]] = {}
        for key in keys:
            by_domain.setdefault(key.domain.lower(), []).append(key)
        self._by_domain = {domain: Signer(found) for domain, found in by_domain.items()}

    def for_sender(self, sender: str) -> Signer | None:
        """Give the signer of a From: of its domain, else of the nearest above (RFC 7489, section 3.1.1)."""
        domain = parseaddr(sender)[1].rpartition("@")[2].lower()
        while domain:
            if domain in self._by_domain:
                return self._by_domain[domain]
            domain = domain.partition(".")[2]
        return None


def sign_mime(signer: Signer | None, mime: bytes, at: datetime) -> bytes:
    """Sign a mail that is composed already; without a signer it stays as it is."""
    if signer is None:
        return mime
    head, _, body = mime.partition(b"\r\n\r\n")
    fields = re.split(rb"(?<=\r\n)(?![ \t])", head + b"\r\n")
    return b"".join((*signer.sign((field for field in fields if field), canonical_body(body), at), mime))


def canonical_body(body: bytes) -> bytes:
    """Give the relaxed canonical form (RFC 6376, section 3.4.4)."""
    body = _BLANKS.sub(b" ", _LINE_ENDS.sub(b"\r\n", body))
    while body.endswith(b"\r\n\r\n"):
        body = body[:-2]
    if body in {b"\r\n", b""}:
        return b""
    return body if body.endswith(b"\r\n") else body + b"\r\n"


def _relaxed(line: bytes) -> Field:
    name, _, value = line.partition(b":")
    return name.strip().lower(), b" ".join(value.split())


@cache
def _names(present: tuple[bytes, ...]) -> bytes:
    """Print h= for the fields that are there."""
    return _fold_names([*present, *(name for name in SIGNED if name not in _NOT_TWICE)])


def _fold_names(names: list[bytes]) -> bytes:
    lines, line = [], b"h="
    for name in names:
        if len(line) + len(name) > _WIDTH:
            lines.append(line)
            line = b""
        line += name + b":"
    return b"\r\n ".join([*lines, line[:-1]])


def _field(key: DkimKey, signed: bytes, names: bytes, digest: bytes, time: int) -> bytes:
    value = (
        f"v=1; a={key.algorithm}-sha256; c=relaxed/relaxed; d={key.domain};\r\n".encode()
        + f" s={key.selector}; t={time};\r\n ".encode()
        + names
        + b";\r\n bh="
        + digest
        + b";\r\n b="
    )
    # The field itself is signed last, with an empty b= and without its line end (RFC 6376, section 3.7).
    signature = _signature(key, signed + b"dkim-signature:" + value.replace(b"\r\n ", b" "))
    encoded = b2a_base64(signature, newline=False)
    lines = [encoded[at : at + _WIDTH] for at in range(0, len(encoded), _WIDTH)]
    return b"DKIM-Signature: " + value + b"\r\n  ".join(lines) + b"\r\n"


def _signature(key: DkimKey, data: bytes) -> bytes:
    if isinstance(key.private, RSAPrivateKey):
        return key.private.sign(data, PKCS1v15(), SHA256())
    return key.private.sign(hashlib.sha256(data).digest())  # RFC 8463, section 3: Ed25519 over the SHA-256

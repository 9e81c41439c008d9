"""The token of a mail's links: 24 characters [A-Za-z0-9] that name an issue and a subscriber without a row.

Layout: one character key id, one character version, 22 characters base 62 of one AES block. The block holds the issue
(5 bytes), the subscriber (6 bytes) and 5 zero bytes as check bits: a forged token passes with probability 2**-40.
No expiry: a mail may lie in a mailbox for years and its leave link must still work (RFC 8058, section 3.1 wants the
URI alone to suffice). Purpose is the path, not the token. Key id 0 is inert: previews and test mails carry it, pages
say so and change nothing.
"""

import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from newsletter.base.errors import NewsletterError

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
TOKEN_LENGTH = 24
INERT_KEY_ID = 0
_VERSION = ALPHABET[1]
_VALUE = {character: value for value, character in enumerate(ALPHABET)}
_PAIRS = [a + b for a in ALPHABET for b in ALPHABET]
_BLOCK_DIGITS = 22  # 62**22 > 2**128
_ISSUE_BYTES, _SUBSCRIBER_BYTES, _CHECK_BYTES = 5, 6, 5


class InvalidToken(NewsletterError):
    """The text is no token of ours, or its key is not known here."""


@dataclass(frozen=True, slots=True)
class TokenSubject:
    """What a token says: whose mail, of which issue (0: of none), and whether its pages may change anything."""

    issue: int
    subscriber: int
    inert: bool = False


class TokenKeys:
    """The AES keys by key id (1 to 61); the highest signs, all of them decode. The inert key is fixed and public."""

    def __init__(self, keys: Mapping[int, bytes]) -> None:
        if not keys or any(not 0 < number < len(ALPHABET) or len(key) != 16 for number, key in keys.items()):
            raise ValueError("token keys are numbered 1 to 61 and have 16 bytes each")
        self._keys = {INERT_KEY_ID: bytes(16), **keys}
        self._current = max(keys)

    def encode(self, subjects: Iterable[tuple[int, int]], *, inert: bool = False) -> list[str]:
        """Give the tokens of (issue, subscriber) pairs, in order, with one call of the cipher for all."""
        blocks = b"".join(
            issue.to_bytes(_ISSUE_BYTES, "big") + subscriber.to_bytes(_SUBSCRIBER_BYTES, "big") + bytes(_CHECK_BYTES)
            for issue, subscriber in subjects
        )
        number = INERT_KEY_ID if inert else self._current
        # ECB over single random-looking blocks: each token is one block, equal only for equal subjects.
        encryptor = Cipher(algorithms.AES(self._keys[number]), modes.ECB()).encryptor()  # noqa: S305 - see the line above
        sealed = encryptor.update(blocks)
        head = ALPHABET[number] + _VERSION
        return [head + _base62(sealed[at : at + 16]) for at in range(0, len(sealed), 16)]

    def decode(self, token: str) -> TokenSubject:
        """Read a token; InvalidToken for anything that is not exactly one of ours."""
        if len(token) != TOKEN_LENGTH or not all(character in _VALUE for character in token):
            raise InvalidToken("this is no token of a mail from here")
        number = _VALUE[token[0]]
        value = 0
        for character in token[2:]:
            value = value * 62 + _VALUE[character]
        if token[1] != _VERSION or number not in self._keys or value >= 1 << 128:
            raise InvalidToken("this token was made with a key that is not here")
        decryptor = Cipher(algorithms.AES(self._keys[number]), modes.ECB()).decryptor()  # noqa: S305 - one block
        block = decryptor.update(value.to_bytes(16, "big"))
        issue, rest = block[:_ISSUE_BYTES], block[_ISSUE_BYTES:]
        if rest[_SUBSCRIBER_BYTES:] != bytes(_CHECK_BYTES):
            raise InvalidToken("this token is damaged")
        subscriber = int.from_bytes(rest[:_SUBSCRIBER_BYTES], "big")
        return TokenSubject(int.from_bytes(issue, "big"), subscriber, inert=number == INERT_KEY_ID)


def _base62(block: bytes) -> str:
    value = int.from_bytes(block, "big")
    pairs = []
    for _ in range(_BLOCK_DIGITS // 2):
        value, pair = divmod(value, 3844)
        pairs.append(_PAIRS[pair])
    return "".join(reversed(pairs))

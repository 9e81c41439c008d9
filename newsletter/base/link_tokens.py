"""The token of a link that is mailed fresh: 32 characters [a-z2-7] that name a row and prove that we made it.

Unlike the token of a mail (`tokens.py`) it says nothing by itself: the row knows whose it is, what it is for, until
when, and whether it was used. 120 bits of HMAC-SHA256 (RFC 2104) stand behind 5 bytes of the row's number.
"""

import base64
import binascii
import hmac

from newsletter.base.tokens import InvalidToken

LINK_TOKEN_LENGTH = 32
_ID_BYTES, _PROOF_BYTES = 5, 15


class LinkTokens:
    """Makes and reads these tokens with one key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def encode(self, link_id: int) -> str:
        """Give the token of a row."""
        number = link_id.to_bytes(_ID_BYTES, "big")
        return base64.b32encode(number + self._proof(number)).decode().lower()

    def decode(self, token: str) -> int:
        """Give the row's number; InvalidToken for anything that was not made here."""
        try:
            octets = base64.b32decode(token.upper()) if len(token) == LINK_TOKEN_LENGTH and token.islower() else b""
        except (binascii.Error, ValueError) as error:
            raise InvalidToken("this is no link from here") from error
        number, proof = octets[:_ID_BYTES], octets[_ID_BYTES:]
        if not octets or not hmac.compare_digest(proof, self._proof(number)):
            raise InvalidToken("this is no link from here")
        return int.from_bytes(number, "big")

    def _proof(self, number: bytes) -> bytes:
        return hmac.digest(self._key, number, "sha256")[:_PROOF_BYTES]

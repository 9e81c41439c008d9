"""A DkimKey: a private key, whom it signs for, and the DNS record that tells the world its public half.

RSA of 2048 bits at least (RFC 8301, section 3.2) and Ed25519 (RFC 8463); every other kind of key is refused.
"""

import base64
from dataclasses import dataclass, field
from typing import Literal

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from newsletter.rendering.errors import InvalidDkimKey

Algorithm = Literal["rsa", "ed25519"]

# RSA is what every receiver checks; Ed25519 is shorter and stands beside it (RFC 8463).
ALGORITHMS: tuple[Algorithm, ...] = ("rsa", "ed25519")
RSA_BITS = 2048
_STRING = 255  # octets of one string in a TXT record (RFC 1035, section 3.3)


@dataclass(frozen=True, slots=True, kw_only=True)
class DkimKey:
    """One `[[dkim]]`: domain, selector, and the key."""

    domain: str
    selector: str
    private: RSAPrivateKey | Ed25519PrivateKey = field(repr=False)

    @property
    def algorithm(self) -> Algorithm:
        return "rsa" if isinstance(self.private, RSAPrivateKey) else "ed25519"

    @property
    def record_name(self) -> str:
        """Give the name of the DNS record (RFC 6376, section 3.6.2.1)."""
        return f"{self.selector}._domainkey.{self.domain}"

    @property
    def record(self) -> str:
        """Give the text of the DNS record (RFC 6376, section 3.6.1; RFC 8463, section 4: the bare 32 octets)."""
        public = self.private.public_key()
        if isinstance(self.private, RSAPrivateKey):
            octets = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        else:
            octets = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
        return f"v=DKIM1; k={self.algorithm}; p={base64.b64encode(octets).decode()}"


def new_private_key(algorithm: Algorithm) -> bytes:
    """Make a private key as PEM (PKCS 8, not encrypted)."""
    key = Ed25519PrivateKey.generate() if algorithm == "ed25519" else generate_private_key(65_537, RSA_BITS)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def read_dkim_key(pem: bytes, *, domain: str, selector: str) -> DkimKey:
    """Read a private key; InvalidDkimKey in words that never quote it."""
    try:
        private = load_pem_private_key(pem, password=None)
    except TypeError as error:
        raise InvalidDkimKey("is encrypted; a key that signs by itself cannot have a passphrase") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise InvalidDkimKey("is no private key in PEM form (-----BEGIN PRIVATE KEY-----)") from error
    if isinstance(private, RSAPrivateKey) and private.key_size < RSA_BITS:
        raise InvalidDkimKey(f"has {private.key_size} bits; {RSA_BITS} are needed")
    if not isinstance(private, RSAPrivateKey | Ed25519PrivateKey):
        raise InvalidDkimKey("is neither RSA nor Ed25519")
    return DkimKey(domain=domain, selector=selector, private=private)


def zone_line(key: DkimKey) -> str:
    """Give the record as it stands in a zone file: strings of at most 255 octets, in quotes."""
    strings = [key.record[at : at + _STRING] for at in range(0, len(key.record), _STRING)]
    quoted = " ".join([f'"{one}"' for one in strings])
    return f"{key.record_name}. IN TXT ( {quoted} )"

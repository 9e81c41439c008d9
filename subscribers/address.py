"""Reads an address and gives it its normal form: what "the same address" means everywhere.

Plain ASCII addresses take a fast path of ours, all others email-validator; a property test holds the two equal.
No control character ever passes, so that no address can break out of a header or an SMTP command.
"""

import re
import unicodedata
from dataclasses import dataclass
from hashlib import sha256

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

from subscribers.errors import InvalidAddress

# RFC 5321 4.5.3.1: the local part has 64 octets, the path 256 with its angle brackets: 254 (RFC 3696, erratum 1690).
_LONGEST_LOCAL_PART = 64
_LONGEST_ADDRESS = 254

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"  # RFC 5322 3.2.3
# "ab--" at a label's start is kept for A-labels (RFC 5891 4.2.3.1): those are not plain.
_LABEL = r"(?!..--)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_TOP_LABEL = r"(?!..--)(?:[A-Za-z0-9][A-Za-z0-9-]{0,61})?[A-Za-z]"  # every top-level domain ends with a letter
_PLAIN = re.compile(rf"(?P<local>{_ATOM}(?:\.{_ATOM})*)@(?P<domain>(?:{_LABEL}\.)+(?P<top>{_TOP_LABEL}))")
# Names that cannot be mailed (RFC 6761). `.test` can: it is what people try things out with.
_RESERVED_TOPS = frozenset(name.rpartition(".")[2] for name in SPECIAL_USE_DOMAIN_NAMES) - {"test"}
# A country may have a mail server at its top-level domain itself (RFC 7085 lists some), a generic one may not
# (ICANN, 2013): "anna@hospital" is a slip of the pen, "anna@io" is not.
_AT_A_COUNTRY = re.compile(r"@[A-Za-z]{2}\Z")
_DROPS_DOTS = frozenset({"gmail.com", "googlemail.com"})
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """An address as it was written, and what it is compared by."""

    address: str
    key: str  # normal form
    hash: str  # SHA-256 of the key, in hex: joins suppressions and consents, outlives erasure
    domain: str  # A-labels, lower case


def parse_address(text: str) -> Address:
    """Read an address. Raises InvalidAddress with the reason in words; keeps the text as it was written.

    The key compares the local part without regard to case. RFC 5321 2.4 lets a host tell `Anna` from `anna`, but none
    that people use does; and who left as `anna@` must not be mailed as `Anna@`. Mail goes to the address as written.
    """
    return parse_plain(text) or _parse_any(text)


def mailbox_hash(address: Address) -> str:
    """Name the mailbox that an address most likely leads to, by hash: for limits on what is mailed there, nothing else.

    Many hosts drop what stands behind a "+" (RFC 5233), and Gmail drops dots.
    """
    local, _, domain = address.key.rpartition("@")
    local = local.partition("+")[0] or local
    if address.domain in _DROPS_DOTS:
        local = local.replace(".", "")
    return sha256(f"{local}@{domain}".encode()).hexdigest()


def parse_plain(text: str) -> Address | None:
    """Read a plain ASCII address quickly; None where this path cannot decide."""
    match = _PLAIN.fullmatch(text)
    if match is None or len(text) > _LONGEST_ADDRESS:
        return None
    local, domain = match["local"], match["domain"].lower()
    if len(local) > _LONGEST_LOCAL_PART or match["top"].lower() in _RESERVED_TOPS:
        return None
    return _address(text, local.lower(), domain)


def parse_domain(text: str) -> str:
    """Read the name of a domain, with or without an @-sign before it; gives it in A-labels, lower case.

    Raises InvalidAddress for what could not stand behind the @-sign of an address.
    """
    return parse_address(f"a@{text.removeprefix('@')}").domain


def mask(address: str) -> str:
    """Make an address fit for a log or a screen: `m...a@hospital.pt`. Short local parts lose their last letter too."""
    local, _, domain = address.rpartition("@")
    last = local[-1] if len(local) > 3 else ""
    return f"{local[:1]}...{last}@{domain}"


def _parse_any(text: str) -> Address:
    if _CONTROL.search(text):
        raise InvalidAddress("The address holds a line break or another control character.")
    if len(text.encode(errors="surrogatepass")) > _LONGEST_ADDRESS:
        raise InvalidAddress(f"The address is longer than {_LONGEST_ADDRESS} octets.")
    try:
        found = validate_email(
            text,
            strict=True,
            check_deliverability=False,
            test_environment=True,
            globally_deliverable=not _AT_A_COUNTRY.search(text),
        )
    except EmailNotValidError as error:
        raise InvalidAddress(str(error)) from error
    if len(found.local_part.encode()) > _LONGEST_LOCAL_PART:
        raise InvalidAddress(f"The part before the @-sign is longer than {_LONGEST_LOCAL_PART} octets.")
    # Lower case may undo the composition (as for a dotted capital I), so it is composed again.
    local = unicodedata.normalize("NFC", unicodedata.normalize("NFC", found.local_part).lower())
    return _address(text, local, found.ascii_domain.lower())


def _address(text: str, local: str, domain: str) -> Address:
    key = f"{local}@{domain}"
    return Address(address=text, key=key, hash=sha256(key.encode()).hexdigest(), domain=domain)

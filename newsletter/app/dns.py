"""Asks the DNS for text records, with patience for a few seconds. Only `doctor` asks: sending never waits for it."""

import dns.exception
import dns.resolver

from newsletter.app.dns_words import LookUpFailed

_PATIENCE = 5.0  # seconds for one name


def text_records(name: str, resolver: dns.resolver.Resolver | None = None, *, patience: float = _PATIENCE) -> list[str]:
    """Give the TXT records of a name, each in one piece (RFC 7208, section 3.3); none where the name is not there."""
    try:
        answer = (resolver or dns.resolver.Resolver()).resolve(name, "TXT", lifetime=patience, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.DNSException, OSError) as error:
        raise LookUpFailed(str(error) or type(error).__name__) from error
    return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]

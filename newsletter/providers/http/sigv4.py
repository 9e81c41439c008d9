"""Signs requests to Amazon's services: Signature Version 4. Pure; checked against Amazon's published examples.

docs.aws.amazon.com, "Create a signed AWS API request", is the standard.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from urllib.parse import parse_qsl, quote

_ALGORITHM = "AWS4-HMAC-SHA256"
_UNRESERVED = "-_.~"  # beside letters and digits (RFC 3986, section 2.3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Who signs, and for which service where."""

    key_id: str
    secret: str = field(repr=False)
    region: str
    service: str


def stamp(at: datetime) -> str:
    """Give the value of X-Amz-Date."""
    return at.strftime("%Y%m%dT%H%M%SZ")


def authorization(
    signer: Signer, *, method: str, path: str, query: str = "", headers: Mapping[str, str], content: bytes
) -> str:
    """Give the value of Authorization. `headers` are those that are signed: Host and X-Amz-Date at least."""
    clean = {name.lower(): " ".join(value.split()) for name, value in headers.items()}
    names = ";".join(sorted(clean))
    lines = [
        method,
        quote(path, safe="/" + _UNRESERVED),
        _canonical_query(query),
        *(f"{name}:{clean[name]}" for name in sorted(clean)),
        "",
        names,
        sha256(content).hexdigest(),
    ]
    date = clean["x-amz-date"]
    scope = f"{date[:8]}/{signer.region}/{signer.service}/aws4_request"
    told = "\n".join((_ALGORITHM, date, scope, sha256("\n".join(lines).encode()).hexdigest()))
    signature = hmac.new(signing_key(signer, date[:8]), told.encode(), sha256).hexdigest()
    return f"{_ALGORITHM} Credential={signer.key_id}/{scope}, SignedHeaders={names}, Signature={signature}"


def signing_key(signer: Signer, day: str) -> bytes:
    """Give the key of a day: the secret itself signs nothing."""
    key = f"AWS4{signer.secret}".encode()
    for part in (day, signer.region, signer.service, "aws4_request"):
        key = hmac.new(key, part.encode(), sha256).digest()
    return key


def _canonical_query(query: str) -> str:
    pairs = sorted(
        (quote(name, safe=_UNRESERVED), quote(value, safe=_UNRESERVED))
        for name, value in parse_qsl(query, keep_blank_values=True)
    )
    return "&".join(f"{name}={value}" for name, value in pairs)

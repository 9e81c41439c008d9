"""The relay that mail goes through: where it is, how it is protected, who we are to it.

Read once from the settings; the rule it keeps: every fault is found then, all at once, and never in the middle of
an issue.
"""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Literal
from urllib.parse import SplitResult

from pydantic import SecretStr

from newsletter.base.errors import InvalidSettings
from newsletter.base.settings import ProviderSettings
from newsletter.providers.place import is_loopback, split_url

_PORTS: Mapping[str, int] = {"smtp": 25, "smtps": 465}
_QUERY = frozenset({"tls", "ca", "per_connection", "ehlo"})


class Tls(StrEnum):
    """How the connection is protected."""

    IMPLICIT = "implicit"  # from the first octet: smtps, RFC 8314
    REQUIRED = "required"  # by STARTTLS, or not at all
    OFFERED = "offered"  # by STARTTLS where it is offered
    NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """How long we wait, in seconds: RFC 5321, section 4.5.3.2, but for the first and the last two."""

    connect: float = 30
    banner: float = 300
    command: float = 300  # EHLO, AUTH, MAIL, RCPT
    data: float = 120
    dot: float = (
        600  # a shorter one makes doubles: "a spurious timeout ... would result in delivery of multiple copies"
    )
    quit: float = 5
    idle: float = 20  # a connection without work is closed before the relay does it


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """All that opening a connection needs."""

    host: str
    port: int
    tls: Tls = Tls.OFFERED
    ca: Path | None = None
    username: str = ""
    password: SecretStr | None = None
    ehlo: str = ""
    connections: int = 1
    per_connection: int = 100
    timeouts: Timeouts = field(default_factory=Timeouts)

    @property
    def place(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def wants_tls(self) -> Literal["always", "if offered", "no"]:
        """Say what STARTTLS is used for.

        To this machine it would protect nothing, and the certificate that a distribution makes for its mail server
        proves nothing: there it is used only when asked for, by `tls=required` or a `ca`."""
        if self.tls is Tls.REQUIRED:
            return "always"
        if self.tls is Tls.NEVER or (is_loopback(self.host) and self.ca is None):
            return "no"
        return "if offered"

    def tls_context(self) -> ssl.SSLContext:
        """Make the context that verifies the relay's certificate; OSError or ssl.SSLError if `ca` cannot be read."""
        return ssl.create_default_context(cafile=self.ca)


def read_relay(settings: ProviderSettings, home: Path, secret: SecretStr | None) -> Relay:
    """Read `smtp://host:port?tls=required&ca=FILE&per_connection=100&ehlo=NAME`; InvalidSettings with every fault."""
    parts, query = split_url(settings)
    faults = [*_url_faults(parts, query), *_login_faults(settings, secret)]
    if faults:
        raise InvalidSettings(f"provider {settings.name}", faults)
    host = parts.hostname or ""
    return Relay(
        host=host,
        port=parts.port or _PORTS[parts.scheme],
        tls=Tls.IMPLICIT if parts.scheme == "smtps" else Tls(query.get("tls", "offered")),
        ca=home / query["ca"] if "ca" in query else None,
        username=settings.username,
        password=secret,
        ehlo=query.get("ehlo", ""),
        connections=settings.connections or (8 if is_loopback(host) else 4),
        per_connection=int(query.get("per_connection", "100")),
    )


def _url_faults(parts: SplitResult, query: Mapping[str, str]) -> list[str]:
    faults = []
    if not parts.hostname:
        faults.append(f"url: the host is missing; write {parts.scheme}://HOST:PORT")
    if parts.username or parts.password:
        faults.append("url: holds a login; write the name as username and the password into secret_file")
    if parts.path.strip("/") or parts.fragment:
        faults.append("url: nothing but the host, the port and ?options belongs there")
    faults += [
        f"url: there is no option {key!r}; known are {', '.join(sorted(_QUERY))}" for key in query.keys() - _QUERY
    ]
    return faults + _option_faults(parts.scheme, query)


def _option_faults(scheme: str, query: Mapping[str, str]) -> list[str]:
    faults = []
    if scheme == "smtps" and "tls" in query:
        faults.append("url: smtps is TLS from the start; leave tls= out")
    elif query.get("tls", "required") not in {"required", "never"}:
        faults.append("url: tls is required or never; leave it out to use STARTTLS where it is offered")
    limit = query.get("per_connection", "1")
    if not (limit.isascii() and limit.isdigit() and int(limit) > 0):
        faults.append("url: per_connection is a number of messages, 1 or more")
    if not all(33 <= ord(letter) <= 126 for letter in query.get("ehlo", "")):
        faults.append("url: ehlo is a host name in plain ASCII")
    return faults


def _login_faults(settings: ProviderSettings, secret: SecretStr | None) -> list[str]:
    if settings.username and secret is None:
        return ["username: the password is missing; name its file with secret_file"]
    if secret is not None and not settings.username:
        return ["secret_file: there is a password and no username; set username"]
    if "\0" in settings.username + (secret.get_secret_value() if secret else ""):
        return ["username, secret_file: a NUL cannot be part of a login"]
    return []

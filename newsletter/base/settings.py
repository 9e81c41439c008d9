"""Settings: `newsletter.toml` of the home, overridden by NEWSLETTER_SECTION__KEY variables.

One table (the models below) is the truth for reading, for the file that `init` writes and for docs/settings.md.
Unknown keys and unknown NEWSLETTER_ variables are errors; all faults are reported at once; secrets never print.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError

from newsletter.base.errors import InvalidSettings, NoHome
from newsletter.base.mail_clients import known_client

FILE_NAME = "newsletter.toml"
VARIABLE_PREFIX = "NEWSLETTER_"
# Read by the entrances themselves, not settings of a home.
_OTHER_VARIABLES = {"NEWSLETTER_HOME"}

_APIS = ("ses", "sendgrid", "mailgun", "postmark", "brevo", "resend", "sparkpost", "mailjet")
PROVIDER_SCHEMES = ("smtp", "smtps", *_APIS, "maildir")
_RATE = re.compile(r"\s*[1-9]\d*\s*/\s*[smhd]\s*")
_ORIGIN = re.compile(r"https?://(?:\*\.)?[A-Za-z0-9.-]+(?::\d{1,5})?")
_LABELS = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}))*")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")


def _network(value: str) -> str:
    ip_network(value, strict=False)
    return value


def _rate(value: str) -> str:
    if value and not all(_RATE.fullmatch(part) for part in value.split(",")):
        raise ValueError('a rate is written like "5/s" or "5/s, 500/h, 10000/d"')
    return value


def _frame_ancestor(value: str) -> str:
    # What stands here goes into a header (CSP, frame-ancestors): nothing but an origin, or any.
    if value != "*" and not _ORIGIN.fullmatch(value):
        raise ValueError('an origin like "https://www.partner.example" or "https://*.partner.example", or "*"')
    return value


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if value and (parts.scheme not in {"http", "https"} or not parts.netloc):
        raise ValueError('an address like "https://www.example.org/privacy" is needed')
    return value


def _public_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise ValueError('an address like "https://news.example.org" is needed')
    if parts.scheme == "http" and parts.hostname not in {"localhost", "127.0.0.1", "::1"}:
        raise ValueError("must begin with https:// (RFC 8058 asks for it); http only on this machine")
    return value.rstrip("/")


def _bind(value: str) -> str:
    port = value.rpartition(":")[2]
    if value == port or not port.isdecimal() or int(port) > 65_535:
        raise ValueError('an address and a port like "127.0.0.1:8000" are needed')
    return value


def _provider_name(value: str) -> str:
    if not _NAME.fullmatch(value):
        raise ValueError("a name has small letters, digits and hyphens only")
    return value


def _provider_url(value: str) -> str:
    scheme, colon, rest = value.partition(":")
    if scheme not in PROVIDER_SCHEMES or not colon:  # the words never quote the value: it may hold a password
        raise ValueError(f"must begin with one of {', '.join(f'{known}:' for known in PROVIDER_SCHEMES)}")
    if scheme != "maildir" and "@" in rest:
        raise ValueError("holds a login: write the name in username and the password in secret_file or secret_env")
    return value


def _domain(value: str) -> str:
    if not _LABELS.fullmatch(value):
        raise ValueError('a name like "example.org" is needed (of an internationalised domain its form with xn--)')
    return value.lower()


def _mailbox(value: str) -> str:
    scheme, _, folder = value.partition(":")
    if value and not (scheme == "maildir" and folder.strip()):
        raise ValueError('must be "maildir:FOLDER" or empty')
    return value


def _database_url(value: str) -> str:
    if not value.startswith(("sqlite:///", "postgresql://")):
        raise ValueError('must be "sqlite:///FILE" or "postgresql://..."')
    return value


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class DatabaseSettings(_Section):
    """Where everything is kept."""

    url: Annotated[str, AfterValidator(_database_url)] = Field(
        default="sqlite:///newsletter.db",
        repr=False,  # may hold a password
        description="sqlite:///FILE (relative to the home) or postgresql://user@host/name",
    )


class WebSettings(_Section):
    """The pages that readers and editors open."""

    public_url: Annotated[str, AfterValidator(_public_url)] = Field(
        default="http://127.0.0.1:8000", description="how readers reach this machine; stands in every link of a mail"
    )
    bind: Annotated[str, AfterValidator(_bind)] = Field(
        default="127.0.0.1:8000", description="address and port that `serve` listens on"
    )
    trusted_proxies: list[Annotated[str, AfterValidator(_network)]] = Field(
        default=[], description="networks of the proxies whose X-Forwarded-For counts"
    )
    frame_ancestors: list[Annotated[str, AfterValidator(_frame_ancestor)]] = Field(
        default=[],
        description='sites that may show the sign-up page in a frame, e.g. "https://www.partner.example"; "*": any',
    )


class FetchSettings(_Section):
    """How posts are fetched."""

    allow_addresses: list[Annotated[str, AfterValidator(_network)]] = Field(
        default=[],
        description='networks beside the public ones that sources may live in, e.g. "127.0.0.1", "10.0.0.0/8"',
    )
    timeout_seconds: float = Field(default=20.0, gt=0, le=300, description="the longest that one request may take")
    max_bytes: int = Field(
        default=10_000_000, gt=0, description="the largest feed, page or picture that is read, unpacked"
    )
    every_minutes: int = Field(
        default=60,
        gt=0,
        description="the shortest pause before a source is asked again; one that posts rarely is asked less often",
    )


class ProviderSettings(_Section):
    """A way out. The first that a newsletter names (or simply the first) carries its mail."""

    name: Annotated[str, AfterValidator(_provider_name)] = Field(description="what newsletters call it")
    url: Annotated[str, AfterValidator(_provider_url)] = Field(
        description="smtp://host:port, smtps://host:port, maildir:FOLDER, or an HTTP API: ses:, sendgrid:, mailgun:, "
        "postmark:, brevo:, resend:, sparkpost:, mailjet:"
    )
    username: str = Field(default="", description="login name, where the relay or API asks for one")
    secret_file: str = Field(default="", description="file that holds the password or API key, relative to the home")
    secret_env: str = Field(default="", description="or the variable that holds it")
    rate: Annotated[str, AfterValidator(_rate)] = Field(
        default="",
        description='"5/s, 500/h, 10000/d"; empty: none for a relay on this machine, else 5/s on 4 connections',
    )
    connections: int = Field(
        default=0,
        ge=0,
        le=512,
        description="connections at a time, of an API calls at a time; 0: 8 to this machine, else 4, "
        "of an API as it bears",
    )


class BouncesSettings(_Section):
    """Where undeliverable mail comes back to."""

    address: str = Field(default="", description="envelope sender, never From; empty: From until a mailbox is set")
    mailbox: Annotated[str, AfterValidator(_mailbox)] = Field(
        default="",
        description='"maildir:FOLDER", read for bounces; empty: none, and then no mailto in List-Unsubscribe',
    )
    verp: Literal["auto", "on", "off"] = Field(default="auto", description="a sender of its own for each delivery")


class AlertsSettings(_Section):
    """Who is told when something waits for a person."""

    to: list[str] = Field(default=[], description="addresses")
    webhook: str = Field(default="", repr=False, description="an https address that is sent JSON")
    heartbeat_url: str = Field(
        default="", repr=False, description="fetched after every good tick; a watchdog calls when it stops"
    )


class PrivacySettings(_Section):
    """How long things are kept, in days."""

    unconfirmed_days: int = Field(default=14, gt=0, description="people who never confirmed")
    deliveries_days: int = Field(
        default=400, ge=36, description="deliveries and attempts, never under the life of a story"
    )
    policy_url: Annotated[str, AfterValidator(_web_address)] = Field(
        default="", description="your page on how you treat data; the sign-up page links to it"
    )
    network_addresses_days: int = Field(default=365, gt=0, description="network addresses in consent records")


class DkimSettings(_Section):
    """A key that signs the mail of a From domain. Several of one domain sign together: RSA for all, Ed25519 beside."""

    domain: Annotated[str, AfterValidator(_domain)] = Field(
        description="the From domain, or one above it; in its DNS the record is published"
    )
    selector: Annotated[str, AfterValidator(_domain)] = Field(
        description="names the key: the record is SELECTOR._domainkey.DOMAIN"
    )
    private_key_file: str = Field(
        min_length=1, description="private key in PEM form, relative to the home; `newsletter dkim new` makes one"
    )


class LintSettings(_Section):
    """What `newsletter issue lint` and the desk look over an issue for."""

    clients: list[Annotated[str, AfterValidator(known_client)]] = Field(
        default=["apple-mail", "gmail", "outlook", "yahoo", "thunderbird"],
        description='mail programs that readers have, by family ("gmail") or one by one ("gmail.ios"): '
        "what they lack is told of",
    )


class LogSettings(_Section):
    """The log on stderr."""

    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="least level that is written"
    )


def _names_once(providers: list[ProviderSettings]) -> list[ProviderSettings]:
    names = [provider.name for provider in providers]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"names must differ; twice: {', '.join(twice)}")
    return providers


class Settings(_Section):
    """All of newsletter.toml, validated."""

    database: DatabaseSettings = DatabaseSettings()
    web: WebSettings = WebSettings()
    fetch: FetchSettings = FetchSettings()
    provider: Annotated[list[ProviderSettings], AfterValidator(_names_once)] = Field(
        default=[], description="the ways out, in order"
    )
    bounces: BouncesSettings = BouncesSettings()
    alerts: AlertsSettings = AlertsSettings()
    privacy: PrivacySettings = PrivacySettings()
    dkim: list[DkimSettings] = Field(default=[], description="the keys that sign, several for a domain if you like")
    lint: LintSettings = LintSettings()
    log: LogSettings = LogSettings()
    templates_dir: str = Field(default="", description="folder looked at before the built-in templates")


def read_settings(home: Path, variables: Mapping[str, str] | None = None) -> Settings:
    """Read and check a home's settings. NoHome without the file, InvalidSettings with every fault otherwise."""
    path = home / FILE_NAME
    content = _read_file(path)
    faults = _merge_variables(content, os.environ if variables is None else variables)
    try:
        settings = Settings.model_validate(content)
    except ValidationError as error:
        raise InvalidSettings(str(path), [*faults, *fault_lines(error)]) from error
    if faults:
        raise InvalidSettings(str(path), faults)
    return settings


def checked_dkim(domain: str, selector: str, private_key_file: str) -> DkimSettings:
    """Check a key's words as the settings would; InvalidSettings with every fault."""
    try:
        return DkimSettings(domain=domain, selector=selector, private_key_file=private_key_file)
    except ValidationError as error:
        raise InvalidSettings("dkim", fault_lines(error)) from error


def read_secret(provider: ProviderSettings, home: Path, variables: Mapping[str, str] | None = None) -> SecretStr | None:
    """Give the provider's password or key; None where none is configured; InvalidSettings where it cannot be read."""
    where = f"provider {provider.name}"
    if provider.secret_file:
        try:
            return SecretStr((home / provider.secret_file).read_text(encoding="utf-8").strip())
        except OSError as error:
            raise InvalidSettings(where, [f"secret_file: {error.strerror}: {error.filename}"]) from error
    if provider.secret_env:
        value = (os.environ if variables is None else variables).get(provider.secret_env)
        if not value:
            raise InvalidSettings(where, [f"secret_env: the variable {provider.secret_env} is not set"])
        return SecretStr(value)
    return None


def fault_lines(error: ValidationError) -> list[str]:
    """Turn pydantic's faults into lines `section.key: what is wrong`, never with the value (it may be a secret)."""
    lines = []
    for fault in error.errors(include_url=False, include_input=False):
        where = ".".join(f"[{part}]" if isinstance(part, int) else part for part in fault["loc"]).replace(".[", "[")
        unknown = fault["type"] == "extra_forbidden"
        words = "there is no such key" if unknown else fault["msg"].removeprefix("Value error, ")
        lines.append(f"{where}: {words}" if where else words)
    return lines


def _read_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))  # some editors put a byte order mark
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NoHome(
            f"{path.absolute()} does not exist. Name the home with --home DIR or NEWSLETTER_HOME, "
            "or make one: newsletter init"
        ) from error
    except OSError as error:
        raise InvalidSettings(str(path), [f"cannot be read: {error.strerror}"]) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidSettings(str(path), [f"not TOML: {error}"]) from error


def _merge_variables(content: dict[str, Any], variables: Mapping[str, str]) -> list[str]:
    """Write NEWSLETTER_SECTION__KEY values into the parsed file; give the faults found."""
    faults = []
    known = _OTHER_VARIABLES | _secret_variables(content)
    for name, value in sorted(variables.items()):
        if not name.startswith(VARIABLE_PREFIX) or name in known:
            continue
        section, _, key = name.removeprefix(VARIABLE_PREFIX).lower().partition("__")
        field = Settings.model_fields.get(section)
        model = field.annotation if field else None
        if not key and section == "templates_dir":
            content[section] = value
        elif not (isinstance(model, type) and issubclass(model, _Section) and key in model.model_fields):
            faults.append(f"{name}: there is no such setting (a variable is named like NEWSLETTER_WEB__PUBLIC_URL)")
        else:
            table = content.setdefault(section, {})
            if isinstance(table, dict):
                is_list = "list" in str(model.model_fields[key].annotation)
                table[key] = [part.strip() for part in value.split(",") if part.strip()] if is_list else value
    return faults


def _secret_variables(content: dict[str, Any]) -> set[str]:
    """Give the variables that the file itself names as holders of a secret: those are known."""
    providers = content.get("provider")
    if not isinstance(providers, list):
        return set()
    return {str(provider.get("secret_env")) for provider in providers if isinstance(provider, dict)}

"""From the settings of a provider to an HttpProvider. All faults are told at once, and nothing is connected."""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import SplitResult

from pydantic import SecretStr

from newsletter.base.errors import InvalidSettings
from newsletter.base.settings import ProviderSettings
from newsletter.providers.http.carry import HttpProvider
from newsletter.providers.http.dialect import Account, Dialect
from newsletter.providers.place import is_loopback, split_url


def make_http_provider(kind: type[Dialect], settings: ProviderSettings, secret: SecretStr | None) -> HttpProvider:
    """Read `NAME:?option=value`, or `NAME://HOST:PORT` for a stand-in; InvalidSettings with every fault."""
    parts, query = split_url(settings)
    faults = list(_faults(kind, settings, parts, query, secret))
    if faults or secret is None:
        raise InvalidSettings(f"provider {settings.name}", faults)
    account = Account(
        secret=secret,
        username=settings.username,
        stand_in=_stand_in(parts),
        options={name: query.get(name, option.default or "") for name, option in kind.options.items()},
    )
    batch = int(query["batch"]) if "batch" in query else None
    return HttpProvider(settings.name, kind(account), batch=batch, calls=settings.connections or None)


def _faults(
    kind: type[Dialect],
    settings: ProviderSettings,
    parts: SplitResult,
    query: Mapping[str, str],
    secret: SecretStr | None,
) -> Iterator[str]:
    most = kind.limits.messages
    known = sorted([*kind.options, *(["batch"] if most > 1 else [])])
    for name in sorted(query.keys() - known):
        yield f"url: there is no option {name!r}; known are {', '.join(known) or 'none'}"
    batch = query.get("batch", "1")
    if most > 1 and not (batch.isascii() and batch.isdigit() and 1 <= int(batch) <= most):
        yield f"url: batch is a number from 1 to {most}"
    for name, option in kind.options.items():
        value = query.get(name, option.default)
        if value is None or not re.fullmatch(option.pattern, value):
            yield f"url: {name} is {option.words}"
    if parts.username or parts.path.strip("/"):
        yield "url: nothing but a host, a port and ?options belongs there"
    if kind.login_words and not settings.username:
        yield f"username: {kind.login_words} is missing"
    if secret is None:
        yield f"secret_file: {kind.key_words} is missing; name the file that holds it"


def _stand_in(parts: SplitResult) -> str:
    """Give a stand-in's address: http only on this machine, since the key goes with it."""
    if not parts.netloc:
        return ""
    return f"{'http' if is_loopback(parts.hostname or '') else 'https'}://{parts.netloc}"

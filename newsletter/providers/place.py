"""Where a provider is: its URL taken apart, and whether it is this machine.

Told by the host's name or number alone. Nothing is looked up, for an answer could be made up.
"""

from ipaddress import ip_address
from urllib.parse import SplitResult, parse_qs, urlsplit

from newsletter.base.errors import InvalidSettings
from newsletter.base.settings import ProviderSettings


def split_url(settings: ProviderSettings) -> tuple[SplitResult, dict[str, str]]:
    """Take the URL and its ?options apart; InvalidSettings if it is none."""
    try:
        parts = urlsplit(settings.url)
        _ = parts.port  # read here, because it is checked only when read
    except ValueError as error:
        raise InvalidSettings(f"provider {settings.name}", [f"url: cannot be read: {error}"]) from error
    return parts, {key: values[-1] for key, values in parse_qs(parts.query, keep_blank_values=True).items()}


def is_loopback(host: str) -> bool:
    """Say whether a host is this machine itself."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"

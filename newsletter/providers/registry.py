"""Which kind of provider a URL names. A new kind is one file, one line here, and its scheme in base.settings."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from pydantic import SecretStr

from newsletter.base.settings import ProviderSettings
from newsletter.providers.maildir import MaildirProvider
from newsletter.providers.place import is_loopback, split_url
from newsletter.providers.postmark import PostmarkProvider
from newsletter.providers.provider import Provider
from newsletter.providers.smtp import SmtpProvider

_KINDS: Mapping[str, Callable[[ProviderSettings, Path, SecretStr | None], Provider]] = MappingProxyType(
    {
        "smtp": SmtpProvider.from_settings,
        "smtps": SmtpProvider.from_settings,
        "postmark": PostmarkProvider.from_settings,
        "maildir": MaildirProvider.from_settings,
    }
)


def make_provider(settings: ProviderSettings, *, home: Path, secret: SecretStr | None) -> Provider:
    """Make the provider that the settings describe; InvalidSettings with every fault. Nothing is connected yet."""
    return _KINDS[_scheme(settings)](settings, home, secret)


def is_local(settings: ProviderSettings) -> bool:
    """Say whether it stands on this machine: then no careful default of rate is needed."""
    if _scheme(settings) == "maildir":
        return True
    return is_loopback(split_url(settings)[0].hostname or "")


def _scheme(settings: ProviderSettings) -> str:
    return settings.url.partition(":")[0]

"""Which kind of provider a URL names. A new HTTP API is one file, one line here, and its scheme in base.settings."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from pydantic import SecretStr

from newsletter.base.settings import ProviderSettings
from newsletter.providers.http.brevo import Brevo
from newsletter.providers.http.dialect import Dialect
from newsletter.providers.http.mailgun import Mailgun
from newsletter.providers.http.mailjet import Mailjet
from newsletter.providers.http.make import make_http_provider
from newsletter.providers.http.postmark import Postmark
from newsletter.providers.http.resend import Resend
from newsletter.providers.http.sendgrid import SendGrid
from newsletter.providers.http.ses import Ses
from newsletter.providers.http.sparkpost import SparkPost
from newsletter.providers.maildir import MaildirProvider
from newsletter.providers.place import is_loopback, split_url
from newsletter.providers.provider import Provider
from newsletter.providers.smtp import SmtpProvider

_APIS: Mapping[str, type[Dialect]] = MappingProxyType(
    {
        "postmark": Postmark,
        "ses": Ses,
        "sendgrid": SendGrid,
        "mailgun": Mailgun,
        "resend": Resend,
        "brevo": Brevo,
        "sparkpost": SparkPost,
        "mailjet": Mailjet,
    }
)
_KINDS: Mapping[str, Callable[[ProviderSettings, Path, SecretStr | None], Provider]] = MappingProxyType(
    {
        "smtp": SmtpProvider.from_settings,
        "smtps": SmtpProvider.from_settings,
        "maildir": MaildirProvider.from_settings,
    }
)


def make_provider(settings: ProviderSettings, *, home: Path, secret: SecretStr | None) -> Provider:
    """Make the provider that the settings describe; InvalidSettings with every fault. Nothing is connected yet."""
    api = _APIS.get(_scheme(settings))
    if api is not None:
        return make_http_provider(api, settings, secret)
    return _KINDS[_scheme(settings)](settings, home, secret)


def api_title(settings: ProviderSettings) -> str:
    """Give what people call the HTTP API that the URL names; empty if it names none."""
    api = _APIS.get(_scheme(settings))
    return api.title if api else ""


def is_local(settings: ProviderSettings) -> bool:
    """Say whether it stands on this machine: then no careful default of rate is needed."""
    if _scheme(settings) == "maildir":
        return True
    return is_loopback(split_url(settings)[0].hostname or "")


def _scheme(settings: ProviderSettings) -> str:
    return settings.url.partition(":")[0]

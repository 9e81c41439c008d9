"""Which kind of provider a URL names."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from newsletter.base.settings import PROVIDER_SCHEMES, ProviderSettings
from newsletter.providers.http.carry import HttpProvider
from newsletter.providers.maildir import MaildirProvider
from newsletter.providers.provider import Provider
from newsletter.providers.registry import api_title, is_local, make_provider
from newsletter.providers.smtp import SmtpProvider


def described(url: str) -> ProviderSettings:
    return ProviderSettings(name="out", url=url)


@pytest.mark.parametrize(
    ("url", "kind", "form", "batch"),
    [
        ("smtp://127.0.0.1:2525", SmtpProvider, "mime", 100),
        ("smtp://127.0.0.1:2525?per_connection=20", SmtpProvider, "mime", 20),
        ("smtps://mail.example.org", SmtpProvider, "mime", 100),
        ("postmark:", HttpProvider, "parts", 100),
        ("maildir:mail", MaildirProvider, "mime", 50),
    ],
)
def test_a_scheme_names_a_kind(url: str, kind: type[Provider], form: str, batch: int, tmp_path: Path) -> None:
    """Making one connects to nothing and says which form of message it takes."""
    secret = SecretStr("token") if kind is HttpProvider else None
    provider = make_provider(described(url), home=tmp_path, secret=secret)
    assert isinstance(provider, kind)
    assert (provider.name, provider.form, provider.batch) == ("out", form, batch)
    assert list(tmp_path.iterdir()) == []


def test_every_scheme_of_the_settings_has_a_kind(tmp_path: Path) -> None:
    """What the settings let through can be made."""
    urls = {scheme: f"{scheme}:" for scheme in PROVIDER_SCHEMES}
    urls |= {"smtp": "smtp://h", "smtps": "smtps://h", "maildir": "maildir:m", "ses": "ses:?region=eu-west-1"}
    urls |= {"mailgun": "mailgun:?domain=mg.example.org"}
    for scheme, url in urls.items():
        secret = None if scheme in {"smtp", "smtps", "maildir"} else SecretStr("token")
        settings = ProviderSettings(name="out", url=url, username="us" if scheme in {"ses", "mailjet"} else "")
        assert make_provider(settings, home=tmp_path, secret=secret).form in {"mime", "parts"}


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("smtp://127.0.0.1:25", True),
        ("smtp://localhost", True),
        ("smtps://[::1]", True),
        ("smtp://mail.example.org", False),
        ("smtp://localhost.example.org", False),
        ("postmark:", False),
        ("postmark://127.0.0.1:8025", True),
        ("maildir:mail", True),
    ],
)
def test_what_is_local(url: str, local: bool) -> None:
    """Only what stands on this machine goes without the careful default of rate."""
    assert is_local(described(url)) is local


@pytest.mark.parametrize(
    ("url", "title"),
    [
        ("postmark:", "Postmark"),
        ("ses:?region=eu-west-1", "Amazon SES"),
        ("mailjet://127.0.0.1:8025", "Mailjet"),
        ("smtp://mail.example.org", ""),
        ("maildir:mail", ""),
    ],
)
def test_an_api_is_called_what_people_call_it(url: str, title: str) -> None:
    """The privacy sheet names it as a processor; a relay or a folder has no such name."""
    assert api_title(described(url)) == title

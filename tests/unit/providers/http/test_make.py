"""What the settings of an HTTP provider may say."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from newsletter.base.errors import InvalidSettings
from newsletter.base.settings import ProviderSettings
from newsletter.providers.http.carry import HttpProvider
from newsletter.providers.registry import make_provider


def make(url: str, *, username: str = "me", secret: str | None = "key", connections: int = 0) -> HttpProvider:
    # Unchecked: the maker must look for itself.
    settings = ProviderSettings.model_construct(name="out", url=url, username=username, connections=connections)
    made = make_provider(settings, home=Path(), secret=SecretStr(secret) if secret else None)
    assert isinstance(made, HttpProvider)
    return made


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("ses:?region=eu-west-1", "https://email.eu-west-1.amazonaws.com"),
        ("ses:?region=us-gov-west-1&configuration_set=news", "https://email.us-gov-west-1.amazonaws.com"),
        ("sendgrid:", "https://api.sendgrid.com"),
        ("sendgrid:?region=eu", "https://api.eu.sendgrid.com"),
        ("mailgun:?domain=mg.example.org", "https://api.mailgun.net"),
        ("mailgun:?domain=mg.example.org&region=eu", "https://api.eu.mailgun.net"),
        ("brevo:", "https://api.brevo.com"),
        ("resend:?batch=100", "https://api.resend.com"),
        ("sparkpost:", "https://api.sparkpost.com"),
        ("sparkpost:?region=eu", "https://api.eu.sparkpost.com"),
        ("mailjet:", "https://api.mailjet.com"),
        ("brevo://127.0.0.1:8025", "http://127.0.0.1:8025"),
        ("brevo://proxy.example.org", "https://proxy.example.org"),
    ],
)
def test_where_it_goes(url: str, base: str) -> None:
    """Each form of URL names an address; without TLS to this machine only."""
    assert make(url).dialect.base_url == base


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ses:", "region is a region like eu-west-1"),
        ("ses:?region=ireland", "region is a region like eu-west-1"),
        ("ses:?region=eu-west-1.evil.example", "region is a region like"),
        ("mailgun:", "domain is the sending domain"),
        ("mailgun:?domain=a/b", "domain is the sending domain"),
        ("mailgun:?domain=mg.example.org&region=uk", "region is us or eu"),
        ("sendgrid:?batch=10", "there is no option 'batch'; known are region"),
        ("brevo:?region=eu", "there is no option 'region'; known are none"),
        ("resend:?batch=101", "batch is a number from 1 to 100"),
        ("mailjet:?batch=0", "batch is a number from 1 to 50"),
        ("brevo://host/path", "nothing but a host"),
    ],
)
def test_faults_of_the_url(url: str, words: str) -> None:
    """What cannot be used is told before anything starts, with what would do."""
    with pytest.raises(InvalidSettings, match=words):
        make(url)


def test_all_faults_are_told_at_once() -> None:
    """Option, name and key together: one look is enough to mend them."""
    with pytest.raises(InvalidSettings) as error:
        make("ses:?zone=x", username="", secret=None)
    told = str(error.value)
    assert all(words in told for words in ("'zone'", "region is", "the access key id", "the secret access key"))


def test_connections_are_calls_at_once() -> None:
    """The setting counts for HTTP as well; without it each API's own usual number does."""
    assert make("brevo:").calls == 4
    assert make("brevo:", connections=9).calls == 9
    assert make("resend:").calls == 1

"""The relay as settings describe it."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from newsletter.base.errors import InvalidSettings
from newsletter.base.settings import ProviderSettings
from newsletter.providers.smtp_relay import Relay, Timeouts, Tls, read_relay

HOME = Path("/srv/news")
PASSWORD = SecretStr("pass")


def read(url: str, *, username: str = "", secret: SecretStr | None = None, connections: int = 0) -> Relay:
    # Unchecked: the provider must look for itself.
    settings = ProviderSettings.model_construct(name="relay", url=url, username=username, connections=connections)
    return read_relay(settings, HOME, secret)


@pytest.mark.parametrize(
    ("url", "relay"),
    [
        ("smtp://127.0.0.1:2525", Relay(host="127.0.0.1", port=2525, connections=8)),
        ("smtp://localhost", Relay(host="localhost", port=25, connections=8)),
        ("smtp://mail.example.org:587", Relay(host="mail.example.org", port=587, connections=4)),
        ("smtps://mail.example.org", Relay(host="mail.example.org", port=465, connections=4, tls=Tls.IMPLICIT)),
        ("smtp://[::1]:25?tls=never", Relay(host="::1", port=25, connections=8, tls=Tls.NEVER)),
        (
            "smtp://mail.example.org?tls=required&ca=own.pem&per_connection=7&ehlo=news.example.org",
            Relay(
                host="mail.example.org", port=25, connections=4, tls=Tls.REQUIRED, ca=HOME / "own.pem",
                per_connection=7, ehlo="news.example.org",
            ),
        ),
    ],
)  # fmt: skip
def test_a_url_says_where_and_how(url: str, relay: Relay) -> None:
    """Everything about a relay stands in its URL; more connections are made to this machine than to another's."""
    assert read(url) == relay


def test_connections_may_be_set() -> None:
    """The setting wins over the default."""
    assert read("smtp://127.0.0.1", connections=2).connections == 2


@pytest.mark.parametrize(
    ("url", "wants"),
    [
        ("smtp://mail.example.org", "if offered"),
        ("smtp://mail.example.org?tls=required", "always"),
        ("smtp://mail.example.org?tls=never", "no"),
        ("smtp://127.0.0.1", "no"),
        ("smtp://127.0.0.1?tls=required", "always"),
        ("smtp://127.0.0.1?ca=own.pem", "if offered"),
    ],
)
def test_when_starttls_is_used(url: str, wants: str) -> None:
    """STARTTLS is used wherever it is offered; to this machine only when asked for, since the certificate that comes
    with a mail server is not valid for anything."""
    assert read(url).wants_tls == wants


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("smtp://", "host is missing"),
        ("smtp://host:99999", "cannot be read"),
        ("smtp://[::1", "cannot be read"),
        ("smtp://me:pass@host", "holds a login"),
        ("smtp://host/path", "nothing but the host"),
        ("smtp://host?tsl=required", "no option 'tsl'"),
        ("smtp://host?tls=maybe", "required or never"),
        ("smtps://host?tls=never", "leave tls= out"),
        ("smtp://host?per_connection=0", "1 or more"),
        ("smtp://host?per_connection=many", "1 or more"),
        ("smtp://host?ehlo=a%20b", "plain ASCII"),
    ],
)
def test_faults_are_found_before_anything_starts(url: str, words: str) -> None:
    """What cannot be used is told with the key, and never with the password."""
    with pytest.raises(InvalidSettings) as caught:
        read(url)
    assert words in str(caught.value)
    assert "pass@" not in str(caught.value)


def test_a_login_is_whole() -> None:
    """A name without a password and a password without a name are faults, told together with the others."""
    with pytest.raises(InvalidSettings, match="password is missing"):
        read("smtp://host", username="me")
    with pytest.raises(InvalidSettings, match="no username"):
        read("smtp://host", secret=PASSWORD)
    with pytest.raises(InvalidSettings) as caught:
        read("smtp://host/path?x=1", username="me")
    assert len(caught.value.faults) == 3


def test_the_final_dot_is_waited_for_as_long_as_the_rfc_says() -> None:
    """A shorter wait would mail people twice (RFC 5321, section 4.5.3.2.6)."""
    assert Timeouts().dot >= 600

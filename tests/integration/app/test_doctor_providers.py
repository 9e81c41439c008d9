"""What `doctor` says of the ways out."""

from pathlib import Path

from newsletter.app.doctor import Finding, look_over
from tests.fakes.home import make_full_home
from tests.fakes.http.server import SECRET, USER
from tests.fakes.http.ses import SesApi


def findings(folder: Path, more: str) -> list[Finding]:
    home = make_full_home(folder, extra=more)
    (folder / "key").write_text(SECRET)
    try:
        return [
            one for one in look_over(home.app, lambda _name: []) if one.what in {"provider amazon", "headers amazon"}
        ]
    finally:
        home.app.close()


def _ses(port: int) -> str:
    url = f"ses://127.0.0.1:{port}?region=eu-west-1"
    return f'[[provider]]\nname = "amazon"\nurl = "{url}"\nusername = "{USER}"\nsecret_file = "key"\n'


def test_what_a_provider_does_to_headers_is_told(tmp_path: Path) -> None:
    """Quota and rate of the account are told, and that Message-ID and Date do not stay as they were signed."""
    with SesApi() as fake:
        account, headers = findings(tmp_path / "home", _ses(fake.port))
    assert (account.what, account.verdict) == ("provider amazon", "good")
    assert "14 a second" in account.words
    assert (headers.what, headers.verdict) == ("headers amazon", "warning")
    assert "Message-ID" in headers.words
    assert "Date" in headers.words


def test_an_account_that_cannot_mail_readers_is_bad(tmp_path: Path) -> None:
    """The sandbox mails nobody but ourselves: that is told before a letter is written."""
    with SesApi() as fake:
        fake.account["ProductionAccessEnabled"] = False
        found = findings(tmp_path / "home", _ses(fake.port))
    assert [(one.what, one.verdict) for one in found if "sandbox" in one.words] == [("provider amazon", "bad")]

"""From `dkim new` to signed mail in readers' mailboxes, as an operator goes the way."""

import re
from email import message_from_bytes
from pathlib import Path

import dkim

from tests.integration.cli.conftest import PROVIDER, Run, write_week


def test_mail_is_signed_from_the_first_key_on(run: Run, tmp_path: Path) -> None:
    """`dkim new` says what to publish and what to set; then digests and test mails carry both signatures."""
    write_week(tmp_path)
    run("init")
    settings = tmp_path / "home" / "newsletter.toml"
    settings.write_text(settings.read_text() + PROVIDER)
    run("apply", "setup.toml")
    assert "is not signed here" in run("doctor").out
    made = run("dkim", "new", "example.org", "--json").json
    assert [one["algorithm"] for one in made] == ["rsa", "ed25519"]
    for one in made:
        named = f'domain = "example.org"\nselector = "{one["selector"]}"\nprivate_key_file = "{one["file"]}"\n'
        settings.write_text(settings.read_text() + f"[[dkim]]\n{named}")
    run("ingest")
    run("subscriber", "import", "people.csv", "--list", "members")
    run("issue", "assemble", "weekly")
    run("issue", "test", "weekly", "--to", "me@example.org")
    run("issue", "approve", "weekly")
    assert run("issue", "send", "weekly", "--wait").code == 0
    mails = [path.read_bytes() for path in (tmp_path / "home" / "caught" / "new").iterdir()]
    assert {message_from_bytes(mail)["To"] for mail in mails} == {
        "ada@example.org",
        "bob@example.net",
        "me@example.org",
    }
    published = {one["record_name"]: one["record"].encode() for one in made}

    def records(name: bytes, timeout: int = 5) -> bytes | None:
        return published.get(name.decode().rstrip("."))

    for mail in mails:
        assert len(re.findall(rb"(?im)^dkim-signature:", mail)) == 2
        assert [dkim.DKIM(mail).verify(at, dnsfunc=records) for at in range(2)] == [True, True]


def test_what_is_printed_can_be_typed_in(run: Run) -> None:
    """The words name each record once for a web form and once for a zone file, and the lines for newsletter.toml."""
    run("init")
    told = run("dkim", "new", "Example.org").out
    assert told.count("news-rsa._domainkey.example.org") == 2
    assert told.count("[[dkim]]") == 2
    assert 'private_key_file = "dkim/example.org-news-rsa.pem"' in told


def test_a_name_that_is_none_is_refused(run: Run, tmp_path: Path) -> None:
    """An address in place of a domain, or a path in place of a selector, is exit 2, and nothing is made."""
    run("init")
    for words in (["news@example.org"], ["example.org", "--selector", "../x"], [""]):
        told = run("dkim", "new", *words)
        assert told.code == 2
        assert "is needed" in told.err
    assert not (tmp_path / "home" / "dkim").exists()

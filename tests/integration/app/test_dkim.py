"""Keys of a home: made once, never overwritten, held against the DNS by `doctor`, and on every mail that is sent."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from newsletter.app.app import App
from newsletter.app.dkim import findings, is_published, make_keys, read_signing_keys
from newsletter.app.dns import text_records
from newsletter.app.dns_words import LookUpFailed
from newsletter.base.errors import InvalidSettings, UsageError
from newsletter.base.settings import read_settings
from newsletter.rendering.dkim_key import DkimKey
from tests.fakes.dns_server import name_server, resolver_at
from tests.fakes.home import make_empty_home


def with_keys(folder: Path, domain: str = "example.org") -> App:
    """Make a home with both keys of a domain, named in its settings."""
    app = make_empty_home(folder)
    lines = "\n".join(one.setting for one in make_keys(folder, domain, "news"))
    app.close()
    with (folder / "newsletter.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n{lines}")
    return App(folder, read_settings(folder, {}), app.clock, app.engine)


def keys_of(app: App) -> list[DkimKey]:
    return read_signing_keys(app.settings, app.home)


def test_new_keys_are_for_their_owner_only(tmp_path: Path) -> None:
    """The files and their folder can be read by nobody else, and what is to be written into the settings reads back."""
    app = with_keys(tmp_path)
    files = sorted((tmp_path / "dkim").iterdir())
    assert [file.name for file in files] == ["example.org-news-ed25519.pem", "example.org-news-rsa.pem"]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert (tmp_path / "dkim").stat().st_mode & 0o777 == 0o700
    assert [key.algorithm for key in keys_of(app)] == ["rsa", "ed25519"]


def test_a_key_that_is_there_is_never_overwritten(tmp_path: Path) -> None:
    """Called twice, the second call is refused with what to do, and the keys stay; another selector makes others."""
    app = with_keys(tmp_path)
    before = [key.record for key in keys_of(app)]
    with pytest.raises(UsageError, match="--selector"):
        make_keys(tmp_path, "example.org", "news")
    assert [key.record for key in keys_of(app)] == before
    assert len(make_keys(tmp_path, "example.org", "news2")) == 2


def test_a_key_that_cannot_be_used_stops_everything(tmp_path: Path) -> None:
    """A missing or damaged key is an error that names each file: mail never goes out unsigned unnoticed."""
    app = with_keys(tmp_path)
    first, second = sorted((tmp_path / "dkim").iterdir())
    first.unlink()
    second.write_text("nonsense")
    with pytest.raises(InvalidSettings) as caught:
        _ = app.signers
    assert len(caught.value.faults) == 2
    assert "No such file" in str(caught.value)
    assert "no private key in PEM form" in str(caught.value)


def test_records_are_read_from_a_name_server(tmp_path: Path) -> None:
    """A record of several strings is one text; a name that is not there has none; silence is no answer."""
    app = with_keys(tmp_path)
    rsa = keys_of(app)[0]
    with name_server({rsa.record_name: [rsa.record], "empty.example.org": []}) as resolver:
        assert text_records(rsa.record_name, resolver) == [rsa.record]
        assert text_records("empty.example.org", resolver) == []
        assert text_records("nowhere.example.org", resolver) == []
        assert is_published(rsa, partial(text_records, resolver=resolver)).verdict == "good"
    with pytest.raises(LookUpFailed):
        text_records(rsa.record_name, resolver_at(9), patience=0.1)


JUDGED: dict[str, tuple[Callable[[str], list[str]], str, str]] = {
    "as it is": (lambda record: [record], "good", "is published"),
    "with blanks": (lambda record: [record.replace("; ", " ;\t").replace("p=MII", "p = M II")], "good", "is published"),
    "beside another text": (lambda record: ["some-verification=1", record], "good", "is published"),
    "absent": (lambda _record: [], "bad", "has no record"),
    "of another key": (lambda record: [record[:-9] + "AAAAAAAAA"], "bad", "another key"),
    "as another kind": (lambda record: [record.replace("k=rsa", "k=ed25519")], "bad", "another key"),
    "withdrawn": (lambda _record: ["v=DKIM1; k=rsa; p="], "bad", "withdrawn"),
    "twice": (lambda record: [record, record], "bad", "2 records"),
    "as a test": (lambda record: [f"{record}; t=y"], "warning", "a test"),
}


@pytest.mark.parametrize("published", JUDGED)
def test_doctor_says_what_the_dns_has(tmp_path: Path, published: str) -> None:
    """Each way that a record can be wrong is told in words, and a missing or wrong one with the text to publish."""
    app = with_keys(tmp_path)
    rsa, curve = keys_of(app)
    answer, verdict, words = JUDGED[published]
    records = {rsa.record_name: answer(rsa.record), curve.record_name: [curve.record]}
    (_, first, remedy), (_, second, _) = findings(app.settings, app.home, lambda name: records[name])
    assert (first.verdict, second.verdict) == (verdict, "good")
    assert words in first.words
    assert (rsa.record in remedy) == (verdict == "bad")


def test_a_dns_that_is_silent_blames_nobody(tmp_path: Path) -> None:
    """Without an answer the record is not called missing."""

    def silent(_name: str) -> list[str]:
        raise LookUpFailed("no answer in 5 s")

    app = with_keys(tmp_path)
    assert {found.verdict for _, found, _ in findings(app.settings, app.home, silent)} == {"warning"}


def test_doctor_names_keys_that_others_can_read(tmp_path: Path) -> None:
    """A key that other users of the machine can read is bad, with the command that mends it."""
    app = with_keys(tmp_path)
    (tmp_path / "dkim" / "example.org-news-rsa.pem").chmod(0o644)
    found = findings(app.settings, app.home, lambda _name: [])
    assert any("read by others" in one.words and "chmod 600" in remedy for _, one, remedy in found)

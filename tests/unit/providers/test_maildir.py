"""Mail into a Maildir: exactly once."""

import errno
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.base.errors import InvalidSettings
from newsletter.base.settings import ProviderSettings
from newsletter.providers.maildir import LONGEST_NAME, MaildirProvider, file_name
from newsletter.providers.provider import Accepted, OurFault, Scope, Temporary
from tests.fakes.hand_over import HandOver, make_outgoing


def carry(provider: MaildirProvider, *numbers: int) -> HandOver:
    hand_over = HandOver()
    provider.carry(hand_over.pull(make_outgoing(number) for number in numbers), hand_over.intend, hand_over.report)
    return hand_over


def test_a_repeat_replaces_itself(tmp_path: Path) -> None:
    """The same delivery carried again after a crash is one file."""
    provider = MaildirProvider("files", tmp_path / "mail")
    for _ in range(2):
        assert isinstance(carry(provider, 1, 2).of(1), Accepted)
    assert len(list((tmp_path / "mail" / "new").iterdir())) == 2
    assert list((tmp_path / "mail" / "tmp").iterdir()) == []


def test_a_mail_that_was_read_does_not_come_back(tmp_path: Path) -> None:
    """A reader moves files to cur and adds flags; the repeat knows the file all the same."""
    provider = MaildirProvider("files", tmp_path)
    carry(provider, 1)
    (new,) = (tmp_path / "new").iterdir()
    new.rename(tmp_path / "cur" / f"{new.name}:2,S")
    assert isinstance(carry(provider, 1).of(1), Accepted)
    assert list((tmp_path / "new").iterdir()) == []


def test_bytes_stay_as_they_are(tmp_path: Path) -> None:
    """Nothing is added and no line end is changed."""
    carry(MaildirProvider("files", tmp_path), 7)
    (new,) = (tmp_path / "new").iterdir()
    assert new.read_bytes() == make_outgoing(7).mime


@settings(max_examples=60)
@given(st.text(st.sampled_from("aZ1:/.%-é\0 "), min_size=1, max_size=12), st.text(st.sampled_from("a:/.%"), max_size=4))
def test_a_name_is_a_file_of_its_own(key: str, other: str) -> None:
    """Whatever a key holds, its name is one plain file name, and no other key's."""
    name = file_name(key)
    assert name
    assert not set(name) & set("/:\0.")
    assert (file_name(other) == name) == (other == key)


def test_a_long_key_has_a_short_name() -> None:
    """A name that a file system would refuse is hashed."""
    assert len(file_name("k" * 1000)) <= LONGEST_NAME
    assert file_name("k" * 1000) != file_name("k" * 1001)


def test_a_full_disk_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No space is Temporary for the provider, and an endless supply is not drained."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    hand_over = HandOver()
    more_than_enough = (make_outgoing(number) for number in range(3000))
    MaildirProvider("files", tmp_path).carry(hand_over.pull(more_than_enough), hand_over.intend, hand_over.report)
    (outcome,) = set(hand_over.outcomes.values())
    assert isinstance(outcome, Temporary)
    assert outcome.scope is Scope.PROVIDER
    assert len(hand_over.pulled) <= 101


def test_a_folder_that_cannot_be_made_is_our_fault(tmp_path: Path) -> None:
    """The words name the folder."""
    (tmp_path / "file").touch()
    outcome = carry(MaildirProvider("files", tmp_path / "file" / "mail"), 1).of(1)
    assert isinstance(outcome, OurFault)
    assert str(tmp_path / "file" / "mail") in outcome.reason


@pytest.mark.parametrize("url", ["maildir:", "maildir://host/folder"])
def test_a_folder_is_named(url: str, tmp_path: Path) -> None:
    """A URL without a folder is a fault of the settings."""
    with pytest.raises(InvalidSettings, match="maildir:FOLDER"):
        MaildirProvider.from_settings(ProviderSettings(name="files", url=url), tmp_path, None)  # type: ignore[call-arg]  # pydantic fills in the defaults

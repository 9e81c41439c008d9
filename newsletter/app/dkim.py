"""Keys that sign: made, read, and held against the record that the DNS has of them."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from newsletter.app.dns_words import LookUp, LookUpFailed, Published, tags_of
from newsletter.base.errors import InvalidSettings, UsageError
from newsletter.base.settings import FILE_NAME, DkimSettings, Settings
from newsletter.rendering.dkim_key import ALGORITHMS, DkimKey, new_private_key, read_dkim_key
from newsletter.rendering.errors import InvalidDkimKey

FOLDER = "dkim"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A key just made: its file, and what to write into newsletter.toml."""

    key: DkimKey
    file: str  # relative to the home

    @property
    def setting(self) -> str:
        return (
            f'[[dkim]]\ndomain = "{self.key.domain}"\nselector = "{self.key.selector}"\n'
            f'private_key_file = "{self.file}"\n'
        )


def make_keys(home: Path, domain: str, selector: str) -> list[NewKey]:
    """Make an RSA and an Ed25519 key for a domain, for their owner's eyes only. No file that is there is touched."""
    wanted = [(algorithm, f"{selector}-{algorithm}") for algorithm in ALGORITHMS]
    files = {name: f"{FOLDER}/{domain}-{name}.pem" for _, name in wanted}
    there = [file for file in files.values() if (home / file).exists()]
    if there:
        raise UsageError(
            f"{home / there[0]} is there already, and a key in use is never overwritten. "
            "For a new key beside it name another selector: --selector news2"
        )
    (home / FOLDER).mkdir(mode=0o700, exist_ok=True)
    made = []
    for algorithm, name in wanted:
        pem = new_private_key(algorithm)
        with os.fdopen(os.open(home / files[name], os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(pem)
        made.append(NewKey(key=read_dkim_key(pem, domain=domain, selector=name), file=files[name]))
    return made


def read_signing_keys(settings: Settings, home: Path) -> list[DkimKey]:
    """Read the keys that settings name; InvalidSettings with every one that cannot be used."""
    keys, faults = [], []
    for number, one in enumerate(settings.dkim):
        try:
            keys.append(read_signing_key(one, home))
        except InvalidDkimKey as error:
            faults.append(f"dkim[{number}].private_key_file: {one.private_key_file} {error}")
    if faults:
        raise InvalidSettings(str(home / FILE_NAME), faults)
    return keys


def read_signing_key(one: DkimSettings, home: Path) -> DkimKey:
    """Read one key; InvalidDkimKey in words."""
    try:
        pem = (home / one.private_key_file).read_bytes()
    except OSError as error:
        raise InvalidDkimKey(f"cannot be read: {error.strerror}") from error
    return read_dkim_key(pem, domain=one.domain, selector=one.selector)


def is_published(key: DkimKey, look_up: LookUp) -> Published:
    """Hold a key against its DNS record (RFC 6376, section 3.6.1)."""
    name = key.record_name
    try:
        records = look_up(name)
    except LookUpFailed as error:
        return Published(verdict="warning", words=f"the DNS could not be asked for {name}: {error}")
    found = [tags for tags in map(tags_of, records) if "p" in tags]
    if not found:
        return Published(verdict="bad", words=f"{name} has no record: receivers cannot check the signature")
    if len(found) > 1:
        return Published(verdict="bad", words=f"{name} has {len(found)} records; there must be one")
    return _judged(key, found[0])


def _judged(key: DkimKey, tags: dict[str, str]) -> Published:
    name, ours = key.record_name, tags_of(key.record)
    if not tags["p"]:
        return Published(verdict="bad", words=f"{name} says that this key is withdrawn (an empty p=)")
    if tags["p"] != ours["p"] or tags.get("k", "rsa") != ours["k"]:
        return Published(verdict="bad", words=f"{name} has another key than {key.selector} signs with")
    if "y" in tags.get("t", "").split(":"):
        words = f"{name} is marked as a test (t=y): receivers may treat the mail as not signed"
        return Published(verdict="warning", words=words)
    return Published(verdict="good", words=f"{name} is published and is our key ({key.algorithm})")


def findings(settings: Settings, home: Path, look_up: LookUp) -> Iterator[tuple[DkimSettings, Published, str]]:
    """Look at each key that settings name: its words, and what mends it."""
    for one in settings.dkim:
        try:
            key = read_signing_key(one, home)
        except InvalidDkimKey as error:
            words = f"{one.private_key_file} {error}"
            yield one, Published(verdict="bad", words=words), "newsletter dkim new, or bring the file back"
            continue
        if (home / one.private_key_file).stat().st_mode & 0o077:
            words = f"{one.private_key_file} can be read by others"
            yield one, Published(verdict="bad", words=words), f"chmod 600 {home / one.private_key_file}"
        published = is_published(key, look_up)
        remedy = f"publish a TXT record at {key.record_name} with: {key.record}" if published.verdict == "bad" else ""
        yield one, published, remedy

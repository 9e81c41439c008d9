"""The home's own keys: one for tokens, one for Message-IDs, one for envelope senders (they are quoted in replies).

The key of fresh links is derived from the last, with words of its own (RFC 5869, section 3.2): no file changes for it.

They live in `keys.json` beside newsletter.toml, readable by its owner only. Losing the file breaks every leave link
ever mailed, so backup takes it along and `init` never overwrites it. Retired token keys stay: they still decode.
"""

import hmac
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from newsletter.base.errors import UsageError
from newsletter.base.link_tokens import LinkTokens
from newsletter.base.tokens import TokenKeys

FILE_NAME = "keys.json"


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """What the home signs with; never printed."""

    tokens: TokenKeys
    message_id: bytes
    envelope: bytes

    @property
    def links(self) -> LinkTokens:
        """The tokens of links that are mailed fresh."""
        return LinkTokens(hmac.digest(self.envelope, b"newsletter: fresh links", "sha256"))


def make_keys(home: Path) -> None:
    """Write keys.json if it is not there."""
    path = home / FILE_NAME
    content = {
        "tokens": {"1": secrets.token_hex(16)},
        "message_id": secrets.token_hex(32),
        "envelope": secrets.token_hex(32),
    }
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=2)
        file.flush()
        os.fsync(file.fileno())


def read_keys(home: Path) -> Keys:
    """Read keys.json; UsageError with what to do when it is missing or damaged."""
    path = home / FILE_NAME
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        tokens = TokenKeys({int(number): bytes.fromhex(key) for number, key in content["tokens"].items()})
        return Keys(tokens, _long_key(content["message_id"]), _long_key(content["envelope"]))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise UsageError(
            f"{path} is missing: the leave links of mails already sent need it. Bring it back from a backup, "
            "or in a new home call `newsletter init`."
        ) from error
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}. Whoever runs newsletter must own it.") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{path} is damaged ({error}). Bring it back from a backup.") from error


def _long_key(text: str) -> bytes:
    """Read a key of 32 bytes; a shorter one would sign, and be guessed."""
    key = bytes.fromhex(text)
    if len(key) != 32:
        raise ValueError("a key has 32 bytes")
    return key

"""keys.json: made once, private, never overwritten; damage is told in words."""

import json
import stat
from pathlib import Path

import pytest

from newsletter.base.errors import UsageError
from newsletter.base.keys import FILE_NAME, make_keys, read_keys
from newsletter.base.tokens import TokenSubject


def test_new_keys_are_private_and_work(tmp_path: Path) -> None:
    """The file is readable by its owner only, and what it holds signs and decodes."""
    make_keys(tmp_path)
    assert stat.S_IMODE((tmp_path / FILE_NAME).stat().st_mode) == 0o600
    keys = read_keys(tmp_path)
    (token,) = keys.tokens.encode([(12, 345)])
    assert keys.tokens.decode(token) == TokenSubject(12, 345)
    assert len({keys.message_id, keys.envelope}) == 2


def test_each_home_has_keys_of_its_own(tmp_path: Path) -> None:
    """Two homes never share a key."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        make_keys(tmp_path / name)
    one, two = read_keys(tmp_path / "one"), read_keys(tmp_path / "two")
    assert one.message_id != two.message_id
    assert one.envelope != two.envelope
    assert one.tokens.encode([(1, 1)]) != two.tokens.encode([(1, 1)])


@pytest.mark.parametrize("content", [None, "", "anything"])
def test_keys_are_never_overwritten(tmp_path: Path, content: str | None) -> None:
    """Making keys where a file stands leaves it byte for byte: losing it would break every leave link ever mailed."""
    path = tmp_path / FILE_NAME
    if content is None:
        make_keys(tmp_path)
    else:
        path.write_text(content, encoding="utf-8")
    before = path.read_bytes()
    make_keys(tmp_path)
    assert path.read_bytes() == before


def test_missing_keys_are_told_with_the_remedy(tmp_path: Path) -> None:
    """Without the file the words name its path, what breaks, and what to do."""
    with pytest.raises(UsageError, match=r"leave links.*backup.*newsletter init") as caught:
        read_keys(tmp_path)
    assert str(tmp_path / FILE_NAME) in str(caught.value)


def _good() -> dict[str, object]:
    return {"tokens": {"1": "00" * 16}, "message_id": "00" * 32, "envelope": "00" * 32}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        "\x00",
        json.dumps({}),
        json.dumps(_good() | {"tokens": []}),
        json.dumps(_good() | {"tokens": {}}),
        json.dumps(_good() | {"tokens": {"one": "00" * 16}}),
        json.dumps(_good() | {"tokens": {"1": "00"}}),
        json.dumps(_good() | {"tokens": {"1": 5}}),
        json.dumps(_good() | {"message_id": "not hexadecimal"}),
        json.dumps(_good() | {"envelope": ""}),
        json.dumps(_good() | {"envelope": None}),
    ],
)
def test_damaged_keys_are_told_in_words(tmp_path: Path, content: str) -> None:
    """Whatever is wrong in the file, a short or empty key included, the words say damaged and where to get it back."""
    (tmp_path / FILE_NAME).write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match=r"damaged.*backup"):
        read_keys(tmp_path)


def test_keys_that_cannot_be_read_are_told_in_words(tmp_path: Path) -> None:
    """A folder in the file's place is an error in words, no traceback."""
    (tmp_path / FILE_NAME).mkdir()
    with pytest.raises(UsageError, match="cannot be read"):
        read_keys(tmp_path)


def test_the_keys_never_print(tmp_path: Path) -> None:
    """Printing the keys shows none of them."""
    make_keys(tmp_path)
    content = json.loads((tmp_path / FILE_NAME).read_text(encoding="utf-8"))
    printed = repr(read_keys(tmp_path)) + str(read_keys(tmp_path))
    for secret in (content["message_id"], content["envelope"], *content["tokens"].values()):
        assert secret not in printed
        assert repr(bytes.fromhex(secret)) not in printed

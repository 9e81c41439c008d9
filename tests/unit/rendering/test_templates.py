"""Templates are found in the operator's folder first, then in ours; the hash follows what a mail is made of."""

from pathlib import Path

import pytest
from jinja2 import Environment

from newsletter.rendering.errors import InvalidLayout
from newsletter.rendering.templates import layout_hash, mail_environment, templates_root


def folder_with(tmp_path: Path, name: str, text: str) -> Environment:
    file = tmp_path / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return mail_environment(tmp_path)


def test_our_templates_are_found() -> None:
    """In a checkout they stand beside the package."""
    assert (templates_root() / "mail" / "digest.mjml.j2").is_file()


def test_the_hash_follows_every_template_that_takes_part(tmp_path: Path) -> None:
    """A partial, a partial's partial or a translation changes the hash; a template of another layout does not."""
    ours = layout_hash(mail_environment(None), "digest")
    assert layout_hash(mail_environment(str(tmp_path)), "digest") == ours
    assert layout_hash(folder_with(tmp_path / "a", "mail/partials/tile.mjml.j2", "x"), "digest") != ours
    assert layout_hash(folder_with(tmp_path / "b", "locale/de.po", "x"), "digest") != ours
    assert layout_hash(folder_with(tmp_path / "c", "mail/compact.mjml.j2", "x"), "digest") == ours
    assert layout_hash(mail_environment(None), "compact") != ours


def test_a_missing_or_broken_layout_is_named(tmp_path: Path) -> None:
    """The message says which template and where it was looked for."""
    with pytest.raises(InvalidLayout, match=r"mail/other\.mjml\.j2 is missing"):
        layout_hash(mail_environment(None), "other")
    with pytest.raises(InvalidLayout, match="line 1"):
        layout_hash(folder_with(tmp_path, "mail/mine.mjml.j2", "{% if %}"), "mine")

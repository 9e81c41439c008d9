"""The file that `init` writes: every setting at its default with a comment, made from the settings' own table."""

import json
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from newsletter.base.settings import DkimSettings, ProviderSettings, Settings

_HEAD = """\
# Settings of this home. What stands here are the defaults; docs/settings.md explains each.
# NEWSLETTER_SECTION__KEY variables override a line, e.g. NEWSLETTER_WEB__PUBLIC_URL.
"""
_TABLES = {"provider", "dkim"}  # of which there may be several: commented out


def sample_settings() -> str:
    """Give newsletter.toml with every setting at its default; it reads back as Settings()."""
    lines = [_HEAD]
    plain = {
        name: field for name, field in Settings.model_fields.items() if not _section(field) and name not in _TABLES
    }
    lines += [*_setting_lines(plain), ""]
    for name, field in Settings.model_fields.items():
        section = _section(field)
        if section:
            lines += [f"[{name}]", *_setting_lines(section.model_fields), ""]
    lines += ["# A key that signs; `newsletter dkim new` makes it and says what to write here.", "# [[dkim]]"]
    example = {"domain": '"example.org"', "selector": '"news-rsa"', "private_key_file": '"dkim/news-rsa.pem"'}
    lines += [*(f"# {line}" for line in _setting_lines(DkimSettings.model_fields, example)), ""]
    lines += ["# A way out; the first one carries the mail unless a newsletter names another.", "# [[provider]]"]
    example = {"name": '"relay"', "url": '"smtp://127.0.0.1:25"'}
    lines += [f"# {line}" for line in _setting_lines(ProviderSettings.model_fields, example)]
    return "\n".join(lines) + "\n"


def _section(field: FieldInfo) -> type[BaseModel] | None:
    annotation = field.annotation
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None


def _setting_lines(fields: dict[str, FieldInfo], example: dict[str, str] | None = None) -> list[str]:
    given = example or {}
    rows = [
        (f"{name} = {given.get(name) or _toml(field.default)}", field.description) for name, field in fields.items()
    ]
    width = max((len(row) for row, _ in rows), default=0)
    return [f"{row:<{width}}  # {comment}" for row, comment in rows]


def _toml(value: Any) -> str:
    """Strings, numbers, booleans and lists of strings are written alike in TOML and JSON."""
    return json.dumps(value, ensure_ascii=False)

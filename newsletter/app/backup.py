"""One consistent file with database, settings, keys and pictures, made while everything goes on."""

import io
import json
import os
import tarfile
import tempfile
from contextlib import suppress
from pathlib import Path

from newsletter.app.app import App
from newsletter.app.upgrading import copy_sqlite
from newsletter.base.errors import UsageError
from newsletter.base.keys import FILE_NAME as KEYS_FILE
from newsletter.base.settings import FILE_NAME as SETTINGS_FILE
from newsletter.db.revision_store import newest_revision

MANIFEST = "backup.json"
DATABASE = "newsletter.db"


def backup_home(app: App, file: Path) -> int:
    """Write the backup; gives its size in bytes. The file appears whole or not at all, readable by its owner only."""
    if app.engine.dialect.name != "sqlite":
        raise UsageError(
            "the database is PostgreSQL: back it up with pg_dump, "
            "and copy newsletter.toml, keys.json and media/ beside it"
        )
    unfinished = file.with_name(f".{file.name}.unfinished")
    manifest = {"taken_at": app.clock.now().isoformat(), "schema": newest_revision()}
    with tempfile.TemporaryDirectory(dir=app.home) as folder:
        database = Path(folder) / DATABASE
        copy_sqlite(Path(str(app.engine.url.database)), database)
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as raw:
            with tarfile.open(fileobj=raw, mode="w:gz", compresslevel=3) as archive:
                _add_text(archive, MANIFEST, json.dumps(manifest, indent=2))
                archive.add(database, DATABASE)
                archive.add(app.home / SETTINGS_FILE, SETTINGS_FILE)
                archive.add(app.home / KEYS_FILE, KEYS_FILE)
                for path in _beside(app):
                    with suppress(FileNotFoundError):  # an import came to its end just now
                        archive.add(path, str(path.relative_to(app.home)), recursive=False)
            raw.flush()
            os.fsync(raw.fileno())
    unfinished.replace(file)
    return file.stat().st_size


def _beside(app: App) -> list[Path]:
    """Give the other files that a home needs: pictures, imports under way, and the secrets that settings name."""
    named = [app.home / one.secret_file for one in app.settings.provider if one.secret_file]
    named += [app.home / one.private_key_file for one in app.settings.dkim]
    inside = [path for path in named if path.is_file() and path.resolve().is_relative_to(app.home.resolve())]
    return [*inside, *_files(app.home / "media"), *_files(app.home / "imports")]


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _add_text(archive: tarfile.TarFile, name: str, text: str) -> None:
    content = text.encode()
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    archive.addfile(entry, io.BytesIO(content))

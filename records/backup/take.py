"""Makes a backup: a folder of its own, which is whole or not there."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import psycopg
from sqlalchemy.exc import SQLAlchemyError

from records.backup.failures import BackupFailed
from records.backup.folders import digest, pack
from records.backup.postgres import dump
from records.backup.settings import Settings
from records.database import open_database
from records.rotation import count_by_version

DATABASE, FILES, MANIFEST = "database.dump", "files.tar.gz", "manifest.json"
SIGNING, KEYS = "signing", "keys.json"


async def take(settings: Settings, to: Path, now: datetime) -> Path:
    """Write a backup into a new folder under `to`; it holds no key."""
    name = f"wenbao-{now:%Y%m%dT%H%M%SZ}"
    home, begun = to / name, to / f".{name}"
    if home.exists():
        raise BackupFailed(f"{home} is there already")
    try:
        begun.mkdir(parents=True, mode=0o700)
        # The folders first: the console brings files up to what the database says, never back.
        pack(begun / FILES, settings.folders)
        dump(settings.database_url.get_secret_value(), begun / DATABASE)
        (begun / DATABASE).chmod(0o600)
        told = {
            "taken_at": now.isoformat(),
            "sha256": {file: digest(begun / file) for file in (DATABASE, FILES)},
            "vault_key_versions": await _versions(settings),
        }
        (begun / MANIFEST).write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
        begun.rename(home)
    except (OSError, SQLAlchemyError, psycopg.Error) as problem:
        raise BackupFailed(f"{type(problem).__name__}: no backup was made") from problem
    finally:
        shutil.rmtree(begun, ignore_errors=True)
    return home


def take_keys(settings: Settings, file: Path) -> Path:
    """Write the keys and the key pairs into a file of their own, for another place."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        pack(file, {SIGNING: settings.signing_dir}, {KEYS: json.dumps(settings.written_keys())})
    except FileExistsError as problem:
        raise BackupFailed(f"{file} is there already") from problem
    return file


def told_of(home: Path) -> Iterator[str]:
    """What a backup is, for who made it."""
    told = json.loads((home / MANIFEST).read_text(encoding="utf-8"))
    versions = ", ".join(map(str, told["vault_key_versions"])) or "none"
    yield f"{home}: database and folders of {told['taken_at']}"
    yield f"vault key versions that its sealed values need: {versions}"


async def _versions(settings: Settings) -> list[int]:
    database = open_database(settings.database_url.get_secret_value(), pool_size=1)
    try:
        async with database.connect() as db:
            counts = await count_by_version(db)
    finally:
        await database.dispose()
    return sorted({version for versions in counts.values() for version in versions})

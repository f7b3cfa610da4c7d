"""Brings a backup back: checked first, then database and folders; what fails changes nothing.

What a citizen had erased after the backup was made is erased again, as far as the database that
is replaced still says whose it was.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import psycopg
from alembic.util import CommandError
from sqlalchemy.exc import SQLAlchemyError

from records import migrations
from records.audit import CITIZENS
from records.backup.erased import erase_again
from records.backup.failures import BackupFailed
from records.backup.folders import digest, put, same, unpack
from records.backup.opened import Opened, try_keys
from records.backup.postgres import replaced
from records.backup.settings import KEYS as KEY_SETTINGS
from records.backup.settings import Settings
from records.backup.take import DATABASE, FILES, KEYS, MANIFEST, SIGNING
from records.database import open_database

_ERASED = """
    SELECT DISTINCT actor FROM audit_entries WHERE log = %s AND act = 'erase' AND at >= %s
"""


@dataclass(frozen=True)
class BroughtBack:
    """What was done: the moment of the backup, what its keys open, what was erased again."""

    taken_at: datetime
    opened: Opened
    erased_again: int
    knew_of_erasures: bool


async def bring_back(settings: Settings, home: Path, now: datetime) -> BroughtBack:
    """Replace database and folders by those of the backup."""
    taken_at = _checked(home)
    url = settings.database_url.get_secret_value()
    try:
        erased = _erased_since(url, taken_at)
        with tempfile.TemporaryDirectory() as folder, replaced(url, home / DATABASE):
            unpack(home / FILES, Path(folder))
            migrations.upgrade(url)
            done = await _settled(settings, erased or (), now)
            for name, place in settings.folders.items():
                if (Path(folder) / name).is_dir():
                    put(Path(folder) / name, place)
    except CommandError as problem:
        raise BackupFailed("a newer Wenbao made this backup: nothing was brought back") from problem
    except (OSError, SQLAlchemyError, psycopg.Error) as problem:
        raise BackupFailed(f"{type(problem).__name__}: nothing was brought back") from problem
    return replace(done, taken_at=taken_at, knew_of_erasures=erased is not None)


def bring_keys_back(file: Path, signing_dir: Path) -> dict[str, str]:
    """Lay the key pairs out, and tell the keys; others that are there stay and are an error."""
    with tempfile.TemporaryDirectory() as folder:
        unpack(file, Path(folder))
        try:
            told = json.loads((Path(folder) / KEYS).read_text(encoding="utf-8"))
        except (OSError, ValueError) as problem:
            raise BackupFailed(f"{file.name} holds no keys") from problem
        pairs = Path(folder) / SIGNING
        if pairs.is_dir() and signing_dir.is_dir() and any(signing_dir.iterdir()):
            if not same(pairs, signing_dir):
                raise BackupFailed(f"{signing_dir} holds other key pairs: move them away first")
        elif pairs.is_dir():
            put(pairs, signing_dir)
    return {name: str(told.get(name, "")) for name in KEY_SETTINGS}


def _checked(home: Path) -> datetime:
    """When it was made, if it is whole."""
    try:
        told = json.loads((home / MANIFEST).read_text(encoding="utf-8"))
        taken_at = datetime.fromisoformat(told["taken_at"])
        for name, expected in told["sha256"].items():
            if digest(home / Path(name).name) != expected:
                raise BackupFailed(f"{name} is not what it was when the backup was made")
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise BackupFailed(f"{home} is no whole backup") from problem
    return taken_at


def _erased_since(url: str, taken_at: datetime) -> tuple[str, ...] | None:
    """Who had their data erased since then; None where the database does not say."""
    with psycopg.connect(url) as db:
        if db.execute("SELECT to_regclass('public.audit_entries')").fetchone() == (None,):
            return None
        return tuple(row[0] for row in db.execute(_ERASED, (CITIZENS, taken_at)))


async def _settled(settings: Settings, erased: Sequence[str], now: datetime) -> BroughtBack:
    database = open_database(settings.database_url.get_secret_value(), pool_size=1)
    try:
        async with database.connect() as db:
            opened = await try_keys(db, settings.key)
        if opened.wrong:
            raise BackupFailed("VAULT_KEY is not the key that the backup was sealed with")
        many = await erase_again(database, settings, erased, now)
    finally:
        await database.dispose()
    return BroughtBack(now, opened, many, True)

"""Folders as archives, and files that are what they were."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import tarfile
from collections.abc import Mapping
from pathlib import Path

from records.backup.failures import BackupFailed


def pack(file: Path, folders: Mapping[str, Path], texts: Mapping[str, str] | None = None) -> None:
    """Write folders, those that there are, and texts into one archive that only we may read."""
    held = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(held, "wb") as out, tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, folder in folders.items():
            if folder.is_dir():
                archive.add(folder, arcname=name)
        for name, text in (texts or {}).items():
            told = tarfile.TarInfo(name)
            told.size, told.mode = len(text.encode()), 0o600
            archive.addfile(told, io.BytesIO(text.encode()))


def unpack(file: Path, into: Path) -> None:
    """Lay an archive out; nothing of it lands elsewhere."""
    try:
        with tarfile.open(file) as archive:
            archive.extractall(into, filter="data")
    except (OSError, tarfile.TarError) as problem:
        raise BackupFailed(f"{file.name} cannot be read") from problem


def put(unpacked: Path, folder: Path) -> None:
    """Have `folder` be what was unpacked; what was there before stays beside it until then."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh, old = (folder.with_name(f"{folder.name}.{end}") for end in ("restored", "replaced"))
    for left in (fresh, old):
        shutil.rmtree(left, ignore_errors=True)
    shutil.copytree(unpacked, fresh, symlinks=True)
    if folder.exists():
        folder.rename(old)
    fresh.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def digest(file: Path) -> str:
    """SHA-256 of a file, which may be large."""
    with file.open("rb") as held:
        return hashlib.file_digest(held, "sha256").hexdigest()


def same(one: Path, other: Path) -> bool:
    """Whether two folders hold the same files."""
    return _contents(one) == _contents(other)


def _contents(folder: Path) -> dict[str, str]:
    found = (file for file in sorted(folder.rglob("*")) if file.is_file())
    return {file.relative_to(folder).as_posix(): digest(file) for file in found}

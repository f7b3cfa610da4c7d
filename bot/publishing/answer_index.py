"""The understanding that an engine uses now, taken over from a published folder without restart.

The folder that `ANSWER_INDEX` names holds `current` (one line: the name of a version) and a
folder for each version: what it adds to the trained model, in two files, and a manifest with
their hashes, signed with the key `ANSWER_INDEX_KEY` (HMAC-SHA-256). It is for that model alone.
A version without a signature is none yet. Whatever is wrong with a version, the one in use stays.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import os
import re
import shutil
import time
from pathlib import Path
from typing import Any

from bot.publishing import addition
from bot.ranking.model import ARRAYS_FILE, NAMES_FILE, Model

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.1
# What the files of a version hold; those of another form are no versions of ours.
FORM = 2
CURRENT_FILE, MANIFEST_FILE, SIGNATURE_FILE = "current", "manifest.json", "manifest.sig"
_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,63}")


class UntrustedIndex(ValueError):
    """A version whose signature or hashes do not hold, or that is no version at all."""


class OfAnotherTraining(UntrustedIndex):
    """A version that was made for another model."""


class AnswerIndex:
    """The model in use; looks for a newer one ten times a second at most."""

    def __init__(self, model: Model, folder: Path | None = None, key: bytes = b"") -> None:
        self._model = model
        self._folder = folder
        self._key = key
        self._looked = -LOOK_SECONDS
        self._seen = self._used = ""

    def now(self) -> Model:
        """The model to decide with."""
        if self._folder is not None and time.monotonic() - self._looked >= LOOK_SECONDS:
            self._looked = time.monotonic()
            self._look(self._folder)
        return self._model

    @property
    def version(self) -> str:
        """The version in use; while that is the model's own, the training it comes from."""
        return self._used or self._model.origin

    def _look(self, folder: Path) -> None:
        try:
            version = current(folder)
            if version and version != self._seen:
                self._seen = version  # looked at once: a broken version is not read every second
                model = read(folder / version, self._key, self._model)
                self._model, self._used = model, version
                log.info("answer index %s is in use", version)
        except (OSError, ValueError, KeyError, TypeError) as problem:
            log.error("answer index refused, the old one stays: %s", type(problem).__name__)


def from_environment(model: Model) -> AnswerIndex:
    """The index that `ANSWER_INDEX` and `ANSWER_INDEX_KEY` name; without them the model's."""
    folder, key = os.environ.get("ANSWER_INDEX"), os.environ.get("ANSWER_INDEX_KEY", "")
    if not folder or not key:
        return AnswerIndex(model)
    index = AnswerIndex(model, Path(folder), key.encode())
    index.now()
    return index


def current(folder: Path) -> str:
    """The version that engines shall use; empty when none was published."""
    file = folder / CURRENT_FILE
    version = file.read_text(encoding="utf-8").strip() if file.exists() else ""
    if version and not _VERSION.fullmatch(version):
        raise UntrustedIndex("version")
    return version


def activate(folder: Path, version: str) -> None:
    """Let engines use `version`; whoever reads meanwhile sees the old or the new one."""
    if not _VERSION.fullmatch(version) or not (folder / version / SIGNATURE_FILE).is_file():
        raise UntrustedIndex(version)
    fresh = folder / f".{CURRENT_FILE}.{os.getpid()}"
    fresh.write_text(version + "\n", encoding="utf-8")
    fresh.replace(folder / CURRENT_FILE)


def remove(folder: Path, version: str) -> None:
    """Delete a version."""
    shutil.rmtree(folder / version, ignore_errors=True)


def tidy(folder: Path, needed: set[str], most: int) -> None:
    """Delete all but the newest `most` versions and those that are needed."""
    versions = sorted(home.name for home in folder.iterdir() if (home / MANIFEST_FILE).is_file())
    for version in versions[:-most]:
        if version not in needed:
            remove(folder, version)


def made_for(folder: Path, key: bytes, data: str, origin: str) -> str:
    """The newest version of one training that was made from these data; empty without one."""
    versions = sorted(home.parent.name for home in folder.glob(f"*/{SIGNATURE_FILE}"))
    for version in reversed(versions):
        try:
            told = _manifest(folder / version, key)
        except (OSError, ValueError):
            continue
        if told.get("data") == data and _fits(told, origin):
            return version
    return ""


def manifests(folder: Path, key: bytes) -> list[dict[str, Any]]:
    """What each version whose signature holds says of itself, the earliest first."""
    found: list[dict[str, Any]] = []
    for home in sorted(file.parent for file in folder.glob(f"*/{SIGNATURE_FILE}")):
        try:
            told = _manifest(home, key)
            found += [told] if told.get("form") == FORM else []
        except (OSError, ValueError, KeyError):
            continue
    return found


def write(folder: Path, version: str, model: Model, key: bytes, data: str = "") -> Path:
    """Write and sign a version made from `data` (a fingerprint); it is not in use yet."""
    return sign(folder, version, lay_out(folder, version, model, data), key)


def lay_out(folder: Path, version: str, model: Model, data: str) -> bytes:
    """Write what may become a version; the manifest that only has to be signed."""
    home = folder / version
    home.mkdir(parents=True)
    addition.write(home, model)
    told = {"version": version, "data": data, "origin": model.origin, "form": FORM}
    manifest = json.dumps({**told, "files": _hashes(home)}).encode()
    (home / MANIFEST_FILE).write_bytes(manifest)
    return manifest


def sign(folder: Path, version: str, manifest: bytes, key: bytes) -> Path:
    """Make a version of what was laid out; readers hold the files to the manifest."""
    home = folder / version
    (home / MANIFEST_FILE).write_bytes(manifest)
    fresh = home / f".{SIGNATURE_FILE}"
    fresh.write_text(_signature(manifest, key), encoding="ascii")
    fresh.replace(home / SIGNATURE_FILE)
    return home


def read(home: Path, key: bytes, model: Model) -> Model:
    """A model with what a version adds to it, if signature and hashes hold."""
    told = _manifest(home, key)
    if not _fits(told, model.origin):
        raise OfAnotherTraining(home.name)
    if told["files"] != _hashes(home):
        raise UntrustedIndex("content")
    return addition.read(home, model)


def _fits(told: dict[str, Any], origin: str) -> bool:
    return (told.get("form"), told.get("origin")) == (FORM, origin)


def _manifest(home: Path, key: bytes) -> dict[str, Any]:
    manifest = (home / MANIFEST_FILE).read_bytes()
    signature = (home / SIGNATURE_FILE).read_text(encoding="ascii").strip()
    if not hmac.compare_digest(signature, _signature(manifest, key)):
        raise UntrustedIndex("signature")
    told: dict[str, Any] = json.loads(manifest)
    if told["version"] != home.name:
        raise UntrustedIndex("content")
    return told


def _hashes(home: Path) -> dict[str, str]:
    names = (ARRAYS_FILE, NAMES_FILE)
    return {name: hashlib.sha256((home / name).read_bytes()).hexdigest() for name in names}


def _signature(manifest: bytes, key: bytes) -> str:
    return hmac.new(key, manifest, hashlib.sha256).hexdigest()

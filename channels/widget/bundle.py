"""The widget's built files, held in memory, as they are and compressed."""

from __future__ import annotations

import gzip
import hashlib
import json
import mimetypes
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from channels.refusals import NotFound

FOR_EVER = "public, max-age=31536000, immutable"
ENTRY = "src/app/main.tsx"
_SMALL = 600  # bytes; compressing less than that gains nothing


@dataclass(frozen=True)
class File:
    """One file in both forms."""

    media_type: str
    etag: str
    plain: bytes
    compressed: bytes | None


@dataclass(frozen=True)
class Bundle:
    """All built files by name, and what the app's page has to name."""

    files: dict[str, File]
    script: str | None = None
    styles: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()  # fetched beside the script, not after it

    def answer(self, name: str, request: Request, cache: str) -> Response:
        """The file as this browser takes it."""
        file = self.files.get(name)
        if file is None:
            raise NotFound
        headers = {"Cache-Control": cache, "ETag": file.etag, "Vary": "Accept-Encoding"}
        if request.headers.get("if-none-match") == file.etag:
            return Response(status_code=304, headers=headers)
        compressed = "gzip" in request.headers.get("accept-encoding", "")
        if compressed and file.compressed is not None:
            headers["Content-Encoding"] = "gzip"
            return Response(file.compressed, media_type=file.media_type, headers=headers)
        return Response(file.plain, media_type=file.media_type, headers=headers)


def read_bundle(folder: Path) -> Bundle:
    """What Vite has built under `folder`; empty when nothing has been built."""
    manifest = folder / ".vite/manifest.json"
    if not manifest.exists():
        return Bundle({})
    built = json.loads(manifest.read_text(encoding="utf-8"))
    entry = built[ENTRY]
    imports = tuple(built[name]["file"] for name in entry.get("imports", ()))
    return Bundle(read_files(folder), entry["file"], tuple(entry.get("css", ())), imports)


def read_files(folder: Path) -> dict[str, File]:
    """Every file under `folder` that browsers may ask for."""
    return {
        file.relative_to(folder).as_posix(): _read(file)
        for file in sorted(folder.rglob("*"))
        if file.is_file() and ".vite" not in file.parts
    }


def _read(file: Path) -> File:
    plain = file.read_bytes()
    media_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    compressed = _compressed(plain) if len(plain) > _SMALL else None
    etag = f'"{hashlib.sha256(plain).hexdigest()[:20]}"'
    return File(media_type, etag, plain, compressed)


@lru_cache(maxsize=64)
def _compressed(plain: bytes) -> bytes:
    return gzip.compress(plain, 9, mtime=0)

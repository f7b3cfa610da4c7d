"""The public check of a certificate: by its code, by the digest of its file, by the file."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, File, Form, Query, Request, UploadFile
from starlette.responses import JSONResponse, Response

from channels import refusals
from channels.doors import AddressDoor, Parts, PartsDoor
from channels.limits import Limit
from channels.papers.signature import Signature, looked_at
from channels.shapes import PROBLEMS, SLOW
from records import certificates
from records.certificates import Issued

LARGEST_FILE = 1024 * 1024
SECONDS_TO_LOOK = 5.0
_DIGEST = re.compile(r"[0-9a-fA-F]{64}")

router = APIRouter(prefix="/verify", tags=["certificates"], responses=PROBLEMS)


@dataclass(frozen=True)
class Verdict:
    """genuine · altered (not the file that we signed) · expired · revoked · unknown (not ours)."""

    verdict: Literal["genuine", "altered", "expired", "revoked", "unknown"]
    checked: Literal["code", "file"]
    certificate: Mapping[str, str] = field(default_factory=dict)


Digest = Annotated[str | None, Query(max_length=64, description="SHA-256 of the file, hexadecimal")]


@router.head("", response_model=None, include_in_schema=False)
@router.get("", response_model=None, include_in_schema=False)
async def ask(
    parts: PartsDoor, code: Annotated[str | None, Query(max_length=64)] = None
) -> Response:
    """The page with the two ways to check; the form of the code leads to the code's own page."""
    if code:
        plain = certificates.plain_code(code) or "-"
        return Response(status_code=303, headers={"Location": f"/verify/{plain}"})
    return parts.papers.ask()


@router.get("/{code}", response_model=Verdict)
async def verify_code(
    code: str, request: Request, parts: PartsDoor, address: AddressDoor, sha256: Digest = None
) -> Response:
    """What we issued under this code; with `sha256`, whether the file is still that one.

    JSON with `Accept: application/json`, else a page.
    """
    await _count(parts, address)
    digest = None
    if sha256 is not None:
        if not _DIGEST.fullmatch(sha256):
            raise refusals.BadField
        digest = bytes.fromhex(sha256)
    return _shown(request, parts, await _by_code(parts, code, digest))


@router.post("", response_model=Verdict, responses=SLOW)
async def verify_file(
    request: Request,
    parts: PartsDoor,
    address: AddressDoor,
    file: Annotated[UploadFile, File(description="The certificate, a PDF of at most 1 MB")],
    code: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Whether a file is a certificate of ours and unchanged; it is looked at and not kept."""
    await _count(parts, address)
    content = await file.read(LARGEST_FILE + 1)
    if not content or len(content) > LARGEST_FILE:
        raise refusals.BadField
    digest = hashlib.sha256(content).digest()
    if code.strip():
        return _shown(request, parts, await _by_code(parts, code, digest))
    return _shown(request, parts, await _by_file(parts, content, digest))


async def _count(parts: Parts, address: str) -> None:
    most = parts.settings.address_paper_pages_per_minute
    await parts.limits.spend([Limit(f"verify:{address}", most)])


async def _by_code(parts: Parts, code: str, digest: bytes | None) -> Verdict:
    settings = parts.settings
    async with parts.at_once.connect() as db:
        issued = await certificates.by_code(db, settings.key, settings.index_hash_key, code)
    checked: Literal["code", "file"] = "code" if digest is None else "file"
    if issued is None:
        return Verdict("unknown", checked)
    if digest is not None and digest != issued.sha256:
        # What we know of the true one is not shown beside another file.
        return Verdict("altered", checked)
    return Verdict(_standing(issued), checked, issued.facts)


async def _by_file(parts: Parts, content: bytes, digest: bytes) -> Verdict:
    async with parts.at_once.connect() as db:
        issued = await certificates.by_digest(db, parts.settings.key, digest)
    if issued is not None:
        return Verdict(_standing(issued), "file", issued.facts)
    looking = asyncio.to_thread(looked_at, content, parts.settings.signing_dir)
    try:
        signature = await asyncio.wait_for(looking, SECONDS_TO_LOOK)
    except TimeoutError:
        signature = Signature.NONE
    return Verdict("altered" if signature is Signature.BROKEN else "unknown", "file")


def _standing(issued: Issued) -> Literal["genuine", "expired", "revoked"]:
    if issued.revoked_at is not None:
        return "revoked"
    return "genuine" if datetime.now(UTC) < issued.valid_until else "expired"


def _shown(request: Request, parts: Parts, verdict: Verdict) -> Response:
    if "text/html" in request.headers.get("accept", ""):
        return parts.papers.told(verdict.verdict, verdict.checked, verdict.certificate)
    return JSONResponse(asdict(verdict))

"""Hands a file to whoever holds its link, until the link expires."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import Response

from channels import refusals
from channels.doors import AddressDoor, PartsDoor
from channels.limits import Limit
from records.files import downloads

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")

router = APIRouter(prefix="/downloads", include_in_schema=False)


@router.get("/{token}")
async def download(token: str, parts: PartsDoor, address: AddressDoor) -> Response:
    """The file; a link that is unknown or too old is refused."""
    most = parts.settings.address_paper_pages_per_minute
    await parts.limits.spend([Limit(f"download:{address}", most)])
    if not _TOKEN.fullmatch(token):
        raise refusals.DownloadGone
    async with parts.at_once.connect() as db:
        file = await downloads.open_file(db, parts.settings.key, token, datetime.now(UTC))
    if file is None:
        raise refusals.DownloadGone
    name = f"attachment; filename*=UTF-8''{quote(file.name)}"
    return Response(file.content, 200, {"Content-Disposition": name}, file.media_type)

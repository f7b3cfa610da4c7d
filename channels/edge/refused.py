"""How a refusal looks: the same JSON shape from every layer of the gateway."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import JSONResponse

from channels.knowledge.notices import Notices


def refusal(
    notices: Notices,
    code: str,
    status: int,
    *,
    retry_after: int | None = None,
    details: Mapping[str, object] | None = None,
) -> JSONResponse:
    """`{"error": code, "message": a sentence for the citizen}`, and what programs need beside."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    told = {"error": code, "message": notices[code].text, **(details or {})}
    return JSONResponse(told, status, headers)

"""How a refusal looks: the same JSON shape from every layer of the gateway."""

from __future__ import annotations

from starlette.responses import JSONResponse

from channels.knowledge.notices import Notices


def refusal(
    notices: Notices, code: str, status: int, *, retry_after: int | None = None
) -> JSONResponse:
    """`{"error": code, "message": a sentence for the citizen}`."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse({"error": code, "message": notices[code].text}, status, headers)

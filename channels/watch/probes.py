"""What those who run the gateway ask it: alive, ready, figures."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from channels.doors import PartsDoor
from channels.refusals import NotFound
from channels.shapes import RETRY_AFTER, Problem

router = APIRouter(tags=["operation"])
_NOT_READY: dict[int | str, dict[str, Any]] = {
    503: {"model": Problem, "description": "`parts` names what is missing", "headers": RETRY_AFTER}
}


# Balancers and monitors ask by HEAD; the server leaves the body out.
@router.head("/healthz", include_in_schema=False)
@router.get("/healthz")
async def alive() -> dict[str, str]:
    """The process runs."""
    return {"status": "alive"}


@router.head("/readyz", include_in_schema=False)
@router.get("/readyz", responses=_NOT_READY)
async def ready(parts: PartsDoor) -> Response:
    """A question can be answered: database, redis and engine have just been tried."""
    state = await parts.watch.look()
    if state.ready:
        return JSONResponse({"status": "ready", "parts": state.parts})
    said = {"error": "not_ready", "message": parts.notices["not_ready"].text}
    return JSONResponse({**said, "parts": state.parts}, 503, {"Retry-After": "2"})


@router.get("/metrics", responses={404: {"description": "Served on a port of its own"}})
async def figures(parts: PartsDoor) -> Response:
    """The figures for Prometheus."""
    if parts.settings.metrics_port is not None:
        raise NotFound
    return Response(generate_latest(parts.metrics.registry), media_type=CONTENT_TYPE_LATEST)

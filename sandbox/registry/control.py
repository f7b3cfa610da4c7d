"""The control endpoints, for tests and demonstrations; a real back office has none of this."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from sandbox.registry.faults import Fault, Faults, Mode
from sandbox.registry.problems import Problem

router = APIRouter()


class Order(BaseModel):
    """How a region shall behave."""

    model_config = ConfigDict(extra="forbid")

    mode: Mode
    seconds: Annotated[float, Field(ge=0, le=60)] = 0.0
    times: Annotated[int, Field(ge=1)] | None = None


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """Alive."""
    return {"status": "ok"}


@router.get("/")
async def about(request: Request) -> dict[str, Any]:
    """What this is, and whom one can sign in as."""
    state = request.app.state
    return {
        "registry": "sandbox",
        "contract": "docs/registry-api.yaml",
        "regions": sorted(state.registers),
        "people": [{"login": one.login, "case": one.case} for one in state.people],
    }


@router.get("/control")
async def told(request: Request) -> dict[str, Any]:
    """How each region behaves."""
    return {"regions": _faults(request).told()}


@router.get("/control/heard")
async def heard(request: Request) -> dict[str, Any]:
    """What the regions were asked since the last reset."""
    return {"heard": _faults(request).heard()}


@router.put("/control/{region}")
async def order(request: Request, region: str, wanted: Order) -> dict[str, Any]:
    """Make a region behave so."""
    faults = _faults(request)
    if not faults.known(region):
        raise Problem(404, "region-unknown", "There is no back office of this region here")
    faults.order(region, Fault(wanted.mode, wanted.seconds, wanted.times))
    return {"regions": faults.told()}


@router.delete("/control", status_code=204)
async def reset(request: Request) -> None:
    """All is well again, and nothing was heard."""
    _faults(request).reset()


def _faults(request: Request) -> Faults:
    faults: Faults = request.app.state.faults
    return faults

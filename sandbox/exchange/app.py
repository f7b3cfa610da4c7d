"""The access point of the sandbox: takes documents, hands out answers, obeys tests and demos."""

from __future__ import annotations

import hmac
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.middleware.trustedhost import TrustedHostMiddleware

from sandbox.exchange.institution import Institution, WrongShape
from sandbox.exchange.seal import BadSignature, own_key

LARGEST = 256 * 1024


class Order(BaseModel):
    """How the institution shall end the next matters, and how the access point behaves."""

    model_config = ConfigDict(extra="forbid")

    outcome: Literal["answer", "reject", "ask", "silent"] | None = None
    code: Annotated[str, Field(pattern=r"^[a-z_]+$")] | None = None
    pace: Annotated[float, Field(ge=0, le=600)] | None = None
    mode: Literal["up", "down", "mute", "liar"] | None = None


async def known(request: Request, authorization: Annotated[str, Header()] = "") -> Institution:
    """The institution, for callers with the token."""
    state = request.app.state
    if not hmac.compare_digest(authorization.encode(), f"Bearer {state.token}".encode()):
        raise HTTPException(401)
    if state.mode == "down":
        raise HTTPException(503)
    institution: Institution = state.institution
    return institution


Behind = Annotated[Institution, Depends(known)]
router = APIRouter()


@router.post("/messages")
async def take(request: Request, institution: Behind) -> Response:
    """A signed document; the signed receipt in return."""
    try:
        receipt = institution.take(await _body(request))
    except (BadSignature, WrongShape) as problem:
        raise HTTPException(422, type(problem).__name__) from problem
    if request.app.state.mode == "mute":  # taken, but the caller never learns it
        raise HTTPException(503)
    if request.app.state.mode == "liar":
        receipt = receipt.replace(b"<Digest>", b"<Digest>0", 1)
    return Response(receipt, media_type="application/xml")


@router.get("/outbox")
async def outbox(institution: Behind) -> dict[str, Any]:
    """What waits for the caller."""
    waiting = institution.waiting()
    return {"messages": [{"id": one, "xml": xml.decode()} for one, xml in waiting.items()]}


@router.post("/outbox/{message}/receipt", status_code=204)
async def acknowledge(message: str, request: Request, institution: Behind) -> None:
    """The caller has it."""
    try:
        if not institution.acknowledge(message, await _body(request)):
            raise HTTPException(422)
    except (BadSignature, WrongShape) as problem:
        raise HTTPException(422, type(problem).__name__) from problem


@router.post("/outbox/{message}/refusal", status_code=204)
async def refuse(message: str, request: Request, institution: Behind) -> None:
    """The caller does not take it."""
    institution.refuse(message, (await _body(request)).decode()[:100])


@router.post("/control", status_code=204)
async def control(order: Order, request: Request) -> None:
    """For tests and demonstrations; a real access point has none of this."""
    for name in ("outcome", "code", "pace"):
        value = getattr(order, name)
        if value is not None:
            setattr(request.app.state.institution, name, value)
    if order.mode is not None:
        request.app.state.mode = order.mode


@router.get("/control")
async def seen(request: Request) -> dict[str, Any]:
    """What came, without what it says about anybody."""
    institution: Institution = request.app.state.institution
    return {
        "heard": [{"id": one.id, "kind": one.kind} for one in institution.heard.values()],
        "acknowledged": list(institution.acknowledged),
        "refused": institution.refused,
    }


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """Alive."""
    return {"status": "ok"}


def create(institution: Institution, token: str) -> FastAPI:
    """The application; only callers with the token get an answer."""
    own_key(institution.folder)
    app = FastAPI(openapi_url=None)
    app.state.institution, app.state.token, app.state.mode = institution, token, "up"
    app.include_router(router)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])
    return app


async def _body(request: Request) -> bytes:
    body = await request.body()
    if len(body) > LARGEST:
        raise HTTPException(413)
    return body

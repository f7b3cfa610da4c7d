"""How each part is, asked just now; whoever is silent for a second is away."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx
from fastapi import APIRouter
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from console.doors import Parts, Reader
from records import engines, messages
from records.delivery import backlog
from records.staff import snapshots

SECONDS = 1.0
LATELY = timedelta(hours=1)

router = APIRouter(prefix="/operations")


@dataclass(frozen=True)
class Part:
    """A part, whether it is well, how long it took to say so."""

    name: str
    well: bool
    ms: float
    says: str = ""


@dataclass(frozen=True)
class Numbers:
    """What the database says of the last hour."""

    waiting: int
    waits_since: datetime | None
    outages: int
    answered: int
    deliveries: backlog.Backlog
    version: str | None  # of the answer index, as it answered last


@router.get("")
async def show(desk: Reader) -> Response:
    """Where to look after what; the health comes by itself."""
    return await desk.page("operations.html")


@router.get("/health")
async def look(desk: Reader) -> Response:
    """Every part and the latest numbers."""
    parts = desk.parts
    asked = await asyncio.gather(
        *(_gateway(parts), _tried("identity", lambda: _identity(parts))),
        _tried("database", lambda: _database(parts)),
    )
    listed = [one for some in asked for one in (some if isinstance(some, list) else [some])]
    async with parts.database.connect() as db:
        numbers = await _numbers(db, desk.now)
        engine = await engines.in_use(db)
        newest = await snapshots.newest(db)
    return await desk.page(
        "health.html", listed=listed, numbers=numbers, engine=engine, newest=newest
    )


async def _gateway(parts: Parts) -> list[Part]:
    """The gateway knows how the engine and the stores are that a question goes through."""
    begun = time.perf_counter()
    try:
        said = await parts.http.get(
            parts.settings.public_url.rstrip("/") + "/readyz", timeout=SECONDS
        )
        told = said.json().get("parts", {})
        states = {str(name): state is True for name, state in told.items()}
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, AttributeError) as problem:
        return [Part("gateway", False, _since(begun), type(problem).__name__)]
    took = _since(begun)
    inner = [Part(f"gateway:{name}", well, took) for name, well in states.items()]
    return [Part("gateway", said.status_code == 200, took), *inner]


async def _identity(parts: Parts) -> None:
    issuer = parts.settings.identity_issuer.rstrip("/")
    said = await parts.http.get(issuer + "/.well-known/openid-configuration", timeout=SECONDS)
    said.raise_for_status()


async def _database(parts: Parts) -> None:
    async with parts.database.connect() as db:
        await db.execute(text("SELECT 1"))


async def _tried(name: str, what: Callable[[], Awaitable[None]]) -> Part:
    begun = time.perf_counter()
    try:
        await what()
    except (httpx.HTTPError, httpx.InvalidURL, SQLAlchemyError, OSError) as problem:
        return Part(name, False, _since(begun), type(problem).__name__)
    return Part(name, True, _since(begun))


def _since(begun: float) -> float:
    return round((time.perf_counter() - begun) * 1000, 1)


async def _numbers(db: AsyncConnection, now: datetime) -> Numbers:
    found = await db.execute(
        text("""
            SELECT (SELECT min(received_at) FROM messages WHERE answered_at IS NULL) AS waits_since,
                (SELECT count(*) FROM messages
                    WHERE received_at > :lately AND outcome = 'outage') AS outages,
                (SELECT count(*) FROM messages
                    WHERE received_at > :lately AND outcome = 'answered') AS answered,
                (SELECT version FROM understandings ORDER BY message DESC LIMIT 1) AS version
        """),
        {"lately": now - LATELY},
    )
    row = found.one()
    return Numbers(
        waiting=await messages.count_waiting(db),
        deliveries=await backlog.count(db),
        **row._asdict(),
    )

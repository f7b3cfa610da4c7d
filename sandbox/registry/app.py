"""Puts the sandbox registry together."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from fastapi import FastAPI
from starlette.middleware.trustedhost import TrustedHostMiddleware

from sandbox.registry import control, offices
from sandbox.registry.books.people import Citizen, Register, read_regions
from sandbox.registry.edge import Edge
from sandbox.registry.faults import Faults
from sandbox.registry.problems import answer_with_problems

CHINA = ZoneInfo("Asia/Shanghai")
# A page of another site that gets its name to point here is not served.
HOSTS = ["127.0.0.1", "localhost"]


def today() -> date:
    """The day in China."""
    return datetime.now(CHINA).date()


def create(people: Iterable[Citizen], token: str, today: Callable[[], date] = today) -> FastAPI:
    """The application for these people; only callers with the token get an answer."""
    if not token:
        raise ValueError("a registry without a token would answer anybody")
    app = FastAPI(openapi_url=None, redirect_slashes=False)
    key, everybody, regions = secrets.token_bytes(32), tuple(people), read_regions()
    app.state.today = today
    app.state.key = key
    app.state.people = everybody
    app.state.registers = {
        code: Register(region, everybody, key) for code, region in regions.items()
    }
    app.state.faults = Faults(list(regions))
    app.include_router(control.router)
    app.include_router(offices.router)
    answer_with_problems(app)
    app.add_middleware(Edge, faults=app.state.faults, token=token)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=HOSTS)
    return app

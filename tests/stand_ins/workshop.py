"""A stand-in for the indexer's door: lets everything through unless told otherwise."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

TOKEN = "a token of the tests"
PASSED: dict[str, Any] = {
    **{"questions": 248, "right": 246, "broken": [], "asked": 100, "found": 96, "wrong": 2},
    **{"newly_wrong": 0, "lost": [], "beside": 40, "beside_answered": 1, "newly_beside": []},
    **{"collisions": [], "reasons": [], "added": 1, "gone": 0, "version": "v1", "shadow": []},
}


@dataclass
class StandInWorkshop:
    """What it heard, what it shall say, which publication is understood."""

    live: Path
    verdict: dict[str, Any] = field(default_factory=dict)
    said: list[dict[str, Any]] = field(default_factory=list)
    checked: list[dict[str, Any]] = field(default_factory=list)
    seen: list[dict[str, str]] = field(default_factory=list)  # the candidates' files
    prepared: list[str] = field(default_factory=list)  # the wordings of each that was laid out
    looked: int = 0
    away: bool = False
    behind: int = 0  # so many publications that are not understood yet
    used: str = "v1"
    meanwhile: Any = None  # called while it judges

    @property
    def app(self) -> Starlette:
        """The door."""
        return Starlette(
            routes=[
                Route("/check", self._check, methods=["POST"]),
                Route("/prepare", self._prepare, methods=["POST"]),
                Route("/look", self._look, methods=["POST"]),
                Route("/say", self._say, methods=["POST"]),
                Route("/state", self._state),
                Route("/versions", self._versions),
                Route("/compare", self._compare, methods=["POST"]),
                Route("/activate", self._activate, methods=["POST"]),
            ]
        )

    async def _check(self, request: Request) -> Response:
        if self._refuses(request):
            return Response(status_code=503)
        asked = await request.json()
        self.checked.append(asked)
        folder = self.live / "candidates" / asked["candidate"]
        files = {one.relative_to(folder).as_posix(): one for one in folder.rglob("*.yml")}
        self.seen.append({name: file.read_text("utf-8") for name, file in files.items()})
        return StreamingResponse(self._lines())

    async def _prepare(self, request: Request) -> Response:
        if self._refuses(request):
            return Response(status_code=503)
        folder = self.live / "candidates" / (await request.json())["candidate"]
        files = sorted((folder / "nlu/faq").glob("*.yml"))
        self.prepared.append("".join(file.read_text("utf-8") for file in files))
        return JSONResponse({"prepared": True})

    async def _look(self, request: Request) -> Response:
        if self._refuses(request):
            return Response(status_code=503)
        self.looked += 1
        return JSONResponse({})

    async def _lines(self) -> AsyncIterator[bytes]:
        yield json.dumps({"step": "questions", "done": 25, "of": 248}).encode() + b"\n"
        if self.meanwhile is not None:
            told, self.meanwhile = self.meanwhile, None
            await told()
        yield json.dumps({"step": "verdict", **PASSED, **self.verdict}).encode() + b"\n"

    async def _say(self, request: Request) -> Response:
        if self._refuses(request):
            return Response(status_code=503)
        asked = (await request.json())["texts"]
        said = {one["text"]: one for one in self.said}
        unsure = {"decision": "reject", "answers": [], "known": False}
        return JSONResponse({"said": [said.get(one) or {"text": one, **unsure} for one in asked]})

    async def _state(self, request: Request) -> Response:
        if self._refuses(request):
            return Response(status_code=503)
        number = int((self.live / "current").readlink().name) - self.behind
        pilot = self.live / "pilot"
        piloted = int(pilot.readlink().name) if pilot.is_symlink() else 0
        return JSONResponse({"publication": number, "version": "v1", "pilot": piloted})

    async def _versions(self, request: Request) -> Response:
        if self._refuses(request):
            return Response(status_code=503)
        listed = [{"version": name, "fits": name != "v0"} for name in ("v2", "v1", "v0")]
        told = {"current": self.used, "previous": "v0", "trained": "abc", "versions": listed}
        return JSONResponse(told)

    async def _compare(self, request: Request) -> Response:
        if self._refuses(request) or (await request.json())["version"] not in ("v1", "v2"):
            return Response(status_code=400)
        pairs = {"wordings": 3, "more": 1, "less": 1, "added": [["Q001", "卡叼跑了"]]}
        return JSONResponse({**PASSED, **pairs, "gone": [["Q002", "停了"]], **self.verdict})

    async def _activate(self, request: Request) -> Response:
        version = (await request.json())["version"]
        if self._refuses(request) or version not in ("v1", "v2"):
            return Response(status_code=400)
        reasons = self.verdict.get("reasons", [])
        self.used = self.used if reasons else version
        return JSONResponse({"activated": not reasons, "reasons": reasons})

    def _refuses(self, request: Request) -> bool:
        return self.away or request.headers.get("authorization") != f"Bearer {TOKEN}"


class Door:
    """Stays open while what is behind it changes from test to test."""

    behind: StandInWorkshop
    url = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on."""
        if scope["type"] == "http":  # uvicorn asks for a lifespan first
            await self.behind.app(scope, receive, send)

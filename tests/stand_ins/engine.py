"""An engine that speaks Rasa's REST protocol as ours does, and remembers what it heard."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.stand_ins.serving import Served

Replies = list[dict[str, Any]]


def echo(heard: dict[str, Any]) -> Replies:
    """Say the words back."""
    return [{"recipient_id": heard["sender"], "text": f"答：{heard['message']}"}]


class StandInEngine:
    """Modes: answer (default), slow, empty, broken (500), malformed; and it can be stopped."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.forgot: list[str] = []
        self.mode = "answer"
        self.fails_next = 0
        self.seconds = 0.0
        self.takes: dict[str, float] = {}  # seconds for one message, by its words
        self.says: Callable[[dict[str, Any]], Replies] = echo
        self.understands: Callable[[dict[str, Any]], Any] = lambda heard: None
        self._known: dict[str, Replies] = {}
        self.served = Served(
            Starlette(
                routes=[
                    Route("/webhooks/rest/", self._health),
                    Route("/webhooks/rest/webhook", self._webhook, methods=["POST"]),
                    Route("/webhooks/rest/conversations/{id}", self._forget, methods=["DELETE"]),
                ]
            )
        )

    @property
    def url(self) -> str:
        """Where it listens."""
        return self.served.url

    @property
    def texts(self) -> list[str]:
        """What it heard, in order."""
        return [heard["message"] for heard in self.heard]

    async def _health(self, request: Request) -> Response:
        return JSONResponse({"ready": True})

    async def _webhook(self, request: Request) -> Response:
        heard = await request.json()
        self.heard.append(heard)
        mode = "broken" if self.fails_next > 0 else self.mode
        self.fails_next -= 1
        await asyncio.sleep(self.takes.get(heard["message"], self.seconds))
        if mode == "empty":
            return JSONResponse([])
        if mode == "broken":
            return JSONResponse({"error": "engine_failed"}, 500)
        if mode == "malformed":
            return Response('[{"custom": {"card"', media_type="application/json")
        key = f"{heard['sender']}/{heard['metadata'].get('message')}"
        if key not in self._known:
            self._known[key] = self.says(heard)
        told = self.understands(heard)
        headers = {"Wenbao-Understanding": json.dumps(told)} if told else {}
        return JSONResponse(self._known[key], headers=headers)

    async def _forget(self, request: Request) -> Response:
        self.forgot.append(request.path_params["id"])
        return Response(status_code=204)

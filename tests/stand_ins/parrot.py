"""A provider that takes idempotency keys, and a channel of the gateway that sends to it."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Sequence

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from channels.messengers.frame.channel import Part, Style
from channels.messengers.frame.failures import Permanent, QuotaUsed, RateLimited, Retryable
from records.delivery.accounts import Account
from records.delivery.outbox import Outgoing
from records.delivery.threads import Thread
from tests.stand_ins.serving import Served


class StandInParrot:
    """Says each key once; `refuses` gives a status instead, for so many calls."""

    def __init__(self) -> None:
        self.said: dict[str, list[str]] = defaultdict(list)
        self.keys: Counter[str] = Counter()
        self.refuses: list[int] = []
        self.served = Served(Starlette(routes=[Route("/say", self._say, methods=["POST"])]))

    @property
    def url(self) -> str:
        """Where it listens."""
        return self.served.url

    async def _say(self, request: Request) -> Response:
        told = await request.json()
        if self.refuses:
            return JSONResponse({}, self.refuses.pop(0))
        key = request.headers["idempotency-key"]
        self.keys[key] += 1
        if self.keys[key] == 1:
            self.said[told["to"]].append(told["text"])
        return JSONResponse({})


class Parrot:
    """The channel `parrot`; each event is a message."""

    name = "parrot"

    def __init__(self, http: httpx.AsyncClient, most: int = 400) -> None:
        self.style = Style(most=most, measure="characters")
        self.closed: list[int] = []
        self._http = http

    async def send(self, account: Account, thread: Thread, part: Part, key: str) -> None:
        """Say it."""
        said = await self._http.post(
            f"{account.settings['api']}/say",
            content=json.dumps({"to": thread.external, "text": part.text}),
            headers={"Idempotency-Key": key},
            timeout=5,
        )
        if said.status_code == 429:
            raise RateLimited("slow_down", 0.5)
        if said.status_code == 402:
            raise QuotaUsed("enough")
        if said.status_code == 404:
            raise Permanent("unknown_user")
        if said.status_code != 200:
            raise Retryable(f"status_{said.status_code}")

    async def window_closed(
        self, account: Account, thread: Thread, left: Sequence[Outgoing]
    ) -> None:
        """Remember it."""
        self.closed.append(len(left))

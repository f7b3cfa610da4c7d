"""A running gateway and a conversation at it, as their users hold them."""

from __future__ import annotations

import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.app import create
from channels.settings import Settings
from records.database import open_database
from tests.stand_ins.serving import Served


@dataclass
class Talk:
    """A conversation as its citizen holds it."""

    http: httpx.AsyncClient
    id: str
    token: str
    seen: int = 0

    @property
    def path(self) -> str:
        """Its address."""
        return f"/api/chat/conversations/{self.id}"

    @property
    def headers(self) -> dict[str, str]:
        """What proves that it is ours."""
        return {"Authorization": f"Bearer {self.token}"}

    async def send(self, **message: Any) -> httpx.Response:
        """Send a message; a new client_id if none is given."""
        body = {"client_id": str(uuid.uuid4()), **message}
        return await self.http.post(self.path + "/messages", json=body, headers=self.headers)

    async def events(self, after: int = 0, **query: Any) -> list[dict[str, Any]]:
        """What was said behind `after`."""
        found = await self.http.get(
            self.path + "/events", params={"after": after, **query}, headers=self.headers
        )
        assert found.status_code == 200, found.text
        return list(found.json())

    async def until(self, many: int, seconds: float = 20) -> list[dict[str, Any]]:
        """All events, once there are `many`."""
        end = time.monotonic() + seconds
        found: list[dict[str, Any]] = []
        while len(found) < many and time.monotonic() < end:
            found += await self.events(len(found), wait=2)
        assert len(found) >= many, found
        return found

    async def ask(self, text: str) -> dict[str, Any]:
        """The first event that answers `text`."""
        return await self.answered(text=text)

    async def answered(self, **message: Any) -> dict[str, Any]:
        """The first event that answers a message."""
        sent = await self.send(**message)
        assert sent.status_code == 202, sent.text
        end = time.monotonic() + 30
        while time.monotonic() < end:
            found = await self.events(sent.json()["seq"], wait=5)
            if found:
                return found[0]
        raise AssertionError("no answer")


@dataclass
class Gateway:
    """A running gateway and a client of it."""

    app: FastAPI
    url: str
    http: httpx.AsyncClient
    settings: Settings
    served: Served = field(repr=False)

    async def talk(self, **wish: Any) -> Talk:
        """Open a conversation."""
        opened = await self.http.post("/api/chat/conversations", json={"site": "demo", **wish})
        assert opened.status_code == 201, opened.text
        body = opened.json()
        return Talk(self.http, body["conversation"], body["token"])

    @asynccontextmanager
    async def database(self) -> AsyncIterator[AsyncConnection]:
        """Its database, by a connection of the test's own: its pool belongs to its own loop."""
        database = open_database(self.settings.database_url.get_secret_value(), pool_size=1)
        try:
            async with database.begin() as db:
                yield db
        finally:
            await database.dispose()


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[Gateway]:
    """The gateway with these settings, spoken to without the proxy that its public address has."""
    app, url = create(settings), f"http://127.0.0.1:{settings.port}"
    served = Served(app, settings.port)
    served.start()
    try:
        async with httpx.AsyncClient(base_url=url, timeout=40, trust_env=False) as http:
            yield Gateway(app, url, http, settings, served)
    finally:
        app.state.parts.news.close()
        served.stop()

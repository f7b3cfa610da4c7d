"""The access point of the other side, as we know it: the only owner of calls to it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import httpx

LARGEST = 1024 * 1024
MOST_AT_ONCE = 50


class NodeUnavailable(Exception):
    """No usable answer in time; trying again later may help."""


class NodeRefused(Exception):
    """The other side will not take this document, however often it is sent."""


@dataclass(frozen=True)
class Waiting:
    """A document that waits for us at the other side."""

    id: UUID
    xml: bytes


class Node:
    """Holds the connections."""

    def __init__(self, url: str, token: str, seconds: float) -> None:
        self._http = httpx.AsyncClient(
            base_url=url.rstrip("/"),
            headers={"Authorization": f"Bearer {token}"},
            timeout=seconds,
            follow_redirects=False,
            trust_env=False,
        )

    async def send(self, xml: bytes) -> bytes:
        """Hand a document over; the receipt, as it came."""
        answer = await self._ask("POST", "/messages", xml, "application/xml")
        return answer.content

    async def waiting(self) -> list[Waiting]:
        """What is there for us, in order; it stays until we acknowledge it."""
        answer = await self._ask("GET", "/outbox")
        try:
            told = answer.json()["messages"]
            return [Waiting(UUID(one["id"]), one["xml"].encode()) for one in told[:MOST_AT_ONCE]]
        except (ValueError, KeyError, TypeError, AttributeError) as problem:
            raise NodeUnavailable from problem

    async def acknowledge(self, message: UUID, receipt: bytes) -> None:
        """We have it, with our signature under that."""
        await self._ask("POST", f"/outbox/{message}/receipt", receipt, "application/xml")

    async def refuse(self, message: UUID, code: str) -> None:
        """We do not take it, and why, in one word."""
        await self._ask("POST", f"/outbox/{message}/refusal", code.encode(), "text/plain")

    async def close(self) -> None:
        """Let go of the connections."""
        await self._http.aclose()

    async def _ask(
        self, method: str, path: str, content: bytes | None = None, kind: str | None = None
    ) -> httpx.Response:
        try:
            answer = await self._http.request(
                method, path, content=content, headers={"Content-Type": kind} if kind else None
            )
        except (httpx.HTTPError, httpx.InvalidURL) as problem:
            raise NodeUnavailable from problem
        if answer.status_code in (400, 409, 413, 422):
            raise NodeRefused(str(answer.status_code))
        if answer.status_code not in (200, 204) or len(answer.content) > LARGEST:
            raise NodeUnavailable
        return answer

"""The indexer's door: the one place from which it is asked anything."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from console.settings import Settings
from records.staff.candidates import Asked

# Help while typing and the state come at once or not at all.
QUICK_SECONDS = 4.0
CONNECT_SECONDS = 1.0


class WorkshopAway(Exception):
    """The indexer does not answer, or what it answers is no answer."""


@dataclass(frozen=True)
class Said:
    """What the understanding in use makes of one text."""

    text: str
    decision: str
    answers: tuple[tuple[str, float], ...]
    known: bool

    def verdict(self, item: str) -> str:
        """Whether that is the item: right, other, asks, away."""
        first = self.answers[0][0] if self.answers else ""
        if self.decision == "answer":
            return "right" if first == item else "other"
        return "asks" if self.decision == "clarify" else "away"


@dataclass(frozen=True)
class Workshop:
    """Its address and our proof."""

    settings: Settings
    http: httpx.AsyncClient

    async def check(
        self, candidate: str, questions: Sequence[Asked]
    ) -> AsyncIterator[dict[str, Any]]:
        """How far the gate is, line by line; the last line is the verdict."""
        asked = [{"id": one.id, "text": one.text} for one in questions]
        silent = httpx.Timeout(self.settings.workshop_seconds, connect=CONNECT_SECONDS)
        told: dict[str, Any] = {}
        try:
            async with self.http.stream(
                *("POST", self._at("/check")),
                json={"candidate": candidate, "questions": asked},
                headers=self._proof,
                timeout=silent,
            ) as answer:
                answer.raise_for_status()
                async for line in answer.aiter_lines():
                    told = json.loads(line)
                    yield told
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as problem:
            raise WorkshopAway from problem
        if told.get("step") != "verdict" or not isinstance(told.get("reasons"), list):
            raise WorkshopAway

    async def prepare(self, candidate: str) -> bool:
        """Judge what may be asked for later; False where that gave way to what somebody awaits."""
        patience = self.settings.workshop_seconds
        told = await self._ask("POST", "/prepare", {"candidate": candidate}, patience)
        return isinstance(told, dict) and told.get("prepared") is True

    async def look(self) -> None:
        """Have it look at once at what was published."""
        await self._ask("POST", "/look", {})

    async def say(self, texts: Sequence[str]) -> list[Said]:
        """What the understanding in use makes of texts."""
        told = await self._ask("POST", "/say", {"texts": list(texts)})
        try:
            return [
                Said(
                    one["text"],
                    one["decision"],
                    tuple((str(item), float(score)) for item, score in one["answers"]),
                    bool(one["known"]),
                )
                for one in told["said"]
            ]
        except (KeyError, TypeError, ValueError) as problem:
            raise WorkshopAway from problem

    async def versions(self, path: str, told: Any = None) -> dict[str, Any]:
        """What it says about the versions of the index; comparing and activating take a while."""
        patience = self.settings.workshop_seconds if told is not None else QUICK_SECONDS
        found = await self._ask("GET" if told is None else "POST", path, told, patience)
        if not isinstance(found, dict):
            raise WorkshopAway
        return found

    async def understood(self) -> int:
        """The number of the publication that is understood."""
        return await self._state("publication")

    async def piloted(self) -> int:
        """The candidate that is understood at the sites of a pilot; 0 where there is none."""
        return await self._state("pilot")

    async def _state(self, name: str) -> int:
        told = await self._ask("GET", "/state", None)
        try:
            return int(told[name])
        except (KeyError, TypeError, ValueError) as problem:
            raise WorkshopAway from problem

    async def _ask(self, method: str, path: str, told: Any, patience: float = QUICK_SECONDS) -> Any:
        quick = httpx.Timeout(patience, connect=CONNECT_SECONDS)
        try:
            answer = await self.http.request(
                method, self._at(path), json=told, headers=self._proof, timeout=quick
            )
            answer.raise_for_status()
            return answer.json()
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as problem:
            raise WorkshopAway from problem

    def _at(self, path: str) -> str:
        return self.settings.workshop_url.rstrip("/") + path

    @property
    def _proof(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.settings.workshop_token.get_secret_value()}"}

"""The engine, as the gateway knows it: asks it once per message, and knows when it is away."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx

from records.events import Line
from records.messages import Message
from records.questions import understood
from records.questions.understood import Understood

log = logging.getLogger(__name__)

PROBE_SECONDS = 1.0
PROBE_EVERY = 0.25
# How long a turn that went well vouches for the next.
PROOF_HOLDS = 30.0
MOST_REPLIES = 20
MOST_BYTES = 1_000_000
UNDERSTANDING = "Wenbao-Understanding"


class EngineFailed(Exception):
    """The engine did not answer, or what it answered is no answer."""


@dataclass(frozen=True)
class Replies:
    """What the engine says, and how it understood the words, where there was a need to."""

    lines: list[Line]
    understood: Understood | None = None


class Engine:
    """The only owner of calls to the engine."""

    def __init__(
        self,
        url: str,
        seconds: float,
        outage_seconds: float,
        http: httpx.AsyncClient,
        proof: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._door = _door(url)
        self._moved = 0
        self._seconds = seconds
        self._outage_seconds = outage_seconds
        self._http = http
        self._clock = clock
        self._silent_since: float | None = None
        self._proven_until = 0.0
        self._proof = proof

    def move(self, number: int, url: str) -> None:
        """Ask there from now on, unless a later move is known already."""
        if number > self._moved:
            self._moved, self._door = number, _door(url)
            self._silent_since, self._proven_until = None, 0.0
            log.info("moved over to another engine", extra={"engine": number})

    async def ask(self, message: Message) -> Replies:
        """The replies to a message; asking again with the same message gives the same."""
        self.move(message.engine, message.engine_url)
        try:
            async with asyncio.timeout(self._seconds):
                answered = await self._http.post(
                    self._door + "/webhook", json=_question(message), timeout=self._seconds
                )
            replies = Replies(_read(answered), _understood(answered))
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError) as problem:
            log.warning("engine failed", extra={"cause": type(problem).__name__})
            self._proven_until = 0.0
            raise EngineFailed from problem
        self._silent_since = None  # All waiting messages share the outage.
        self._proven_until = self._clock() + PROOF_HOLDS
        return replies

    async def comes_back(self) -> bool:
        """Wait until it answers again; the wait counts from when it first was gone."""
        if self._silent_since is None:
            self._silent_since = self._clock()
        until = self._silent_since + self._outage_seconds
        while not await self.is_ready():
            if self._clock() >= until:
                return False
            await asyncio.sleep(PROBE_EVERY)
        self._silent_since = None
        return True

    async def answers(self) -> bool:
        """Whether it really answers: seen lately in a turn, or tried now in one of our own."""
        if not await self.is_ready():
            return False
        if self._clock() < self._proven_until:
            return True
        own = Message(0, uuid4(), 0, self._proof, self._proof, 0, "probe", "zh-CN", None)
        try:
            await self.ask(own)
            await self.forget(own.conversation)
        except EngineFailed:
            return False
        return True

    async def is_ready(self) -> bool:
        """Whether it says that it is there with its model loaded."""
        try:
            said = await self._http.get(self._door + "/", timeout=PROBE_SECONDS)
            return said.status_code == 200 and said.json().get("ready", True) is True
        except (httpx.HTTPError, ValueError, AttributeError):
            return False

    async def forget(self, conversation: UUID) -> None:
        """Make it drop a conversation from its memory; `EngineFailed` when it did not."""
        try:
            said = await self._http.delete(
                f"{self._door}/conversations/{conversation}", timeout=PROBE_SECONDS
            )
        except httpx.HTTPError as problem:
            raise EngineFailed from problem
        # An engine without that door keeps nothing but what is in Redis.
        if said.status_code >= 300 and said.status_code not in (404, 405):
            raise EngineFailed


def _door(url: str) -> str:
    return url.rstrip("/") + "/webhooks/rest"


def _question(message: Message) -> dict[str, Any]:
    return {
        "sender": str(message.conversation),
        "message": message.choice if message.choice is not None else escaped(message.text),
        "metadata": {
            "channel": message.channel,
            "locale": message.locale,
            "region": message.region,
            "site": message.site,
            "message": str(message.id),
        },
    }


def escaped(text: str) -> str:
    """A citizen's words are never a command: a slash in front bypasses understanding."""
    return "\uff0f" + text[1:] if text.startswith("/") else text


def _read(answered: httpx.Response) -> list[Line]:
    if answered.status_code != 200 or len(answered.content) > MOST_BYTES:
        raise ValueError("status")
    items = json.loads(answered.content.replace(rb"\u0000", b""))
    if not isinstance(items, list) or not 0 < len(items) <= MOST_REPLIES:
        raise ValueError("shape")
    lines: list[Line] = []
    for item in items:
        _take(lines, item)
    return lines


def _understood(answered: httpx.Response) -> Understood | None:
    """For the staff's eyes; a citizen's answer never depends on it."""
    try:
        return understood.read(json.loads(answered.headers.get(UNDERSTANDING, "null")))
    except ValueError:
        return None


def _take(lines: list[Line], item: object) -> None:
    """An item with a card alone belongs to the text before it."""
    if not isinstance(item, dict):
        raise ValueError("item")
    words, card = item.get("text"), _card(item)
    if isinstance(words, str) and words.strip():
        lines.append(Line(words.strip(), card))
    elif card is not None and lines and lines[-1].card is None:
        lines[-1] = Line(lines[-1].text, card)
    else:
        raise ValueError("no text")


def _card(item: dict[str, Any]) -> dict[str, Any] | None:
    custom = item.get("custom") or {}
    card = custom.get("card") if isinstance(custom, dict) else None
    if card is not None and not (isinstance(card, dict) and isinstance(card.get("type"), str)):
        raise ValueError("card")
    choices = [_choice(button) for button in item.get("buttons") or []]
    if not choices:
        return card
    return {**(card or {"type": "choices"}), "choices": choices}


def _choice(button: object) -> dict[str, str]:
    if not isinstance(button, dict):
        raise ValueError("button")
    title, payload = button.get("title"), button.get("payload")
    if not isinstance(title, str) or not isinstance(payload, str):
        raise ValueError("button")
    return {"title": title, "payload": payload}

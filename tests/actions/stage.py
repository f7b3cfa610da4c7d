"""The action server as a test meets it: a call goes in, sentences and cards come out."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import yaml

from tests.cards import check_card

ROOT = Path(__file__).resolve().parents[2]
RESPONSES: dict[str, list[dict[str, str]]] = {
    name: said
    for path in sorted((ROOT / "data/domain").glob("*.yml"))
    for name, said in yaml.safe_load(path.read_text(encoding="utf-8"))["responses"].items()
}
# What the engine hands on beside its decision, as it is.
HANDED_ON = ("beside", "refused", "in_full", "lines", "unsaid", "vague", "told", "counts")
# Rasa puts these beside the values of a response.
_NOT_VALUES = {"text", "buttons", "elements", "custom", "template", "response", "image"} | {
    "attachment"
}


@dataclass
class Clock:
    """A clock that stands until a test moves it."""

    now: datetime = field(default_factory=lambda: datetime(2026, 11, 24, 2, 0, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now


@dataclass(frozen=True)
class Said:
    """What an action answered."""

    responses: list[str]
    texts: list[str]
    cards: list[dict[str, Any]]
    slots: dict[str, Any]

    @property
    def text(self) -> str:
        """All of it."""
        return "\n".join(self.texts)

    def card(self, kind: str) -> dict[str, Any]:
        """The one card of this kind."""
        found = [card for card in self.cards if card["type"] == kind]
        assert len(found) == 1, self.cards
        return found[0]


@dataclass
class Stage:
    """A conversation with the running server; slots live on as they do in Rasa."""

    http: httpx.AsyncClient
    clock: Clock
    conversation: str = field(default_factory=lambda: str(uuid.uuid4()))
    slots: dict[str, Any] = field(default_factory=dict)

    async def play(self, action: str, intent: str = "faq", **turn: Any) -> Said:
        """Run an action as the engine would; entities fill their slots first."""
        entities: dict[str, str] = turn.get("entities", {})
        for name in ("region", "birth_month", "worker_category"):
            if name in entities:
                self.slots[name] = entities[name]
        heard = await self.http.post(
            "/webhook", json=call(action, intent, self.conversation, self.slots, turn)
        )
        assert heard.status_code == 200, heard.text
        said = read(heard.json())
        self.slots.update(said.slots)
        return said


def call(
    action: str, intent: str, conversation: str, slots: dict[str, Any], turn: dict[str, Any]
) -> dict[str, Any]:
    """The body that Rasa 3.6 sends."""
    return {
        "next_action": action,
        "sender_id": conversation,
        "version": "3.6.21",
        "domain": {},
        "tracker": {
            "sender_id": conversation,
            "slots": {"unclear_turns": 0.0, **slots},
            "latest_message": _message(intent, turn),
            "latest_event_time": 1.0,
            "followup_action": None,
            "paused": False,
            "events": turn.get("events", []),
            "latest_input_channel": "rest",
            "active_loop": {},
            "latest_action": {},
            "latest_action_name": "action_listen",
        },
    }


def _message(intent: str, turn: dict[str, Any]) -> dict[str, Any]:
    """What the engine understood of the message."""
    entities: dict[str, str] = turn.get("entities", {})
    return {
        "intent": {"name": intent, "confidence": 1.0},
        "entities": [
            *({"entity": "region", "value": place} for place in turn.get("places", ())),
            *({"entity": name, "value": value} for name, value in entities.items()),
        ],
        "text": turn.get("text", ""),
        "message_id": "1",
        "metadata": {
            "channel": "web",
            "locale": turn.get("locale", "zh-CN"),
            "region": turn.get("site_region"),
            "site": turn.get("site", "demo"),
        },
        "answers": [
            {"id": one, "score": turn.get("chances", {}).get(one, 0.9)}
            for one in turn.get("answers", [])
        ],
        "decision": turn.get("decision", "answer"),
        **{name: turn.get(name) for name in HANDED_ON},
        "if_ours": [{"id": one, "score": score} for one, score in turn.get("if_ours", {}).items()],
        "parts": [{"answers": [{"id": one, "score": 0.9}]} for one in turn.get("parts", [])],
    }


def read(body: dict[str, Any]) -> Said:
    """The sentences as the engine would fill them; a value that is missing fails the test."""
    replies = body["responses"]
    cards = [reply["custom"]["card"] for reply in replies if reply["custom"]]
    for card in cards:
        check_card(card)
    return Said(
        responses=[reply["response"] for reply in replies],
        texts=[_filled(reply) for reply in replies],
        cards=cards,
        slots={event["name"]: event["value"] for event in body["events"]},
    )


def _filled(reply: dict[str, Any]) -> str:
    values = {name: value for name, value in reply.items() if name not in _NOT_VALUES}
    written: str = RESPONSES[reply["response"]][0]["text"]
    filled: Callable[[re.Match[str]], str] = lambda match: str(values[match[1]])  # noqa: E731
    return re.sub(r"\{(\w+)\}", filled, written)

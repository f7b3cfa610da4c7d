"""What the gateway is told besides the replies: how the engine understood the message."""

from __future__ import annotations

from itertools import takewhile
from typing import Any

import ujson
from rasa.shared.core.events import ActionExecuted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

# A header, because the body is Rasa's own protocol: a list of replies and nothing else.
HEADER = "Wenbao-Understanding"
_LISTEN = "action_listen"


def headers(tracker: DialogueStateTracker | None, message: Any) -> dict[str, str]:
    """The header for the message with this id; none for a choice, which needs no understanding."""
    later: list[Any] = []
    for event in reversed(tracker.events if tracker else ()):
        if type(event) is UserUttered:
            if event.metadata.get("message") != message:
                return {}
            return _header(event.parse_data or {}, reversed(later))
        later.append(event)
    return {}


def _header(parsed: Any, later: Any) -> dict[str, str]:
    if "decision" not in parsed:
        return {}
    turn = takewhile(lambda event: type(event) is not UserUttered, later)
    actions = [event.action_name for event in turn if type(event) is ActionExecuted]
    told = {
        "decision": parsed["decision"],
        "intent": (parsed.get("intent") or {}).get("name"),
        "answers": parsed.get("answers") or [],
        "way": parsed.get("way"),
        "version": parsed.get("index"),
        "action": next((name for name in actions if name != _LISTEN), None),
    }
    return {HEADER: ujson.dumps(told)}

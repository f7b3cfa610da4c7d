"""An action of the action server: called with what our actions read, heard without Rasa's plugins.

Of what happened that is the citizen's words, what he counted in them, and the bot's for actions
that come back to them: a card that it showed is a hundred times as long. rasa-sdk 3.21 asks for a
domain, so there is an empty one.
"""

from __future__ import annotations

from typing import Any

import rasa
from rasa.core.actions.action import RemoteAction
from rasa.core.channels.channel import OutputChannel
from rasa.core.nlg import NaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, Event, UserUttered, deserialise_events
from rasa.shared.core.trackers import DialogueStateTracker

# The actions that read what the bot said before; an answer does where the question leans on it.
LOOKING_BACK = (
    *("action_say_again", "action_say_simply", "action_say_not_covered"),
    *("action_say_phone", "action_say_source"),
    "action_ask_back",  # says no sympathy twice
    "action_continue",  # a place adds to the answer that was given
)
ANSWER = "action_answer_question"


class MalformedActionResult(ValueError):
    """The action server answered with something that is not events and responses."""


class ServedAction(RemoteAction):
    """One custom action of the domain."""

    async def run(
        self,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
        tracker: DialogueStateTracker,
        domain: Domain,
    ) -> list[Event]:
        """What the action says, then what it remembers; raises whatever kept it from answering."""
        result = await self.action_endpoint.request(json=call(self.name(), tracker))
        events, responses = _read(result, self.name())
        said = await self._utter_responses(responses, output_channel, nlg, tracker)
        return [*said, *deserialise_events(events)]


def call(action: str, tracker: DialogueStateTracker) -> dict[str, Any]:
    """The call in Rasa's action protocol."""
    state = tracker.current_state()
    read = (UserUttered, BotUttered) if _looks_back(action, tracker) else (UserUttered,)
    state["events"] = [_told(event) for event in tracker.events if type(event) in read]
    return {
        "domain": {},
        "next_action": action,
        "sender_id": tracker.sender_id,
        "tracker": state,
        "version": rasa.__version__,
    }


def _looks_back(action: str, tracker: DialogueStateTracker) -> bool:
    message = tracker.latest_message
    leans = message is not None and "in_full" in (message.parse_data or {})
    return action in LOOKING_BACK or (action == ANSWER and leans)


def _told(event: UserUttered | BotUttered) -> dict[str, Any]:
    if isinstance(event, BotUttered):
        return {"event": "bot", "text": event.text, "data": event.data}
    counts = (event.parse_data or {}).get("counts")
    return {"event": "user", "text": event.text} | ({"counts": counts} if counts else {})


def _read(result: Any, action: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The same demands as Rasa's schema: two lists of objects, each event named."""
    if not isinstance(result, dict):
        raise MalformedActionResult(action)
    events, responses = result.get("events", []), result.get("responses", [])
    named = all(isinstance(event, dict) and "event" in event for event in events)
    if not named or not all(isinstance(response, dict) for response in responses):
        raise MalformedActionResult(action)
    return events, responses

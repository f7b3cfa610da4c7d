"""A message's way through Rasa, without what one session, one policy and no form have no use for.

Rasa replays the conversation to copy it before each action, makes every default action anew to
find one, and asks plugins that nobody has. The order of a turn and its events are Rasa's own.
"""

from __future__ import annotations

import logging
from typing import Any

from rasa.core.actions.action import (
    Action,
    RemoteAction,
    action_for_name_or_text,
)
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.core.nlg import NaturalLanguageGenerator
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.exceptions import ActionLimitReached
from rasa.shared.core.events import ActionExecuted, BotUttered, Event
from rasa.shared.core.trackers import DialogueStateTracker

from bot.dialogue.in_context import understood
from bot.dialogue.slot_filling import filled, slots_by_entity
from bot.serving.served_action import ServedAction

log = logging.getLogger(__name__)


class Processor(MessageProcessor):
    """Rasa's processor with a shorter way."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._actions: dict[str, Action] = {}
        self._slots = slots_by_entity(self.domain)

    async def _update_tracker_session(
        self,
        tracker: DialogueStateTracker,
        output_channel: OutputChannel,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        """Begin a session in a new conversation; where the bot has acted, one has begun."""
        sessions_end = self.domain.session_config.are_sessions_enabled()
        begun = bool(tracker.events) and isinstance(tracker.events[-1], ActionExecuted)
        if sessions_end or not begun:
            await super()._update_tracker_session(tracker, output_channel, metadata)

    async def parse_message(
        self,
        message: UserMessage,
        tracker: DialogueStateTracker | None = None,
        only_output_properties: bool = True,
    ) -> dict[str, Any]:
        """What the message says, weighed with the question before where it may lean on that."""
        parse = super().parse_message

        async def understand(said: UserMessage) -> dict[str, Any]:
            return dict(await parse(said, tracker, only_output_properties))

        return await understood(message, tracker, understand)

    async def run_action_extract_slots(
        self, output_channel: OutputChannel, tracker: DialogueStateTracker
    ) -> DialogueStateTracker:
        """Fill slots with what was said."""
        if self._slots is None:
            return await super().run_action_extract_slots(output_channel, tracker)
        tracker.update_with_events(filled(self._slots, tracker), self.domain)
        return tracker

    def predict_next_with_tracker_if_should(
        self, tracker: DialogueStateTracker
    ) -> tuple[Action, PolicyPrediction]:
        """The next action, and why."""
        goes_on = self.should_predict_another_action(tracker.latest_action_name)
        if self.is_action_limit_reached(tracker, goes_on):
            raise ActionLimitReached("The limit of actions to predict has been reached.")
        prediction = self._predict_next_with_tracker(tracker)
        name = self.domain.action_names_or_texts[prediction.max_confidence_index]
        return self._get_action(name), prediction

    async def _run_action(
        self,
        action: Action,
        tracker: DialogueStateTracker,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
        prediction: PolicyPrediction,
    ) -> bool:
        """Let the action speak; whether another one may follow."""
        try:
            events = await action.run(output_channel, nlg, tracker, self.domain)
        except Exception as problem:  # The turn goes on in silence, which the gateway notices.
            log.error("action failed: action=%s error=%s", action.name(), type(problem).__name__)
            events = []
        tracker.update_with_events(prediction.events, self.domain)
        tracker.update(action.event_for_successful_execution(prediction))
        tracker.update_with_events(events, self.domain)
        await _say(events, tracker.sender_id, output_channel)
        return bool(self.should_predict_another_action(action.name()))

    async def run_anonymization_pipeline(self, tracker: DialogueStateTracker) -> None:
        """Nothing: the gateway has masked what identifies somebody."""

    def _get_action(self, action_name: str) -> Action:
        """The action of this name, made once: actions remember nothing."""
        known = self._actions.get(action_name)
        if known is None:
            known = action_for_name_or_text(action_name, self.domain, self.action_endpoint)
            if type(known) is RemoteAction:
                known = ServedAction(action_name, self.action_endpoint)
            self._actions[action_name] = known
        return known


async def _say(events: list[Event], recipient: str, output_channel: OutputChannel) -> None:
    for event in events:
        if isinstance(event, BotUttered):
            await output_channel.send_response(recipient, event.message())

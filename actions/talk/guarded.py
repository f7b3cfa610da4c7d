"""The one way into an action: nothing escapes `run`, whatever happens behind it.

An exception that left `run` would lose the action's events and leave the citizen with
silence, so an expected ending becomes its own response and any other one an apology.
"""

from __future__ import annotations

import logging
import traceback
from typing import Any, ClassVar

from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from actions.knowledge.pilot import SITE
from actions.talk.errors import Unanswerable
from actions.talk.reply import Reply
from actions.talk.turn import Turn, read_turn

log = logging.getLogger(__name__)


class CitizenAction(Action):
    """An action that answers a turn with replies."""

    action: ClassVar[str]
    sorry: ClassVar[str] = "utter_sorry"
    counts_unclear: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Reply]:
        """The replies; raises `Unanswerable` where there is a named reason for none."""
        raise NotImplementedError

    def name(self) -> str:
        """The name in the domain."""
        return self.action

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Say the replies; remember the slots that they change."""
        replies = await self._replies(tracker)
        slots: dict[str, Any] = {} if self.counts_unclear else {"unclear_turns": 0}
        for reply in replies:
            slots.update(reply.slots)
            custom = {"card": dict(reply.card)} if reply.card else None
            values: dict[str, Any] = dict(reply.values)
            dispatcher.utter_message(response=reply.response, json_message=custom, **values)
        kept = tracker.slots
        return [SlotSet(name, value) for name, value in slots.items() if kept.get(name) != value]

    async def _replies(self, tracker: Tracker) -> list[Reply]:
        try:
            turn = read_turn(tracker)
            SITE.set(turn.site)
            return await self.answer(turn)
        except Unanswerable as problem:
            return [Reply(problem.response, problem.details, problem.card, problem.slots)]
        except Exception as problem:  # The promise of this file; see its first lines.
            # Neither the error's message nor the sender: both may carry a citizen's number.
            where = traceback.extract_tb(problem.__traceback__)[-1]
            log.error(
                "action failed: action=%s error=%s file=%s line=%s",
                self.action,
                type(problem).__name__,
                where.filename,
                where.lineno,
            )
            return [Reply(self.sorry)]

"""Rasa's RulePolicy, remembering what it decided for the same intent after the same action.

Our rules look at one turn, no slot and no loop, so (last action, intent) settles the next
action. RulePolicy finds that out anew each time by replaying the conversation, which costs
more than understanding the citizen. Where a rule looks further, nothing is remembered.
"""

from __future__ import annotations

import copy
import json
from typing import Any

from rasa.core.policies.policy import PolicyPrediction
from rasa.core.policies.rule_policy import RULES, RulePolicy
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

# A rule's states in the lookup: what stood before, the citizen's words, our action.
_STATES_OF_ONE_TURN = 3


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True
)
class TurnRules(RulePolicy):
    """Rules of one turn, decided once each."""

    _remembered: dict[tuple[str | None, str | None], PolicyPrediction] | None = None
    _may_remember: bool | None = None

    def predict_action_probabilities(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        rule_only_data: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> PolicyPrediction:
        """The next action by the rules."""
        if self._may_remember is None:
            self._may_remember = looks_at_one_turn(self.lookup)
            self._remembered = {}
        if not self._may_remember or tracker.active_loop or self._remembered is None:
            return super().predict_action_probabilities(tracker, domain, rule_only_data, **kwargs)
        message = tracker.latest_message
        turn = (tracker.latest_action_name, message.intent.get("name") if message else None)
        known = self._remembered.get(turn)
        if known is None:
            known = super().predict_action_probabilities(tracker, domain, rule_only_data, **kwargs)
            self._remembered[turn] = known
        return copy.copy(known)


def looks_at_one_turn(lookup: dict[str, Any]) -> bool:
    """Whether no rule depends on a slot, a loop or an earlier turn."""
    for key in lookup.get(RULES, {}):
        states = json.loads(key)
        if len(states) > _STATES_OF_ONE_TURN:
            return False
        if any("slots" in state or "active_loop" in state for state in states):
            return False
    return True

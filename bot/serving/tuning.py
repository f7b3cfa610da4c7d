"""Takes work out of Rasa's hot path that has no effect on what it answers.

Each change is measured in `make bench`; docs/decisions/0003 says why they stand here.
"""

from __future__ import annotations

import copy
import logging
from types import SimpleNamespace
from typing import Any

import rasa.core.processor
import structlog
from rasa.core.actions.action import RemoteAction
from rasa.core.processor import MessageProcessor

from bot.serving.graph_runner import StepRunner


class MalformedActionResult(ValueError):
    """The action server answered with something that is not events and responses."""


def tune() -> None:
    """Apply all changes; call once, before the server starts."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    # Rasa copies messages and events deeply for debug lines that nobody sees.
    shallow = SimpleNamespace(**{**vars(copy), "deepcopy": lambda value: value})
    rasa.core.processor.copy = shallow
    rasa.core.processor.DaskGraphRunner = StepRunner
    # Rasa checks its own JSON Schema for validity at each action's answer.
    RemoteAction._validate_action_result = check_action_result
    # Our ranker knows no labels but those that it was trained with.
    MessageProcessor._check_for_unseen_features = lambda self, parse_data: None


def check_action_result(self: RemoteAction, result: Any) -> bool:
    """The same demands as Rasa's schema: two lists of objects, each event named."""
    events, responses = result.get("events", []), result.get("responses", [])
    named = all(isinstance(event, dict) and "event" in event for event in events)
    if not named or not all(isinstance(response, dict) for response in responses):
        raise MalformedActionResult(self.name())
    return True

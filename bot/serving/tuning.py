"""Takes work out of Rasa's hot path that has no effect on what it answers.

Each change is measured in `make bench`; docs/decisions/0003 says why they stand here.
"""

from __future__ import annotations

import asyncio
import copy
import functools
import gc
import logging
import random
from types import SimpleNamespace
from typing import Any

import rasa.core.agent
import rasa.core.processor
import rasa.server
import structlog
from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.core.nlg.generator import ResponseVariationFilter
from rasa.core.processor import MessageProcessor
from rasa.shared.core.events import Event

from bot.memory import give_back
from bot.serving.graph_runner import StepRunner
from bot.serving.processor import Processor

# New objects until the collector looks for rings among them; a message makes some thousand.
NEW_OBJECTS = 20_000
# After the start; each time takes some milliseconds.
SECONDS_TO_GIVE_BACK = (10, 30, 120, 600)
# What tells a response's wordings apart.
_APART = frozenset({"condition", "channel"})


def tune() -> None:
    """Apply all changes; call once, before the server starts."""
    # Each of Rasa's modules would put its logger together anew for every line that is left out.
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        cache_logger_on_first_use=True,
    )
    # Rasa copies messages and events deeply for debug lines that nobody sees.
    shallow = SimpleNamespace(**{**vars(copy), "deepcopy": lambda value: value})
    rasa.core.processor.copy = shallow
    rasa.core.processor.DaskGraphRunner = StepRunner
    rasa.core.agent.MessageProcessor = Processor
    # Our ranker knows no labels but those that it was trained with.
    MessageProcessor._check_for_unseen_features = lambda self, parse_data: None
    # Rasa filters each response's wordings five times and lets numpy draw among them.
    TemplatedNaturalLanguageGenerator._random_response_for = wording
    # Rasa goes through all classes of events to find one by its name.
    Event.resolve_by_type = staticmethod(functools.lru_cache(Event.resolve_by_type))
    # Only the gateway calls the engine; no page of any origin does.
    rasa.server.configure_cors = lambda app, cors_origins=None: None


def settle(_app: Any, loop: asyncio.AbstractEventLoop) -> None:
    """Let the collector pass over what is loaded now and stays; call when the server is up."""
    gc.collect()
    give_back()
    # The first messages load what is loaded late, and leave as much again behind.
    for seconds in SECONDS_TO_GIVE_BACK:
        loop.call_later(seconds, give_back)
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, 10, 10)


def wording(
    generator: TemplatedNaturalLanguageGenerator, name: str, channel: str, slots: dict[str, Any]
) -> dict[str, Any] | None:
    """A wording of the response `name` for this channel and these slots; None without any."""
    variations = generator.responses.get(name) or []
    if any(_APART & one.keys() for one in variations):
        suiting = ResponseVariationFilter(generator.responses)
        variations = suiting.responses_for_utter_action(name, channel, slots)
    return random.choice(variations) if variations else None  # noqa: S311 - no secret

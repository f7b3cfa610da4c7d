"""Which wording of a response is said: the only one, or any of those that suit.

Rasa filters each response's wordings five times and lets numpy draw among them.
"""

from __future__ import annotations

import random
from typing import Any

from rasa.core.nlg.generator import ResponseVariationFilter

_TELLS_APART = frozenset({"condition", "channel"})


def wording(
    responses: dict[str, list[dict[str, Any]]], name: str, channel: str, slots: dict[str, Any]
) -> dict[str, Any] | None:
    """A wording of the response `name` for this channel and these slots; None without any."""
    variations = responses.get(name) or []
    if any(_TELLS_APART & one.keys() for one in variations):
        suiting = ResponseVariationFilter(responses)
        variations = suiting.responses_for_utter_action(name, channel, slots)
    return random.choice(variations) if variations else None  # noqa: S311 - nobody may guess it

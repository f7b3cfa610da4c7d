"""What the engine decided about a message, kept beside the turn and for as long as it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

ANSWER, CLARIFY, REJECT = "answer", "clarify", "reject"
REJECTED, ASKED_BACK, UNSURE, UNHELPFUL = "rejected", "asked_back", "unsure", "unhelpful"
TROUBLES = (REJECTED, ASKED_BACK, UNSURE, UNHELPFUL)
# An answer that was given with less than this is looked at by staff, too.
SURE = 0.9
# What a decision leads to, where no form was waiting for just these words.
_ACTIONS = {REJECT: "action_say_not_covered", CLARIFY: "action_ask_back"}
_TROUBLES = {REJECT: REJECTED, CLARIFY: ASKED_BACK}


@dataclass(frozen=True)
class Understood:
    """The decision, the items with their scores, best first, and what decided."""

    decision: str
    intent: str
    answers: tuple[tuple[str, float], ...]
    way: str | None  # heart | words | vectors: what it took to decide
    version: str  # of the answer index
    action: str | None = None  # what the dialogue made of it

    @property
    def trouble(self) -> str | None:
        """Why staff should look at it; None when there is no reason."""
        if self.decision in _TROUBLES and self.action in (None, _ACTIONS[self.decision]):
            return _TROUBLES[self.decision]
        if self.decision == ANSWER and self.answers and self.answers[0][1] < SURE:
            return UNSURE
        return None

    def row(self) -> str:
        """What `INSERT` reads."""
        items = [*self.answers[:2], (None, None), (None, None)]
        return json.dumps(
            {
                "decision": self.decision,
                "intent": self.intent,
                "item": items[0][0],
                "score": items[0][1],
                "runner_up": items[1][0],
                "runner_up_score": items[1][1],
                "answers": [{"id": item, "score": score} for item, score in self.answers],
                "way": self.way,
                "version": self.version,
                "trouble": self.trouble,
            }
        )


# A part of the statement that stores an answer, so that both are kept or neither.
INSERT: Final = """
    , understood AS (
        INSERT INTO understandings (message, conversation, at, decision, intent, item, score,
            runner_up, runner_up_score, answers, way, version, trouble)
        SELECT settled.id, :conversation, :now, told ->> 'decision', told ->> 'intent',
            told ->> 'item', CAST(told ->> 'score' AS double precision), told ->> 'runner_up',
            CAST(told ->> 'runner_up_score' AS double precision), told -> 'answers',
            told ->> 'way', told ->> 'version', told ->> 'trouble'
        FROM settled, (SELECT CAST(:understood AS jsonb) AS told) AS given
        WHERE told IS NOT NULL
    )
"""


def read(told: object) -> Understood | None:
    """What an engine says; None where it is not of this shape: an answer counts without it."""
    if not isinstance(told, dict) or not isinstance(told.get("decision"), str):
        return None
    answers = _answers(told.get("answers"))
    if answers is None:
        return None
    return Understood(
        decision=told["decision"],
        intent=_text(told, "intent") or "",
        answers=answers,
        way=_text(told, "way"),
        version=_text(told, "version") or "",
        action=_text(told, "action"),
    )


def _answers(told: object) -> tuple[tuple[str, float], ...] | None:
    if not isinstance(told, list):
        return None
    found: list[tuple[str, float]] = []
    for one in told[:5]:
        match one:
            case {"id": str(item), "score": int() | float() as score}:
                found.append((item[:40], float(score)))
            case _:
                return None
    return tuple(found)


def _text(told: Mapping[str, Any], name: str) -> str | None:
    value = told.get(name)
    return value[:80] if isinstance(value, str) and value.isprintable() else None

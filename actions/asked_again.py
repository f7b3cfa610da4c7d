"""An item that was answered before and is asked on: the line that fits, all steps, or no more.

Nobody is helped by the same words again: "要不要先上户口" after how a newborn is insured is
answered by one of the steps, and only who says nothing that fits one gets them all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from actions.knowledge.answers import Item
from actions.talk.turn import Turn

_NUMBER = re.compile(r"^\s*\d+[.、]\s*")


@dataclass(frozen=True)
class Again:
    """What is said now, in which response, and what is left to unfold."""

    response: str
    said: str = ""
    rest: str | None = None
    one: bool = False  # whether it is the step that fits, and not all


# Nothing more is known.
NO_MORE = Again("utter_no_more")


def asked_again(item: Item, turn: Turn) -> Again | None:
    """What to say of an item that was answered before; nothing where its answer is due."""
    told = [card for card in turn.cards_before if card.get("item") == item.id]
    if not turn.leans or not told or not item.detail:
        return None
    said = {card.get("summary") for card in told}
    rest = _without(turn.line, item) if turn.line and turn.line not in said else None
    if rest is not None:
        return Again("utter_answer_point", turn.line, rest or None, one=True)
    if item.detail in {card.get("summary") for card in turn.last_cards}:
        return NO_MORE
    return Again("utter_answer_more", item.detail)


def _without(line: str, item: Item) -> str | None:
    """The steps beside this line; nothing where it stands in the item no more."""
    lines = [_NUMBER.sub("", step).strip() for step in (item.detail or "").splitlines()]
    if line in lines:
        rest = [step for step in lines if step and step != line]
        return "\n".join(f"{number}. {step}" for number, step in enumerate(rest, 1))
    return item.detail if line in item.summary else None

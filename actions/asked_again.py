"""An item that was answered before and is asked on: what fits alone, all steps, or no more.

Nobody is helped by the same words again: "要不要先上户口" after how a newborn is insured is
answered by one of the steps or points, and only who says nothing that fits one gets all steps.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from actions.knowledge.answers import Item, Region
from actions.knowledge.phrases import Phrases
from actions.talk.turn import Turn

_FIRST = re.compile(r"(?P<sentence>[^。]*)。")
_MARK = re.compile(r"[，。、：；“”！？\s]")
_NUMBER = re.compile(r"^\s*\d+[.、]\s*")


@dataclass(frozen=True)
class Again:
    """What is said now, in which response, and what is left to unfold."""

    response: str
    said: str = ""
    rest: str | None = None
    one: bool = False  # whether it is what fits, and not all
    unsure: bool = False  # whether it is only said because nothing surely fits


# Nothing more is known, or just this is not.
NO_MORE = Again("utter_no_more")
UNSAID = Again("utter_point_unsaid")


def asked_again(
    item: Item,
    turn: Turn,
    phrases: Phrases,
    own: str | None = None,
    region: Region | None = None,
) -> Again | None:
    """What to say of an item that was answered before; nothing where its answer is due.

    `own` is what the rule comes to for the numbers that were told, and fits best. Asked of another
    `region` than it was answered for, it is due once more.
    """
    told = [card for card in turn.cards_before if _is_of(item, card)]
    if not turn.leans or not told or _of_another_place(item, told[-1], region):
        return None
    verdicts, said = phrases.verdicts, [str(card.get("summary")) for card in told]
    known = Counter(verdicts.bare(line) for one in said for line in one.splitlines())
    counted = own is not None and not known[own]
    fitting = [own] if own and counted else _fitting(item, turn, phrases)
    vague = turn.vague and not counted
    steps = None if item.detail in said else item.detail
    if fresh := [line for line in fitting if not known[verdicts.bare(line)]]:
        said_now, left = "\n".join(verdicts.spoken(fresh, turn.text)), _without(fresh, steps)
        return Again("utter_answer_point", said_now, left, one=True, unsure=vague)
    once = [line for line in fitting if known[verdicts.bare(line)] == 1]
    if once and not vague:
        said_again = verdicts.spoken(once[:1], turn.text)[0]
        return Again("utter_point_again", said_again, _without(once, steps), one=True)
    if turn.unsaid:
        return UNSAID
    if not item.detail or item.detail in {card.get("summary") for card in turn.last_cards}:
        return NO_MORE
    return Again("utter_answer_more", item.detail, unsure=turn.vague)


def to_the_point(item: Item, turn: Turn, phrases: Phrases, own: str | None = None) -> Again | None:
    """The short answer with what fits just this question, where that does not say it already.

    In the middle of a conversation what fits comes first: there it is the answer. What the
    rule comes to for the asker's `own` numbers always does.
    """
    if own:
        first = _FIRST.match(item.summary)
        feels = first[0] if first and first["sentence"] == phrases.condolence else ""
        said = f"{feels}{own}\n{item.summary.removeprefix(feels)}"
        return Again("utter_answer", said, item.detail, one=True)
    fits = _fitting(item, turn, phrases)
    fitting = [line for line in fits if not _told_by(item.summary, line)]
    if not fitting or turn.vague:
        return None
    verdicts = phrases.verdicts
    heard = verdicts.spoken(fitting, turn.text)
    told = (*heard, item.summary) if turn.leans else (item.summary, *map(verdicts.bare, heard))
    return Again("utter_answer", "\n".join(told), _without(fitting, item.detail), one=True)


def _told_by(summary: str, line: str) -> bool:
    """Whether half of what a line says, in pairs of characters, stands in the short answer."""
    pairs = {line[place : place + 2] for place in range(len(line) - 1)}
    said = [pair for pair in pairs if not _MARK.search(pair)]
    return line in summary or 2 * sum(pair in summary for pair in said) >= len(said)


def _is_of(item: Item, card: Mapping[str, Any]) -> bool:
    """Whether it shows this item's answer, or one's own result in its place."""
    counted = item.calculator is not None and card.get("kind") == item.calculator
    return card.get("item") == item.id or counted


def _of_another_place(item: Item, card: Mapping[str, Any], region: Region | None) -> bool:
    """Whether its figures were those of another place than is asked for now."""
    shown = card.get("region")
    return (
        item.local is not None
        and isinstance(shown, Mapping)
        and region is not None
        and (shown.get("code") != region.code)
    )


def _fitting(item: Item, turn: Turn, phrases: Phrases) -> list[str]:
    """What fits, as far as the item still says it: staff may have changed it since the training."""
    steps = _steps(item.detail)
    return [
        line
        for line in turn.lines
        if (line in item.points or line in steps or line in item.summary)
        and phrases.suits(line, turn.heard)
    ]


def _steps(detail: str | None) -> list[str]:
    return [_NUMBER.sub("", step).strip() for step in (detail or "").splitlines()]


def _without(lines: Sequence[str], detail: str | None) -> str | None:
    """The steps beside these lines; nothing where there are none."""
    steps = _steps(detail)
    if not {*lines} & {*steps}:
        return detail
    rest = [step for step in steps if step and step not in lines]
    return "\n".join(f"{number}. {step}" for number, step in enumerate(rest, 1)) or None

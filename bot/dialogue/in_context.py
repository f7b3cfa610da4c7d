"""A message understood in its conversation: what it leans on, names instead, or denies.

How a text is understood by itself, or weighed with the one before, is the caller's.
"""

from __future__ import annotations

import copy
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.shared.core.trackers import DialogueStateTracker

from bot.dialogue.correction import correction
from bot.dialogue.follow_up import (
    DENY,
    IN_CONTEXT,
    Last,
    believed,
    in_full,
    last_question,
    named_instead,
    taken_over,
    without_lead,
)
from bot.entities.kinds import workers
from bot.normalizer import normalize
from bot.ranking.ranker import BEFORE

# What a message beside a record must be by itself to lean on it, and what it must not name.
_UNCLEAR = ("reject", "clarify")
_OF_RECORDS = frozenset({"period", "insurance", "region"})

Parsed = dict[str, Any]
Understand = Callable[[UserMessage], Awaitable[Parsed]]


async def understood(
    message: UserMessage, tracker: DialogueStateTracker | None, understand: Understand
) -> Parsed:
    """What the message says.

    Who corrects us is understood as having said what is meant, and nothing else.
    """
    last = last_question(message.text or "", tracker)
    if last is None:
        return await understand(message)
    spelled = normalize(message.text or "").text
    last = replace(last, unasked=_unasked(spelled, tracker))
    corrected = correction(spelled)
    whole = corrected.whole(last.text) if corrected else ""
    if not whole:
        return _refused(await _after(message, last, understand), last)
    meant = await _after(_saying(message, whole), replace(last, denied=True), understand)
    return {"in_full": whole, **meant, "text": message.text}


async def _after(message: UserMessage, last: Last, understand: Understand) -> Parsed:
    if last.own:
        return await _beside_record(message, last, understand)
    text = message.text or ""
    parsed = await understand(_leaning(message, last))
    if "decision" not in parsed:
        return parsed
    meant = named_instead(text, parsed, last)
    for whole in meant.meant if meant else ():
        again = await understand(_saying(message, whole))
        if meant and believed(again, meant):
            return taken_over(parsed, again, whole)
    bare = without_lead(text) if parsed["decision"] == "chat" else ""
    if bare:
        again = await understand(_leaning(_saying(message, bare), last))
        if again.get("way") == IN_CONTEXT:
            return taken_over(parsed, again, in_full(bare, again, last))
    if parsed.get("way") == IN_CONTEXT:
        parsed["in_full"] = in_full(text, parsed, last)
    return parsed


async def _beside_record(message: UserMessage, last: Last, understand: Understand) -> Parsed:
    """After one's own record: "那医保呢" asks for more of it, "断的能补吗" for what holds there."""
    alone = await understand(message)
    named = {one["entity"] for one in alone.get("entities") or ()}
    if alone.get("decision") not in _UNCLEAR or named & _OF_RECORDS:
        return alone
    parsed = await understand(_leaning(message, last))
    return {**parsed, "in_full": message.text} if parsed.get("way") == IN_CONTEXT else alone


def _refused(parsed: Parsed, last: Last) -> Parsed:
    """Who says no to what was answered is offered what was likely, too; `refused` was not meant."""
    if (parsed.get("intent") or {}).get("name") != DENY:
        return parsed
    others = [{"id": item, "score": 0.0} for item in last.others]
    return {**parsed, "answers": others, "refused": last.item if last.answered else ""}


def _unasked(spelled: str, tracker: DialogueStateTracker | None) -> bool:
    """Whether a kind of worker is told ("我是男的") though we have asked for nothing."""
    asked = tracker is not None and tracker.get_slot("pending")
    return not asked and any(workers(spelled, of_retirement=False))


def _saying(message: UserMessage, text: str) -> UserMessage:
    said = copy.copy(message)
    said.text = text
    return said


def _leaning(message: UserMessage, last: Last) -> UserMessage:
    """The message, with the question before in what only the understanding reads."""
    leaning = copy.copy(message)
    leaning.metadata = {**(message.metadata or {}), BEFORE: last.told()}
    return leaning

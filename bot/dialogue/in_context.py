"""A message understood in its conversation: what it leans on, names instead, or denies.

How a text is understood by itself, or weighed with the one before, is the caller's.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.shared.core.trackers import DialogueStateTracker

from bot.context.sight import CHECK_RECORD
from bot.context.telling import only_named, only_thanks, only_told, tells_lot, tells_years
from bot.context.weights import IN_CONTEXT, TOLD
from bot.dialogue.consent import AGREE, consented
from bot.dialogue.correction import correction
from bot.dialogue.counts import counted
from bot.dialogue.follow_up import (
    CHAT,
    DENY,
    HUMAN,
    LOOKUP,
    MOST_CHARACTERS,
    OWN_WAY,
    Last,
    answered_again,
    believed,
    in_full,
    last_question,
    named_instead,
    same_again,
    story_before,
    taken_over,
    told_before,
    too_hard,
    without_lead,
)
from bot.dialogue.of_the_answer import asked_of_the_answer
from bot.dialogue.told_to_us import (
    UNCLEAR,
    Parsed,
    chat,
    chosen,
    last_cards,
    no_words,
    only_oneself,
    with_place,
    with_post,
    with_time,
)
from bot.entities.kinds import workers
from bot.entities.reading import MOST_CHARACTERS as MOST_CHARACTERS_READ
from bot.normalizer import normalize
from bot.ranking.decision import OUT_OF_SCOPE
from bot.ranking.ranker import BEFORE

# What a message beside a record must not name to lean on it.
_OF_RECORDS = frozenset({"period", "insurance", "region"})

# The way of what one of our own wordings says word for word.
BY_HEART = "heart"
CONTRIBUTIONS = "look_up_contributions"
# What is said around a time or an insurance when the record of that is asked for.
_CLAUSE = re.compile(r"[^,，。.?？!！\s]+")
_THAT_ALONE = re.compile(
    "[那么还有再就我俺的自己单位个人也都是没交断扣发过了到年限月数记录情况部分查看一下吗嘛啊呀呢哈]*"
)
# What leads to something where a story and the question after it are understood together.
_LEADS = ("answer", "clarify")
# And who says that it is hard to understand, and then asks something.
_ASKS_MORE = ("answer", "lookup", "clarify")
# Cards that show nothing of a record.
_NO_RECORD = frozenset({"sign_in", "choices", "answer"})
# Who says that something else follows is understood by himself, where that leads anywhere.
_SHIFT = re.compile(
    r".{0,8}?(?:对了|换个(?:事|问题|话题)|另外再?问|再问你?[一个]|还有[个一件]{1,2}(?:事|问题)|还想问)"
)
# Whoever does not want to sign in has not asked for his record: "不想登录 我就问问算不算".
_NO_SIGN_IN = re.compile(r"(?:不[想要用愿敢]|不愿意|懒得)(?:去|再|要)?(?:登[录陆入]|实名|刷脸)")
Understand = Callable[[UserMessage], Awaitable[Parsed]]


async def understood(
    message: UserMessage, tracker: DialogueStateTracker | None, understand: Understand
) -> Parsed:
    """What the message says, what it counts, and whether it only tells something."""
    spelled = normalize(message.text or "").text
    parsed = await _meant(message, spelled, tracker, understand)
    if told := counted(spelled[:MOST_CHARACTERS_READ], parsed.get("entities") or ()):
        parsed = {**parsed, "counts": told}
    if len(spelled) > MOST_CHARACTERS or parsed.get("decision") == HUMAN:
        return parsed
    parsed = with_post(with_time(parsed, spelled, tracker), spelled, tracker)
    unclear = parsed.get("decision") in UNCLEAR or parsed.get("way") == IN_CONTEXT
    if unclear and only_thanks(spelled):
        return chat(parsed, "thank")
    if parsed.get("way") != BY_HEART and only_named(spelled):
        return chat(parsed, TOLD)
    if not only_told(spelled):
        return parsed
    if parsed.get("decision") == LOOKUP and (tells_years(spelled) or tells_lot(spelled)):
        parsed = _left(parsed)
    return {**parsed, "told": True} if parsed.get("decision") in UNCLEAR else parsed


async def _meant(
    message: UserMessage,
    spelled: str,
    tracker: DialogueStateTracker | None,
    understand: Understand,
) -> Parsed:
    """Who corrects us is understood as having said what is meant, and nothing else."""
    if _asked_to_agree(tracker) and not spelled.startswith("/"):
        return _agreed(await understand(message), spelled)
    if payload := chosen(spelled, tracker):
        return await understand(_saying(message, payload))
    last = last_question(message.text or "", tracker)
    if last is None:
        story = told_before(message.text or "", tracker)
        told = await _of_told(message, story, understand)
        return _misheard(with_place(told, tracker), spelled, None)
    shown = last.own and bool(_kinds_shown(tracker) - _NO_RECORD)
    asks_back, story = _unasked(spelled, tracker), story_before(tracker)
    last = replace(last, unasked=asks_back, shown=shown, story=story)
    corrected = correction(spelled)
    whole = corrected.whole(last.text) if corrected else ""
    if not whole:
        after = await _after(message, last, understand)
        if last.own and _NO_SIGN_IN.search(spelled):
            after = chat(after, DENY)
        refused = _refused(after, last)
        heard = _misheard(with_place(refused, tracker), spelled, last)
        return _of_the_answer(heard, spelled, last)
    meant = await _after(_saying(message, whole), replace(last, denied=True), understand)
    return {"in_full": whole, **meant, "text": message.text}


async def _of_told(message: UserMessage, story: str, understand: Understand) -> Parsed:
    """Who only told something is not clear by what he asks next: both are one question."""
    alone = await understand(message)
    if not story or alone.get("decision") not in UNCLEAR:
        return alone
    whole = f"{story}，{message.text}"
    again = await understand(_saying(message, whole))
    return taken_over(alone, again, whole) if again.get("decision") in _LEADS else alone


async def _after(message: UserMessage, last: Last, understand: Understand) -> Parsed:
    if last.own:
        return await _beside_record(message, last, understand)
    text = message.text or ""
    if _SHIFT.match(text):
        alone = await understand(message)
        if alone.get("decision") != "reject":
            return alone
    parsed = await understand(_leaning(message, last))
    if "decision" not in parsed:
        return parsed
    if another := await _of_another(message, parsed, last, understand):
        return another
    bare = without_lead(text) if parsed["decision"] == "chat" else ""
    if bare:
        again = await understand(_leaning(_saying(message, bare), last))
        asks = too_hard(text) and again.get("decision") in _ASKS_MORE
        if again.get("way") == IN_CONTEXT or asks:
            return taken_over(parsed, again, in_full(bare, again, last))
    if parsed.get("way") == IN_CONTEXT or same_again(parsed, last):
        parsed["in_full"] = in_full(text, parsed, last)
    return parsed


async def _of_another(
    message: UserMessage, parsed: Parsed, last: Last, understand: Understand
) -> Parsed | None:
    """The last question about what is named instead; nothing where that leads nowhere."""
    meant = named_instead(message.text or "", parsed, last)
    for whole in meant.meant if meant else ():
        again = await understand(_saying(message, whole))
        if meant and believed(again, meant):
            return taken_over(parsed, again, whole)
    unclear = parsed["decision"] in UNCLEAR
    return answered_again(parsed, meant) if meant and meant.told and unclear else None


async def _beside_record(message: UserMessage, last: Last, understand: Understand) -> Parsed:
    """After one's own record: "那医保呢" asks for more of it, "断的能补吗" for what holds there."""
    parsed = await understand(_leaning(message, last))
    if parsed.get("way") == IN_CONTEXT and parsed["decision"] == LOOKUP:
        return parsed
    alone = await understand(message)
    if more := _more_of_it(alone, last):
        return {**alone, "intent": more, "decision": LOOKUP, "answers": [], "way": "rule"}
    named = {one["entity"] for one in alone.get("entities") or ()}
    if alone.get("decision") not in UNCLEAR or named & _OF_RECORDS:
        return alone
    return {**parsed, "in_full": message.text} if parsed.get("way") == IN_CONTEXT else alone


def _more_of_it(alone: Parsed, last: Last) -> dict[str, Any] | None:
    """The look-up that "医保的呢" or "去年的呢" asks for once more; nothing where more is said."""
    text, first = alone.get("text") or "", _CLAUSE.match(alone.get("text") or "")
    end = first.end() if first else 0
    spans = [
        (one["start"], one["end"])
        for one in alone.get("entities") or ()
        if one["entity"] in _OF_RECORDS and one["end"] <= end
    ]
    if not spans or alone.get("decision") in OWN_WAY:
        return None
    left = "".join(letter for at, letter in enumerate(text[:end]) if not _within(at, spans))
    if not _THAT_ALONE.fullmatch(left):
        return None
    name = CONTRIBUTIONS if last.item == CHECK_RECORD else last.item
    return {"name": name, "confidence": 1.0}


def _within(at: int, spans: list[tuple[int, int]]) -> bool:
    return any(start <= at < end for start, end in spans)


def _refused(parsed: Parsed, last: Last) -> Parsed:
    """Who says no to what was answered is offered what was likely, too; `refused` was not meant."""
    if (parsed.get("intent") or {}).get("name") != DENY:
        return parsed
    others = [{"id": item, "score": 0.0} for item in last.others]
    return {
        **parsed,
        "answers": others,
        "refused": last.item if last.answered and not last.own else "",
    }


def _of_the_answer(parsed: Parsed, spelled: str, last: Last) -> Parsed:
    """Who asks "那打哪个电话" or "你确定吗" after an answer asks it of that answer."""
    # A record was shown: the matter that was answered before it is not the one meant.
    asked = None if last.own or not last.answered else asked_of_the_answer(spelled)
    return chat(parsed, asked) if asked else parsed


def _misheard(parsed: Parsed, spelled: str, last: Last | None) -> Parsed:
    """A figure, a command or "那我呢" is no farewell and no wish for a person."""
    if parsed.get("decision") not in (CHAT, HUMAN) or parsed.get("way") == "rule":
        return parsed
    if last is not None and only_oneself(spelled):
        items = [last.item, *last.others] if not last.own else [*last.others]
        answers = [{"id": item, "score": 0.0} for item in items]
        unclear = {"name": "unclear", "confidence": 1.0}
        return {**parsed, "intent": unclear, "decision": "clarify", "answers": answers}
    if no_words(spelled) or only_oneself(spelled):
        return _left(parsed)
    return parsed


def _left(parsed: Parsed) -> Parsed:
    """The message as nothing of ours."""
    left = {"name": OUT_OF_SCOPE, "confidence": 1.0}
    return {**parsed, "intent": left, "decision": "reject", "answers": [], "way": "rule"}


def _kinds_shown(tracker: DialogueStateTracker | None) -> set[str]:
    return {str(card.get("type")) for card in last_cards(tracker)}


def _asked_to_agree(tracker: DialogueStateTracker | None) -> bool:
    """Whether we have just asked whether registries may be looked into."""
    offered = [one for card in last_cards(tracker) for one in card.get("choices") or ()]
    return any(str(one.get("payload")).startswith(f"/{AGREE}") for one in offered)


def _agreed(parsed: Parsed, spelled: str) -> Parsed:
    """A yes to our question is a consent, and a no is none; what asks something else stays that."""
    told = consented(spelled, (parsed.get("intent") or {}).get("name", ""))
    if not told:
        return parsed
    return chat(parsed, told)


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

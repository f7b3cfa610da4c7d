"""The question before, for one that leans on it: "养老断了怎么办", then "那医保呢".

Who names something else is understood as having asked the whole question about that; where this
leads nowhere, and for everything else that may lean, the understanding weighs the question before
by itself (`bot/context`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.context.talks import carried, story_of
from bot.context.weights import IN_CONTEXT
from bot.entities.kinds import insurances
from bot.ranking.decision import FAQ
from bot.text.wording import led_in

# Longer texts speak for themselves.
MOST_CHARACTERS = 60
# What is left behind "嗯，" says something from here on.
_LEAST = 2
# "我看不懂，说简单点，明天先去哪儿": what comes first is no wish to hear all of it again.
_HARD = (
    r"[我俺]?(?:还是|真的?|实在|有点)?(?:[看听搞弄]不[太大]?(?:懂|明白)|没[太大]?[看听](?:懂|明白)"
    r"|不[太大]?(?:懂|明白)|太(?:长|复杂|绕|专业)了?|字太多了?)[啊呀呢了,，。\s]+"
)
_SIMPLY = (
    r"(?:[你您请就]|麻烦|能不能|可不可以)*[说讲]?得?(?:简单|通俗|明白)(?:一?[点些])?地?[说讲]?"
    r"[吧吗嘛啊,，。\s]+"
)
_TOO_HARD = re.compile(rf"^(?:{_HARD}(?:{_SIMPLY})?|{_SIMPLY})")
# What a question becomes part of: an answer, or choices for one.
_POLICY = ("answer", "clarify")
# What somebody else is answered with already: a place fills its slot, a record is looked up.
LOOKUP, HUMAN, CHAT = "lookup", "human", "chat"
OWN_WAY = (LOOKUP, HUMAN)
_ESTIMATE = "estimate_"
# "不对", "答非所问".
DENY = "deny"
# Choices that were shown and refused are not offered again, nor what is hardly likely.
MOST_CHOICES, LEAST_LIKELY = 3, 0.05
_NAMES = re.compile(
    r"^(?!.*(?:[怎咋啥哪谁几]|什么|多少|为何))(?P<named>[^,，。?？!！你您]{1,10}?)(?:的?话)?"
    r"呢[?？。!！~\s]*$"
)
# "那我老公呢 他月薪1万2" tells something of whoever is named, and asks for nothing else.
_TELLS = re.compile(r"^(?P<named>.*?呢)[\s,，。.?？]+(?P<told>(?=.*\d)[^\s?？]{2,16})$")
_ASKS = re.compile(r"[怎咋啥哪谁几吗么]|什么|多少|为何")
# Whose case it is: the answer may well be the same for them.
_PEOPLE = re.compile(
    r"(?:我们?家?|咱们?家?)?(?:自己|本人|老人家?|孩子|小孩|宝宝|娃娃?|父母|爸妈?|妈妈?|老伴|爱人|配偶|老婆|老公|家属|家里人|学生|女的|男的"
    r"|(?:退休|残疾|外地|农村|城里|失业|在职)的?(?:人员?|职工)?|农民工?|职工|个体户|外卖(?:员|小哥)?|骑手|快递(?:员|小哥)?|司机|保安|保姆)"
)
_ONESELF = ("我", "俺")  # and not "我的", which is one's own record
# Where a clause ends.
_ENDS = " ，,。.！!？?；;、"
_CLAUSE_ENDS = re.compile(rf"[{_ENDS}]+")
# What is paid for beside the insurances takes an insurance's place, too.
_BESIDE_INSURANCE = re.compile(r"(?:住房)?公积金|(?:企业|职业)年金|个人养老金")
_ANY_INSURANCE = re.compile(r"社会保险|社保|五险")
_CHOSEN = re.compile(r'^/choose\{.*"item":\s*"(?P<item>Q\d+)"')
# What belongs to a decision; what was said, and who and what was named in it, stays.
_DECIDED = (
    "intent",
    "intent_ranking",
    "answers",
    "decision",
    "way",
    "index",
    "parts",
    "beside",
    "lines",
    "unsaid",
    "vague",
)


@dataclass(frozen=True)
class Last:
    """The last question about policy, in full, and the item that it led to."""

    text: str  # nothing where a choice was tapped
    item: str  # or the name of a look-up or an estimate, which stands for one
    insurances: tuple[str, ...] = ()  # as they are named in it
    answered: bool = True  # or asked back for
    others: tuple[str, ...] = ()  # the items that were likely, too, and not shown yet
    denied: bool = False  # whether that was not what was asked
    own: bool = False  # whether the own record was looked up
    unasked: bool = False  # whether what sounds like an answer to us goes on
    shown: bool = False  # whether the record was shown
    story: str = ""  # what was told before that, where more was
    said: str = ""  # the question as it was said, where `text` carries more

    def told(self) -> tuple[str, str, bool, bool, bool, bool, str]:
        """What the understanding reads of it."""
        return self.text, self.item, self.denied, self.unasked, self.own, self.shown, self.story


@dataclass(frozen=True)
class Instead:
    """The last question about what was named instead, the likeliest first."""

    meant: tuple[str, ...]
    last: Last
    other: bool  # something else, and so another answer
    told: bool = False  # somebody, of whom a number is told: it is the same question


def last_question(text: str, tracker: DialogueStateTracker | None) -> Last | None:
    """What `text` may lean on; nothing where it is long, or a choice of ours."""
    if tracker is None or len(text) > MOST_CHARACTERS or text.startswith("/"):
        return None
    denied = False
    for event in reversed(tracker.events):
        if type(event) is not UserUttered:
            continue
        parsed = event.parse_data or {}
        # Whose number was typed stands in what was understood.
        if chosen := _CHOSEN.match(event.text or "") or _CHOSEN.match(parsed.get("text") or ""):
            return Last("", chosen["item"], denied=denied)
        if parsed.get("decision") == HUMAN:
            return None
        name = (parsed.get("intent") or {}).get("name") or ""
        if parsed.get("decision") == LOOKUP or name.startswith(_ESTIMATE):
            own = not name.startswith(_ESTIMATE)
            # How likely an item is says little where a look-up was likelier.
            likely = tuple(one["id"] for one in (parsed.get("answers") or [])[:MOST_CHOICES])
            return Last(event.text or "", name, others=likely, denied=denied, own=own)
        if parsed.get("decision") in _POLICY and parsed.get("answers") and event.text:
            return replace(_asked(event.text, parsed), denied=denied)
        denied = denied or name == DENY
    return None


def _asked(text: str, parsed: Mapping[str, Any]) -> Last:
    answers, answered = parsed["answers"], parsed["decision"] == "answer"
    shown = 1 if answered else MOST_CHOICES
    likely = (one["id"] for one in answers[shown:] if one["score"] >= LEAST_LIKELY)
    named = _insurances(text, parsed)
    in_full = parsed.get("in_full") or text
    return Last(in_full, answers[0]["id"], named, answered, tuple(likely), said=text)


def too_hard(text: str) -> bool:
    """Whether it says first that what was answered is hard to understand."""
    return _TOO_HARD.match(text) is not None


def without_lead(text: str) -> str:
    """What is left without "嗯，", "好的，那" or "看不懂，说简单点，"; nothing where none leads."""
    bare = led_in(_TOO_HARD.sub("", text))
    return bare if len(text) > len(bare) >= _LEAST else ""


def named_instead(text: str, parsed: Mapping[str, Any], last: Last) -> Instead | None:
    """What `text`, understood by itself as `parsed`, names in the place of what was asked."""
    if parsed["intent"]["name"] == "inform":
        return None  # it is what we asked for
    asked, told = _told_of(led_in(text))
    names = _NAMES.match(asked)
    whole = names["named"] if names else ""
    named = whole.removesuffix("的")
    people = bool(whole in _ONESELF or _PEOPLE.fullmatch(whole) or _PEOPLE.fullmatch(named))
    thing = _insured(parsed) or bool(_BESIDE_INSURANCE.fullmatch(named))
    if not named or not last.text or not (people or (thing and _may_lean(parsed))):
        return None
    if told and not people:
        return None
    return Instead(
        _put_in(named + told, thing, last),
        last,
        other=not people,
        told=bool(told and last.answered),
    )


def _told_of(text: str) -> tuple[str, str]:
    """Who is named ("我老公呢") and what is told of him; the text where nothing is."""
    tells = _TELLS.match(text)
    if tells is None or _ASKS.search(tells["told"]):
        return text, ""
    return tells["named"], f" {tells['told']}，"


def takes_the_place(named: str) -> bool:
    """Whether `named` is somebody, or something that is paid for, whose case may be asked next."""
    bare = named.removesuffix("的")
    people = _PEOPLE.fullmatch(named) or _PEOPLE.fullmatch(bare)
    return bool(people or _BESIDE_INSURANCE.fullmatch(bare) or any(insurances(bare)))


def believed(again: Mapping[str, Any], meant: Instead) -> bool:
    """Whether the question in full leads to something.

    Whoever names something else wants another answer: where the same item is answered again,
    what was named had no part in it.
    """
    answers = again.get("answers") or []
    if again.get("decision") != "answer" or not answers:
        return False
    return not (meant.other and meant.last.answered) or answers[0]["id"] != meant.last.item


def answered_again(parsed: dict[str, Any], meant: Instead) -> dict[str, Any]:
    """What asks the last question once more, of somebody else, however it sounds by itself."""
    answers = [{"id": meant.last.item, "score": 1.0}]
    again = {"intent": {"name": FAQ, "confidence": 1.0}, "decision": "answer", "answers": answers}
    return taken_over(parsed, {**again, "way": IN_CONTEXT}, meant.meant[0])


def same_again(parsed: Mapping[str, Any], last: Last) -> bool:
    """Whether the same item answers once more what is clear by itself."""
    answers = parsed.get("answers") or []
    same = bool(answers) and answers[0]["id"] == last.item
    return same and last.answered and parsed["decision"] == "answer"


def taken_over(parsed: dict[str, Any], again: Mapping[str, Any], text: str) -> dict[str, Any]:
    """What was said, with the decision on the question in full."""
    kept = {name: value for name, value in parsed.items() if name not in _DECIDED}
    decided = {name: again[name] for name in _DECIDED if name in again}
    return {**kept, **decided, "in_full": text}


def in_full(text: str, parsed: Mapping[str, Any], last: Last) -> str:
    """What the next question may lean on, when this one was understood with `last`."""
    answers = parsed.get("answers") or []
    same = bool(answers) and answers[0]["id"] == last.item
    return carried(text, last.text, same=same)


def told_before(text: str, tracker: DialogueStateTracker | None) -> str:
    """What was told, and asked for nothing, right before `text`, which is no choice of ours."""
    if tracker is None or len(text) > MOST_CHARACTERS or text.startswith("/"):
        return ""
    said = (event for event in reversed(tracker.events) if type(event) is UserUttered)
    before = next(said, None)
    only_told = before is not None and bool((before.parse_data or {}).get("told"))
    return (before.text or "") if before is not None and only_told else ""


def story_before(tracker: DialogueStateTracker | None) -> str:
    """The message that tells most of what was said so far."""
    said = (event for event in (tracker.events if tracker else ()) if type(event) is UserUttered)
    return story_of(
        [
            event.text
            for event in said
            if event.text
            and not event.text.startswith("/")
            and (event.parse_data or {}).get("decision") != CHAT
        ]
    )


def _may_lean(parsed: Mapping[str, Any]) -> bool:
    placed = any(entity["entity"] == "region" for entity in parsed.get("entities") or ())
    return parsed["decision"] not in OWN_WAY and not placed


def _insured(parsed: Mapping[str, Any]) -> bool:
    return any(one["entity"] == "insurance" for one in parsed.get("entities") or ())


def _insurances(text: str, parsed: Mapping[str, Any]) -> tuple[str, ...]:
    named = (one for one in parsed.get("entities") or () if one["entity"] == "insurance")
    return tuple(text[one["start"] : one["end"]] for one in named if "start" in one)


def _put_in(named: str, thing: bool, last: Last) -> tuple[str, ...]:
    """An insurance takes the place of the other; everything else is said beside it.

    The one that was named last is meant, and not one of an earlier question. Of whom a story told
    ("我59 男的 明年能退吗") somebody else is not what was told, but what was asked.
    """
    beside = (f"{named}{last.text}", f"{last.text}，{named}")
    if not thing:
        told = _CLAUSE_ENDS.split(last.said.rstrip(_ENDS))
        return (*((f"{named}{told[-1]}",) if len(told) > 1 else ()), *beside)
    replaced = (_in_place(named, text, last) for text in (last.said, last.text))
    return (*dict.fromkeys(filter(None, replaced)), *beside)


def _in_place(named: str, text: str, last: Last) -> str:
    """`text` about the insurance that is `named`; nothing where it is about none."""
    there = [name for name in last.insurances if name in text]
    if there:
        return text.replace(there[0], named)
    return _ANY_INSURANCE.sub(named, text) if _ANY_INSURANCE.search(text) else ""

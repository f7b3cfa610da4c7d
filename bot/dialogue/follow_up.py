"""A short sentence that leans on the last question, in full: "养老断了怎么办", then "那医保呢".

Three kinds lean: one names something else ("那医保呢"), one asks something more ("要什么材料"),
one tells more ("我是自己辞职的"). The last question with that put in is understood like any
other; where it leads nowhere, the short one stands as it was said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

# Longer texts speak for themselves.
MOST_CHARACTERS = 20
# What tells more about the last question is short.
_TELLS = re.compile(r"^(?!.*[你您]).{3,12}(?<!呢)$")
# "陪产假能休几天" asks by itself: called not covered, it is so after another question, too.
_ASKS_ITSELF = re.compile(r"[几哪吗]|多少|什么")
# What a question becomes part of: an answer, or choices for one.
_POLICY = ("answer", "clarify")
# "嗯，要多久" alone sounds like a yes.
_NOWHERE = ("clarify", "reject", "chat")
_UNCLEAR = ("clarify", "reject")
# What somebody else is answered with already: a place fills its slot, a record is looked up.
_OWN_WAY = ("lookup", "human")
_LEAD = re.compile(
    r"^(?:好[的吧]?|嗯+|[哦噢行]|谢谢[您你]?|(?:知道|明白|懂)了|那么?|还有?|另外|再问一?下?|请问"
    r"|[,，。!！\s])+"
)
_NAMES = re.compile(
    r"^(?!.*(?:[怎咋啥哪谁几]|什么|多少|为何))(?P<named>[^,，。?？!！你您]{1,10}?)(?:的?话)?"
    r"呢[?？。!！~\s]*$"
)
_ASKS = re.compile(
    r"^(?:都|一般|大概|具体)?(?:"
    r"(?:需?要|得)?(?:带|准备|提供|交)?(?:什么|哪些|啥)(?:材料|手续|证件?|资料|条件|东西|流程)"
    r"|(?:需?要|得)?(?:多久|多长时间|几天|多少天|几个月)(?:能?(?:办好|办完|到账|下来|生效|用上?))?"
    r"|(?:需?要|得|应?该)?(?:[去到在上])?(?:哪里?|哪儿|什么地方)(?:能|可以)?(?:办理?|申请|弄)?"
    r"|(?:需?要|得|应?该)?[去到找](?:谁|哪个?(?:部门|单位|窗口))(?:办理?|申请|弄)?"
    r"|(?:在?网上|在?手机上?|线上)(?:能|可以)?(?:办理?|申请|弄)?"
    r"|怎么(?:办理?|弄|申请|操作|投诉|举报|查|[交领报补转])"
    r"|(?:一个?月|每个?月|一年|每年|一次)?(?:需?要|得|能)?(?:花|交|领|拿|给)?多少钱?|[要收][钱费]"
    r"|(?:需?要|得)?到?(?:多大(?:年纪|岁数|年龄)?|几岁)(?:能|可以|才能?)?(?:[领拿退办]|申请)?"
    r"|最?[早晚]?(?:什么|啥)时候(?:能|可以|才能?)?(?:[领拿退办发]|到账|下来|申请)?"
    r"|(?:家[里属]?人?|别人|孩子)(?:能|可以)?代办"
    r")[吗呢么啊呀]*[?？。!！\s]*$"
)
# Whose case it is: the answer may well be the same for them.
_PEOPLE = re.compile(
    r"(?:我们?家?|咱们?家?)?(?:老人家?|孩子|小孩|宝宝|娃娃?|父母|爸妈?|妈妈?|老伴|爱人|配偶|老婆|老公|家属|家里人|学生|女的|男的"
    r"|(?:退休|残疾|外地|农村|城里|失业|在职)的?(?:人员?|职工)?|农民工?|职工|个体户)"
)
_OF_MINE = re.compile(r"(?:我|俺|咱)们?(?:自己)?的?|自己的?")
_ENDS = "?？。!！~ "
_TRAILING = "呢啊呀" + _ENDS
_ANY_INSURANCE = re.compile(r"社会保险|社保|五险")
# What belongs to a decision; what was said, and who and what was named in it, stays.
_DECIDED = ("intent", "intent_ranking", "answers", "decision", "way", "index", "parts", "beside")


@dataclass(frozen=True)
class Before:
    """The last question about policy, in full, and the item that it led to."""

    text: str
    item: str
    insurances: tuple[str, ...]  # as they are named in it
    answered: bool = True  # or asked back for


@dataclass(frozen=True)
class FollowUp:
    """What the short question may mean, the likeliest first."""

    meant: tuple[str, ...]
    before: Before
    other: bool  # asks the same about something else, and so for another answer
    asks: bool = False  # for more about the same, which the next one may do again

    def carried(self, text: str) -> str:
        """What the next question may lean on when this one meant `text`."""
        return self.before.text if self.asks else text


def follow_up(
    text: str, parsed: Mapping[str, Any], tracker: DialogueStateTracker | None
) -> FollowUp | None:
    """What `text`, understood by itself as `parsed`, may mean after what was asked before."""
    if len(text) > MOST_CHARACTERS or tracker is None or "decision" not in parsed:
        return None
    if parsed["intent"]["name"] == "inform" and tracker.get_slot("pending"):
        return None  # it is what we asked for
    bare = _LEAD.sub("", text)
    asks, names = _ASKS.match(bare), _NAMES.match(bare)
    before = _before(tracker) if asks or names or _tells(bare, parsed) else None
    if before is None:
        return None
    if not asks and not names:
        if before.answered and _insured(parsed):
            return None  # a subject of its own
        return FollowUp((f"{before.text}，{bare}",), before, other=True)
    if asks:
        bare = bare.rstrip(_TRAILING)
        meant = (f"{before.text}，{bare}", f"{bare}{before.text}")
        return FollowUp(meant if parsed["decision"] in _NOWHERE else (), before, False, asks=True)
    named = names["named"].removesuffix("的") if names else ""
    if _OF_MINE.fullmatch(named):
        return None  # that is the own record
    people = bool(_PEOPLE.fullmatch(named))
    if not people and not _may_lean(parsed):
        return None
    # "没签合同呢" sounds like ours and is no other thing: the answer may well be the same.
    case = parsed["decision"] == "clarify" and not _insured(parsed)
    return FollowUp(_put_in(named, parsed, before), before, other=not (people or case))


def new_in(again: Mapping[str, Any], before: Before) -> dict[str, Any]:
    """What is new in the question in full: of two matters not the one that is answered already."""
    parts = again.get("parts") or ()
    new = [part for part in parts if part["answers"][0]["id"] != before.item]
    if not before.answered or len(new) != 1:
        return dict(again)
    return {**again, "answers": new[0]["answers"], "parts": []}


def believed(again: Mapping[str, Any], meant: FollowUp) -> bool:
    """Whether the question in full leads to something.

    Whoever names something else wants another answer: where the same item is answered again,
    what was named had no part in it.
    """
    answers = again.get("answers") or []
    if again.get("decision") != "answer" or not answers:
        return False
    before = meant.before
    return not (meant.other and before.answered) or answers[0]["id"] != before.item


def taken_over(parsed: dict[str, Any], again: Mapping[str, Any], text: str) -> dict[str, Any]:
    """What was said, with the decision on the question in full."""
    kept = {name: value for name, value in parsed.items() if name not in _DECIDED}
    decided = {name: again[name] for name in _DECIDED if name in again}
    return {**kept, **decided, "in_full": text}


def _tells(bare: str, parsed: Mapping[str, Any]) -> bool:
    """Whether it may be part of the last question, as by itself it is unclear."""
    if parsed["decision"] == "reject" and _ASKS_ITSELF.search(bare):
        return False
    return bool(_TELLS.match(bare.rstrip(_ENDS))) and parsed["decision"] in _UNCLEAR


def _may_lean(parsed: Mapping[str, Any]) -> bool:
    placed = any(entity["entity"] == "region" for entity in parsed.get("entities") or ())
    return parsed["decision"] not in _OWN_WAY and not placed


def _insured(parsed: Mapping[str, Any]) -> bool:
    return any(one["entity"] == "insurance" for one in parsed.get("entities") or ())


def _before(tracker: DialogueStateTracker) -> Before | None:
    for event in reversed(tracker.events):
        if type(event) is not UserUttered:
            continue
        parsed = event.parse_data or {}
        answers = parsed.get("answers") or ()
        if parsed.get("decision") in _OWN_WAY:
            return None  # "那医保呢" after one's own record asks for the record
        if parsed.get("decision") in _POLICY and answers and event.text:
            text = parsed.get("in_full") or event.text
            named = _insurances(event.text, parsed)
            return Before(text, answers[0]["id"], named, parsed["decision"] == "answer")
    return None


def _insurances(text: str, parsed: Mapping[str, Any]) -> tuple[str, ...]:
    named = (one for one in parsed.get("entities") or () if one["entity"] == "insurance")
    return tuple(text[one["start"] : one["end"]] for one in named if "start" in one)


def _put_in(named: str, parsed: Mapping[str, Any], before: Before) -> tuple[str, ...]:
    """An insurance takes the place of the other; everything else is said beside it."""
    beside = (f"{named}{before.text}", f"{before.text}，{named}")
    if not _insured(parsed):
        return beside
    there = [name for name in before.insurances if name in before.text]
    if there:
        return (before.text.replace(there[0], named), *beside)
    if _ANY_INSURANCE.search(before.text):
        return (_ANY_INSURANCE.sub(named, before.text), *beside)
    return beside

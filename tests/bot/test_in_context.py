"""A message in its conversation: corrections, consents, places, what is asked again."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from rasa.core.channels.channel import UserMessage
from rasa.shared.core.events import ActionExecuted, BotUttered, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.dialogue.in_context import Understand, understood
from bot.ranking.ranker import BEFORE

ASKED = {"decision": "answer", "answers": [{"id": "Q126", "score": 0.9}], "intent": {"name": "faq"}}


def _tracker(
    text: str, parsed: dict[str, Any], card: dict[str, Any] | None = None, pending: str = ""
) -> DialogueStateTracker:
    """After one turn, whose answer showed this card."""
    shown = [BotUttered("答", data={"custom": {"card": card}})] if card else []
    waits = [SlotSet("pending", pending)] if pending else []
    said = UserUttered(text, parsed["intent"], [], parsed)
    events = [
        ActionExecuted("action_listen"),
        said,
        *shown,
        *waits,
        ActionExecuted("action_listen"),
    ]
    return DialogueStateTracker.from_events("c1", events)


def _understood(
    message: UserMessage, tracker: DialogueStateTracker | None, understand: Understand
) -> dict[str, Any]:
    return asyncio.run(understood(message, tracker, understand))


class Understanding:
    """Gives what it was told to, and keeps what it was asked."""

    def __init__(self, **parsed: Any) -> None:
        self.parsed = {"decision": "reject", "answers": [], "intent": {"name": "x"}, **parsed}
        self.asked: list[tuple[str, Any]] = []

    async def __call__(self, message: UserMessage) -> dict[str, Any]:
        self.asked.append((message.text or "", (message.metadata or {}).get(BEFORE)))
        return {**self.parsed, "text": message.text}


def test_who_corrects_us_is_understood_as_saying_what_is_meant() -> None:
    understand = Understanding(decision="answer", answers=[{"id": "Q125", "score": 0.9}])
    message = UserMessage("不是这个，我问的是失业金领几个月")
    parsed = _understood(message, _tracker("失业金怎么领", ASKED), understand)
    assert understand.asked[0] == (
        "失业金领几个月",
        ("失业金怎么领", "Q126", True, False, False, False, "失业金怎么领"),
    )
    assert (parsed["text"], parsed["in_full"]) == (message.text, "失业金领几个月")


def test_a_plain_no_names_what_was_refused() -> None:
    understand = Understanding(decision="chat", intent={"name": "deny"})
    parsed = _understood(UserMessage("答非所问"), _tracker("失业金怎么领", ASKED), understand)
    assert (parsed["refused"], parsed["answers"]) == ("Q126", [])


def test_who_does_not_want_to_sign_in_is_offered_the_rules() -> None:
    answers = [{"id": "Q189", "score": 0.3}, {"id": "Q190", "score": 0.0}]
    looked_up = {"decision": "lookup", "answers": answers, "intent": {"name": "look_up_transfers"}}
    tracker = _tracker("以前在老家交的养老还算不算", looked_up)
    understand = Understanding(decision="lookup", intent={"name": "check_record"})
    parsed = _understood(UserMessage("不想登录 我就问问算不算"), tracker, understand)
    assert (parsed["intent"]["name"], parsed["refused"]) == ("deny", "")
    assert [one["id"] for one in parsed["answers"]] == ["Q189", "Q190"]
    parsed = _understood(UserMessage("登录了 算不算"), tracker, understand)
    assert parsed["decision"] == "lookup"


@pytest.mark.parametrize(
    ("text", "decision", "asked"),
    [
        ("看不懂，那失业金领几个月", "answer", ["看不懂，那失业金领几个月", "失业金领几个月"]),
        ("看不懂，唉哟妈呀", "reject", ["看不懂，唉哟妈呀", "唉哟妈呀"]),
        ("看不懂", "answer", ["看不懂"]),
        ("好的，失业金领几个月", "answer", ["好的，失业金领几个月", "失业金领几个月"]),
    ],
)
def test_who_finds_it_hard_and_asks_something_is_answered_that(
    text: str, decision: str, asked: list[str]
) -> None:
    class Simply(Understanding):
        async def __call__(self, message: UserMessage) -> dict[str, Any]:
            found = await super().__call__(message)
            simply = {"decision": "chat", "intent": {"name": "say_simply"}}
            return {**found, **simply} if message.text == text else found

    understand = Simply(decision=decision, answers=[{"id": "Q125", "score": 0.9}])
    parsed = _understood(UserMessage(text), _tracker("失业金怎么领", ASKED), understand)
    assert [said for said, _ in understand.asked] == asked
    answered = decision == "answer" and text.startswith("看不懂，")
    assert parsed["decision"] == ("answer" if answered else "chat")


def test_the_same_answer_again_leans_on_the_first() -> None:
    understand = Understanding(**ASKED, way="heart")
    parsed = _understood(UserMessage("失业金怎么领啊"), _tracker("失业金怎么领", ASKED), understand)
    assert parsed["in_full"] == "失业金怎么领"


def test_who_says_that_something_else_follows_is_understood_by_himself() -> None:
    tracker = _tracker("失业金怎么领", ASKED)
    understand = Understanding(decision="clarify")
    _understood(UserMessage("对了 我妈的医保卡丢了"), tracker, understand)
    assert [before for _, before in understand.asked] == [None]
    understand = Understanding()
    _understood(UserMessage("对了 十月份断了一个月"), tracker, understand)
    assert [before is None for _, before in understand.asked] == [True, False]


@pytest.mark.parametrize(
    ("text", "intent"),
    [("我东莞的", "inform"), ("在东莞这边", "inform"), ("东莞的房价要涨了", "x")],
)
def test_a_place_and_hardly_more_is_told_to_us(text: str, intent: str) -> None:
    start = text.index("东莞")
    place = {"entity": "region", "value": "441900", "start": start, "end": start + 2}
    understand = Understanding(entities=[place])
    for tracker in (None, _tracker("失业金怎么领", ASKED)):
        parsed = _understood(UserMessage(text), tracker, understand)
        assert parsed["intent"]["name"] == intent


CONSENT = {"type": "choices", "choices": [{"title": "同意", "payload": "/agree_to_look_ups"}]}


@pytest.mark.parametrize(
    ("text", "intent"),
    [("嗯 查吧", "agree_to_look_ups"), ("不行", "refuse_look_ups"), ("为什么要同意", "x")],
)
def test_a_yes_counts_as_consent_only_where_we_asked(text: str, intent: str) -> None:
    looked_up = {"decision": "lookup", "intent": {"name": "look_up_card"}}
    asked = _tracker("我的卡好了没", looked_up, CONSENT)
    parsed = _understood(UserMessage(text), asked, Understanding())
    assert parsed["intent"]["name"] == intent
    not_asked = _tracker("我的卡好了没", looked_up)
    parsed = _understood(UserMessage(text), not_asked, Understanding())
    assert parsed["intent"]["name"] == "x"


def test_beside_a_record_a_time_asks_for_more_of_it() -> None:
    looked_up = {"decision": "lookup", "intent": {"name": "look_up_contributions"}}
    tracker = _tracker("查我的社保", looked_up, {"type": "contributions"})
    period = {"entity": "period", "value": "2025", "start": 0, "end": 2}
    found = {"decision": "answer", "answers": [{"id": "Q027", "score": 0.8}], "way": "context"}
    understand = Understanding(entities=[period])
    parsed = _understood(UserMessage("去年的呢"), tracker, understand)
    assert "in_full" not in parsed
    assert understand.asked[0][1] == (
        "查我的社保",
        "look_up_contributions",
        False,
        False,
        True,
        True,
        "查我的社保",
    )

    async def leaning(message: UserMessage) -> dict[str, Any]:
        before = (message.metadata or {}).get(BEFORE)
        return dict(found) if before else {**understand.parsed, "entities": []}

    parsed = _understood(UserMessage("断的能补不"), tracker, leaning)
    assert (parsed["answers"][0]["id"], parsed["in_full"]) == ("Q027", "断的能补不")


def test_what_a_man_is_goes_on_where_we_asked_for_nothing() -> None:
    for pending, unasked in (("", True), ("retirement_age", False)):
        understand = Understanding()
        tracker = _tracker("生育津贴怎么领", ASKED, pending=pending)
        _understood(UserMessage("我是男的"), tracker, understand)
        assert understand.asked[0][1][3] is unasked


def test_who_names_another_look_up_gets_that() -> None:
    named = {"entity": "insurance", "value": "unemployment", "start": 3, "end": 6}
    other = {"name": "look_up_unemployment"}
    understand = Understanding(decision="lookup", intent=other, entities=[named])
    looked_up = {"decision": "lookup", "intent": {"name": "look_up_benefits"}}
    parsed = _understood(UserMessage("查我的失业金"), _tracker("查一下", looked_up), understand)
    assert parsed["intent"] == other


def test_where_a_place_was_asked_for_it_is_heard_beside_more() -> None:
    place = {"entity": "region", "value": "370200", "start": 0, "end": 2}
    for pending, intent in (("region", "inform"), ("", "x")):
        understand = Understanding(decision="clarify", entities=[place])
        tracker = _tracker("住院能报多少", ASKED, pending=pending)
        parsed = _understood(UserMessage("青岛的 我退休了的"), tracker, understand)
        assert parsed["intent"]["name"] == intent


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        *((text, "ask_phone") for text in ("那我打哪个电话", "谢谢 那我现在要给谁打电话啊")),
        *((text, "ask_phone") for text in ("那找谁", "我该问谁啊")),
        *((text, "ask_phone") for text in ("电话多少", "那我现在要给谁打电话啊 打深圳还是周口的")),
        *((text, "x") for text in ("打电话没人接怎么办", "电话里说要转账", "打12333要钱吗")),
    ],
)
def test_whom_to_call_is_asked_about_what_was_answered(text: str, intent: str) -> None:
    parsed = _understood(UserMessage(text), _tracker("失业金怎么领", ASKED), Understanding())
    assert parsed["intent"]["name"] == intent


def test_after_a_record_no_older_matter_is_meant() -> None:
    looked_up = {"decision": "lookup", "intent": {"name": "look_up_card"}}
    parsed = _understood(UserMessage("打哪个电话"), _tracker("查一下", looked_up), Understanding())
    assert parsed["intent"]["name"] == "x"


@pytest.mark.parametrize(
    ("text", "named", "entity", "again"),
    [
        ("医保的呢", "医保", "insurance", True),
        ("那去年的呢", "去年", "period", True),
        ("失业的呢 那三个月也没交啊？", "失业", "insurance", True),
        ("医保能报多少", "医保", "insurance", False),
        ("那三个月能补吗 医保", "医保", "insurance", False),
    ],
)
def test_beside_a_record_what_is_named_alone_is_looked_up(
    text: str, named: str, entity: str, again: bool
) -> None:
    start = text.index(named)
    found = {"entity": entity, "value": "v", "start": start, "end": start + len(named)}
    understand = Understanding(decision="clarify", entities=[found])
    for name, then in (("look_up_benefits",) * 2, ("check_record", "look_up_contributions")):
        looked_up = {"decision": "lookup", "intent": {"name": name}}
        parsed = _understood(UserMessage(text), _tracker("查一下", looked_up), understand)
        assert (parsed["intent"]["name"] == then) is again


@pytest.mark.parametrize(
    "text", ["医保" + "没有" * 28 + "x", "嗯" * 59 + "x", "要是" * 29 + "x", "参保的" * 19 + "x"]
)
def test_no_text_takes_long(text: str) -> None:
    place = {"entity": "region", "value": "v", "start": 0, "end": 1}
    named = {"entity": "insurance", "value": "v", "start": 0, "end": 2}
    looked_up = {"decision": "lookup", "intent": {"name": "look_up_card"}}
    understand = Understanding(decision="clarify", entities=[place, named])
    started = time.perf_counter()
    for tracker in (
        _tracker("失业金怎么领", ASKED),
        _tracker("查一下", looked_up),
        _tracker("查一下", looked_up, CONSENT),
    ):
        _understood(UserMessage(text), tracker, understand)
    assert time.perf_counter() - started < 0.5


@pytest.mark.parametrize(
    ("text", "decision", "told"),
    [
        ("厂子要搬去越南了", "reject", True),
        ("厂子要搬去越南了怎么办", "reject", False),
        ("厂子要搬走了 正愁着呢", "reject", True),
        ("厂子要搬去越南了", "clarify", True),
        ("厂子要搬去越南了", "answer", False),
        ("我" * 61, "reject", False),
        # Who says himself for how long he paid does not ask to have that looked up.
        ("我算下来才交了12年零几个月", "lookup", True),
        ("我交了12年对不对", "lookup", False),
        # Nor does who says how he lives; his own payments are asked for by naming them alone.
        ("我45 没单位 手头紧", "lookup", True),
        ("我没单位 交了几年", "lookup", False),
    ],
)
def test_who_only_tells_something_is_heard(text: str, decision: str, told: bool) -> None:
    understand = Understanding(decision=decision, intent={"name": "look_up_contributions"})
    parsed = _understood(UserMessage(text), None, understand)
    assert parsed.get("told", False) is told
    assert parsed["decision"] == ("reject" if told and decision == "lookup" else decision)


@pytest.mark.parametrize(
    ("told", "alone", "together", "heard"),
    [
        (True, "reject", "answer", True),
        (True, "clarify", "clarify", True),
        # What is clear by itself stays that, and so does what both together make no clearer.
        (True, "answer", "answer", False),
        (True, "lookup", "answer", False),
        (True, "clarify", "reject", False),
        # Of what is none of our business nothing is carried on.
        (False, "reject", "answer", False),
    ],
)
def test_who_asks_after_what_was_only_told_is_understood_with_it(
    told: bool, alone: str, together: str, heard: bool
) -> None:
    story, question = "我跑外卖的 没签合同", "路上摔了算工伤不"
    nothing = {"decision": "reject", "answers": [], "intent": {"name": "out_of_scope"}}

    async def understand(message: UserMessage) -> dict[str, Any]:
        both = message.text == f"{story}，{question}"
        answers = [{"id": "Q185" if both else "Q139", "score": 0.9}]
        decision = together if both else alone
        return {"decision": decision, "answers": answers, "intent": {"name": "faq"}}

    message, tracker = UserMessage(question), _tracker(story, {**nothing, "told": told})
    parsed = _understood(message, tracker, understand)
    assert parsed["decision"] == (together if heard else alone)
    assert (parsed["answers"][0]["id"] == "Q185") is heard
    assert parsed.get("in_full") == (f"{story}，{question}" if heard else None)


@pytest.mark.parametrize(
    ("text", "parsed", "intent"),
    [
        ("谢谢你啊 明天我先打电话", {"decision": "answer", "way": "context"}, "thank"),
        # What is clear by itself, or goes to a person, stays that.
        ("谢谢，退休金计算", {"decision": "answer", "way": "heart"}, "x"),
        ("谢谢 我找人", {"decision": "human"}, "x"),
        ("你好 我想问下我妈的养老金", {"decision": "lookup"}, "inform"),
        ("咨询工伤", {"decision": "answer", "way": "heart"}, "x"),
    ],
)
def test_thanks_and_a_bare_subject_are_no_question(
    text: str, parsed: dict[str, Any], intent: str
) -> None:
    found = _understood(UserMessage(text), None, Understanding(**parsed))
    assert found["intent"]["name"] == intent
    assert (found["decision"] == "chat") is (intent != "x")


def test_what_somebody_counts_of_himself_is_told_to_the_actions() -> None:
    told = _understood(UserMessage("失业保险我交了8年"), None, Understanding(decision="answer"))
    assert told["counts"] == {"paid_months": 96}
    asked = _understood(UserMessage("失业金领几个月"), None, Understanding(decision="answer"))
    assert "counts" not in asked


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("按工人算呢", "female_50"),
        ("她是車間的", "female_50"),
        ("不是干部，是工人", "female_50"),
        ("那按干部呢", "female_55"),
        ("技术岗的话几岁退", "female_55"),
        ("工人工伤怎么赔", None),
        ("干部医保报多少", None),
    ],
)
@pytest.mark.parametrize("known", ["female", "female_55", "male", None])
def test_the_post_of_a_woman_is_told_in_a_word(
    text: str, category: str | None, known: str | None
) -> None:
    before = _tracker("我妈几岁退休", ASKED)
    before.update(SlotSet("worker_category", known))
    parsed = _understood(UserMessage(text), before, Understanding(entities=[]))
    told = [one["value"] for one in parsed["entities"]]
    heard = category if known in ("female", "female_55") else None
    assert told == ([heard] if heard else [])
    assert (parsed["intent"]["name"] == "inform") is (heard is not None)


FORM = {
    "type": "form",
    "fields": [{"name": "paid_months"}],
    "submit": {"payload": "/count_unemployment"},
}


@pytest.mark.parametrize(
    ("text", "card", "intent"),
    [
        ("我不是说了吗 11年", FORM, "estimate_unemployment"),
        ("132个月", FORM, "estimate_unemployment"),
        ("3年或者4年", FORM, "x"),
        ("11年", {**FORM, "fields": [{"name": "wage"}, {"name": "babies"}]}, "x"),
        ("11年", None, "x"),
    ],
)
def test_a_time_answers_the_form_that_asks_for_one(
    text: str, card: dict[str, Any] | None, intent: str
) -> None:
    parsed = _understood(UserMessage(text), _tracker("能领几个月", ASKED, card), Understanding())
    assert parsed["intent"]["name"] == intent
    assert ("counts" in parsed) is (intent != "x")


OFFERED = {
    "type": "choices",
    "choices": [
        {"title": "失业金怎么申请", "payload": '/choose{"item": "Q126"}'},
        {"title": "转人工", "payload": "/human"},
    ],
}


@pytest.mark.parametrize(
    ("text", "payload"),
    [("1", '/choose{"item": "Q126"}'), ("第二个", "/human"), ("选1吧", '/choose{"item": "Q126"}')],
)
def test_the_number_of_a_choice_chooses_it(text: str, payload: str) -> None:
    understand = Understanding(decision="chat", intent={"name": "goodbye"})
    _understood(UserMessage(text), _tracker("失业金", ASKED, OFFERED), understand)
    assert understand.asked == [(payload, None)]


@pytest.mark.parametrize("text", ["3", "12", "/restart", "/action_listen"])
def test_a_figure_or_command_alone_is_no_farewell_and_no_wish_for_a_person(text: str) -> None:
    for decision, intent in (("chat", "goodbye"), ("human", "human")):
        understand = Understanding(decision=decision, intent={"name": intent})
        for tracker in (None, _tracker("失业金", ASKED, OFFERED)):
            parsed = _understood(UserMessage(text), tracker, understand)
            assert (parsed["decision"], parsed["intent"]["name"]) == ("reject", "out_of_scope")


def test_who_asks_for_himself_next_calls_no_person() -> None:
    understand = Understanding(decision="human", intent={"name": "human"})
    parsed = _understood(UserMessage("那我呢"), _tracker("我老婆几岁退休", ASKED), understand)
    assert (parsed["decision"], parsed["intent"]["name"]) == ("clarify", "unclear")
    assert parsed["answers"][0]["id"] == "Q126"


@pytest.mark.parametrize(
    "text", ["你确定吗", "依据是什么？", "真的吗？不会骗我吧", "Are you sure?"]
)
def test_who_doubts_an_answer_asks_for_its_source(text: str) -> None:
    tracker = _tracker("失业金怎么领", ASKED)
    parsed = _understood(UserMessage(text), tracker, Understanding())
    assert (parsed["decision"], parsed["intent"]["name"]) == ("chat", "ask_source")
    alone = _understood(UserMessage(text), None, Understanding())
    assert alone["intent"]["name"] != "ask_source"


@pytest.mark.parametrize("text", ["你确定我能领吗", "要什么文件", "规定是什么", "谁能领"])
def test_a_question_about_the_matter_is_no_doubt(text: str) -> None:
    parsed = _understood(UserMessage(text), _tracker("失业金怎么领", ASKED), Understanding())
    assert parsed["intent"]["name"] != "ask_source"


def test_a_month_of_birth_ends_a_year_that_was_told() -> None:
    month = [{"entity": "birth_month", "value": "1980-05"}]
    understand = Understanding(decision="chat", intent={"name": "inform"}, entities=month)
    assert _understood(UserMessage("1980年5月"), None, understand)["counts"] == {"born_year": 0}

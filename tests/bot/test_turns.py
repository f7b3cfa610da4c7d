"""A message's way through the engine: the same events as on Rasa's own way, with less work."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from rasa.core.actions.action import ActionExtractSlots
from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.core.policies.policy import PolicyPrediction
from rasa.engine.graph import GraphComponent, GraphSchema, SchemaNode
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.dialogue.slot_filling import filled, slots_by_entity
from bot.serving import processor
from bot.serving.channel import WholeReplies
from bot.serving.graph_runner import StepRunner
from bot.serving.processor import Processor
from bot.serving.served_action import LOOKING_BACK, MalformedActionResult, ServedAction, call
from bot.serving.tuning import wording


def _slot(*mappings: dict[str, Any], kind: str = "text") -> dict[str, Any]:
    return {"type": kind, "influence_conversation": False, "mappings": list(mappings)}


SLOTS: dict[str, Any] = {
    "region": _slot({"type": "from_entity", "entity": "region"}),
    "item": _slot({"type": "from_entity", "entity": "item"}),
    "topic": _slot({"type": "custom"}),
}
RESPONSES = {"utter_answer": [{"text": "答：{summary}"}]}


def _domain(**slots: Any) -> Domain:
    return Domain.from_dict(
        {
            "intents": ["faq"],
            "entities": ["region", "item"],
            "slots": {**SLOTS, **slots},
            "actions": ["action_answer_question"],
            "responses": RESPONSES,
            "session_config": {"session_expiration_time": 0},
        }
    )


DOMAIN = _domain()


class Served:
    """An action server that gives one answer and remembers its calls."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.calls: list[dict[str, Any]] = []

    async def request(self, json: dict[str, Any]) -> Any:
        """One call."""
        self.calls.append(json)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def _said(*entities: tuple[str, str | None]) -> UserUttered:
    found = [
        {"entity": name, "value": value, "extractor": "EntityRules"} for name, value in entities
    ]
    return UserUttered("问", {"name": "faq", "confidence": 1.0}, found)


def _tracker(*events: Any) -> DialogueStateTracker:
    begin = ActionExecuted("action_listen")
    return DialogueStateTracker.from_events("c1", [begin, *events], slots=DOMAIN.slots)


@pytest.mark.parametrize(
    "entities",
    [
        [],
        [("region", "310000")],
        [("item", "Q001"), ("region", "310000"), ("region", "440000")],
        [("birth_month", "1968-05")],
        [("region", None)],
    ],
)
def test_slots_are_filled_as_rasa_fills_them(entities: list[tuple[str, str | None]]) -> None:
    tracker = _tracker(SlotSet("region", "510000"), _said(*entities))
    slots = slots_by_entity(DOMAIN)
    assert slots is not None
    theirs = ActionExtractSlots(None).run(WholeReplies(), None, tracker, DOMAIN)
    assert filled(slots, tracker) == asyncio.run(theirs)


@pytest.mark.parametrize(
    "slot",
    [
        _slot({"type": "from_entity", "entity": "region", "intent": "faq"}),
        _slot({"type": "from_text"}),
        _slot({"type": "custom", "action": "action_answer_question"}),
        _slot({"type": "from_entity", "entity": "region"}, kind="list"),
    ],
)
def test_slots_with_more_to_them_stay_with_rasa(slot: dict[str, Any]) -> None:
    assert slots_by_entity(_domain(more=slot)) is None


def _processor(served: Served) -> Processor:
    made = Processor.__new__(Processor)
    made.domain, made.action_endpoint, made._actions = DOMAIN, served, {}
    return made


def _run(served: Served, tracker: DialogueStateTracker) -> list[dict[str, Any]]:
    acting, channel = _processor(served), WholeReplies()
    prediction = PolicyPrediction.for_action_name(DOMAIN, "action_answer_question")
    action = acting._get_action("action_answer_question")
    nlg = TemplatedNaturalLanguageGenerator(RESPONSES)
    assert asyncio.run(acting._run_action(action, tracker, channel, nlg, prediction))
    return list(channel.messages)


def test_an_action_speaks_and_remembers() -> None:
    served = Served(
        {
            "events": [{"event": "slot", "name": "topic", "value": "Q001"}],
            "responses": [{"response": "utter_answer", "summary": "七日", "custom": {"card": {}}}],
        }
    )
    tracker = _tracker(_said())
    assert _run(served, tracker) == [
        {"recipient_id": "c1", "text": "答：七日", "custom": {"card": {}}}
    ]
    assert tracker.get_slot("topic") == "Q001"
    kinds = [type(event) for event in tracker.events]
    assert kinds[-3:] == [ActionExecuted, BotUttered, SlotSet]


@pytest.mark.parametrize(
    "answer", [ConnectionError("gone"), None, {"events": [{"name": "topic"}]}, {"responses": [1]}]
)
def test_an_action_that_fails_says_nothing(
    answer: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    tracker = _tracker(_said())
    assert _run(Served(answer), tracker) == []
    assert tracker.latest_action_name == "action_answer_question"
    assert "action failed: action=action_answer_question" in caplog.text


def test_what_is_no_answer_is_named() -> None:
    action = ServedAction("action_answer_question", Served({"responses": ["text"]}))
    with pytest.raises(MalformedActionResult, match="action_answer_question"):
        asyncio.run(action.run(WholeReplies(), None, _tracker(_said()), DOMAIN))


@pytest.mark.parametrize("action", LOOKING_BACK)
def test_an_action_that_looks_back_is_told_what_was_shown(action: str) -> None:
    data = {"custom": {"card": {"n": 1}}}
    told = call(
        action, _tracker(_said(), BotUttered("答", data), SlotSet("topic", "Q001"), _said())
    )
    kinds = [(event["event"], event["text"]) for event in told["tracker"]["events"]]
    assert kinds == [("user", "问"), ("bot", "答"), ("user", "问")]
    assert told["tracker"]["events"][1]["data"]["custom"] == data["custom"]


def test_an_action_is_told_what_was_said_and_no_card_that_was_shown() -> None:
    shown = BotUttered("答", {"custom": {"card": {"n": 1}}})
    tracker = _tracker(_said(("region", "310000")), shown, SlotSet("region", "310000"))
    told = call("action_answer_question", tracker)
    assert told["next_action"] == "action_answer_question"
    assert told["tracker"]["events"] == [{"event": "user", "text": "问"}]
    assert told["tracker"]["latest_message"]["intent"]["name"] == "faq"
    assert told["tracker"]["slots"]["region"] == "310000"
    assert '"card"' not in str(told)


def test_an_action_is_told_what_was_counted_before() -> None:
    counted = UserUttered("我交了8年", {"name": "faq"}, [], {"counts": {"paid_months": 96}})
    told = call("action_answer_question", _tracker(counted, _said()))
    assert told["tracker"]["events"] == [
        {"event": "user", "text": "我交了8年", "counts": {"paid_months": 96}},
        {"event": "user", "text": "问"},
    ]


def test_an_answer_is_told_what_was_shown_where_the_question_leans_on_it() -> None:
    leaning = UserUttered("要多久", {"name": "faq"}, [], {"in_full": "问，要多久"})
    tracker = _tracker(_said(), BotUttered("答", {"custom": {"card": {"n": 1}}}), leaning)
    for action, told in (("action_answer_question", True), ("action_hand_over", False)):
        events = call(action, tracker)["tracker"]["events"]
        assert [event["event"] for event in events] == ["user", *["bot"] * told, "user"]


def test_an_action_is_made_once() -> None:
    acting = _processor(Served({}))
    assert acting._get_action("action_listen") is acting._get_action("action_listen")
    assert type(acting._get_action("action_answer_question")) is ServedAction


@pytest.mark.parametrize(
    ("events", "begins"), [([], True), ([_said()], True), ([ActionExecuted("utter_a")], False)]
)
def test_a_session_begins_where_the_bot_has_not_acted(
    events: list[Any], begins: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    async def begin(self: Any, tracker: DialogueStateTracker, *_: Any) -> None:
        asked.append(tracker)

    monkeypatch.setattr(processor.MessageProcessor, "_update_tracker_session", begin)
    tracker = DialogueStateTracker.from_events("c1", events, slots=DOMAIN.slots)
    asyncio.run(_processor(Served({}))._update_tracker_session(tracker, WholeReplies()))
    assert bool(asked) is begins


class Plus(GraphComponent):
    """Adds a number that it holds to what it is given."""

    made = 0

    @classmethod
    def create(cls, config: dict[str, Any], *_: Any, **__: Any) -> Plus:
        """A component of this number."""
        cls.made += 1
        made = cls()
        made.number = config["number"]
        return made

    def add(self, given: int = 0) -> int:
        """The sum."""
        return int(given + self.number)


def _node(number: int, needs: dict[str, str], eager: bool) -> SchemaNode:
    return SchemaNode(needs, Plus, "create", "add", {"number": number}, eager=eager)


@pytest.mark.parametrize("eager", [True, False])
def test_the_graph_runs_in_the_order_of_its_needs(eager: bool) -> None:
    nodes = {
        "last": _node(1, {"given": "middle"}, eager),
        "middle": _node(10, {"given": "__message__"}, eager),
    }
    runner = StepRunner(GraphSchema(nodes), None, _context())
    assert runner.run({"__message__": 100}, ["last"]) == {"last": 111}
    assert runner.run({"__message__": 200}, ["last"]) == {"last": 211}


def _context() -> Any:
    from rasa.engine.graph import ExecutionContext

    return ExecutionContext(GraphSchema({}))


def test_a_wording_is_the_one_for_the_channel() -> None:
    told = {"utter_a": [{"text": "页", "channel": "rest"}, {"text": "屏", "channel": "slack"}]}
    nlg = TemplatedNaturalLanguageGenerator(told | RESPONSES)
    assert wording(nlg, "utter_a", "rest", {}) == {"text": "页", "channel": "rest"}
    assert wording(nlg, "utter_answer", "rest", {}) is RESPONSES["utter_answer"][0]
    assert wording(nlg, "utter_none", "rest", {}) is None

"""What the engine decided is kept beside the turn: once, as long as it, and never in its way."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from tests.conftest import Gateway
from tests.stand_ins.engine import StandInEngine

ANSWERS = [{"id": "Q012", "score": 0.97}, {"id": "Q013", "score": 0.01}]
TOLD: dict[str, Any] = {
    "decision": "answer",
    "intent": "faq",
    "answers": ANSWERS,
    "way": "vectors",
    "version": "20261125-080000-000001",
    "action": "action_answer_question",
}


def kept(url: str) -> list[dict[str, Any]]:
    """The rows."""
    with psycopg.connect(url, row_factory=dict_row) as db:
        return db.execute("SELECT * FROM understandings ORDER BY message").fetchall()


async def test_a_decision_is_kept_with_scores_runner_up_and_version(
    gateway: Gateway, engine: StandInEngine, database_url: str
) -> None:
    engine.understands = lambda heard: TOLD
    talk = await gateway.talk()
    await talk.ask("社保卡丢了")
    row = kept(database_url)[0]
    assert (row["item"], row["score"], row["runner_up"]) == ("Q012", 0.97, "Q013")
    assert (row["version"], row["way"], row["answers"]) == (TOLD["version"], "vectors", ANSWERS)
    assert str(row["conversation"]) == talk.id
    assert row["trouble"] is None


@pytest.mark.parametrize(
    ("told", "trouble"),
    [
        ({"decision": "reject", "action": "action_say_not_covered"}, "rejected"),
        ({"decision": "reject", "action": "action_continue"}, None),  # a form waited for it
        ({"decision": "clarify", "action": "action_ask_back"}, "asked_back"),
        ({"answers": [{"id": "Q001", "score": 0.85}]}, "unsure"),
        ({"decision": "chat", "answers": []}, None),
    ],
)
async def test_staff_look_at_what_went_less_than_well(
    gateway: Gateway,
    engine: StandInEngine,
    database_url: str,
    told: dict[str, Any],
    trouble: str | None,
) -> None:
    engine.understands = lambda heard: TOLD | told
    await (await gateway.talk()).ask("能不能晚点退休")
    assert [row["trouble"] for row in kept(database_url)] == [trouble]


@pytest.mark.parametrize(
    "told", [None, [], "x", {"decision": 1}, TOLD | {"answers": [1]}, TOLD | {"answers": None}]
)
async def test_an_engine_that_tells_nothing_sensible_is_answered_all_the_same(
    gateway: Gateway, engine: StandInEngine, database_url: str, told: Any
) -> None:
    engine.understands = lambda heard: told
    assert (await (await gateway.talk()).ask("你好"))["text"] == "答：你好"
    assert kept(database_url) == []


async def test_numbers_that_identify_somebody_are_not_kept_in_what_staff_see(
    gateway: Gateway, engine: StandInEngine, database_url: str
) -> None:
    engine.understands = lambda heard: TOLD
    await (await gateway.talk()).ask("我的号是11010519491231002X，查一下")
    with psycopg.connect(database_url) as db:
        found = db.execute("SELECT text FROM understandings JOIN messages ON id = message")
        assert "1949" not in found.fetchall()[0][0]


async def test_an_answer_that_did_not_help_is_looked_at_until_the_citizen_says_otherwise(
    gateway: Gateway, engine: StandInEngine, database_url: str
) -> None:
    engine.understands = lambda heard: TOLD
    engine.says = lambda heard: [{"text": "可以补缴。", "custom": {"card": {"type": "answer"}}}]
    talk = await gateway.talk()
    answer = await talk.ask("医保断缴")
    path = f"{talk.path}/events/{answer['seq']}/feedback"
    for helpful, trouble in ((False, "unhelpful"), (True, None)):
        said = await talk.http.post(path, json={"helpful": helpful}, headers=talk.headers)
        assert said.status_code == 204
        assert kept(database_url)[0]["trouble"] == trouble


async def test_what_was_understood_goes_with_the_conversation(
    gateway: Gateway, engine: StandInEngine, database_url: str
) -> None:
    engine.understands = lambda heard: TOLD
    talk = await gateway.talk()
    await talk.ask("停保")
    assert len(kept(database_url)) == 1
    await talk.http.delete(talk.path, headers=talk.headers)
    assert kept(database_url) == []

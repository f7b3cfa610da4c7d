"""A conversation from opening to wiping, through the public API."""

from __future__ import annotations

import asyncio
import uuid
from datetime import datetime
from typing import Any

import psycopg
import pytest

from records import sealed_values
from records.vault import read_key, unseal
from tests.conftest import VAULT_KEY, Gateway
from tests.stand_ins.engine import Replies, StandInEngine

ID = "510107197208121232"
CARD = {
    "type": "answer",
    "item": "Q016",
    "related": [{"title": "今年缴费基数", "payload": '/choose{"item": "Q017"}'}],
}


def with_card(heard: dict[str, Any]) -> Replies:
    """Text, then its card in an item of its own, then text with buttons."""
    return [
        {"recipient_id": heard["sender"], "text": "可以。"},
        {"recipient_id": heard["sender"], "custom": {"card": CARD}},
        {"text": "还想问？", "buttons": [{"title": "是", "payload": "/affirm"}]},
    ]


async def test_a_question_is_stored_then_answered(gateway: Gateway, engine: StandInEngine) -> None:
    talk = await gateway.talk(region="四川")
    answer = await talk.ask("灵活就业怎么交社保")
    assert (answer["seq"], answer["from"], answer["text"]) == (2, "bot", "答：灵活就业怎么交社保")
    assert datetime.fromisoformat(answer["at"]).tzinfo is not None
    [heard] = engine.heard
    assert heard["sender"] == talk.id
    assert heard["metadata"] | {"message": ""} == {
        "channel": "web",
        "locale": "zh-CN",
        "region": "510000",
        "site": "demo",
        "message": "",
    }
    assert heard["metadata"]["message"].isdigit()


@pytest.mark.parametrize("region", ["510000", "四川省", "四川", "川", " 四川 ", "绵阳", "绵阳市"])
async def test_a_region_is_known_by_code_and_by_name(
    gateway: Gateway, engine: StandInEngine, region: str
) -> None:
    talk = await gateway.talk(region=region)
    await talk.ask("你好")
    assert engine.heard[0]["metadata"]["region"] == "510000"


async def test_without_a_region_the_sites_own_counts(
    gateway: Gateway, engine: StandInEngine, database_url: str
) -> None:
    with psycopg.connect(database_url, autocommit=True) as db:
        db.execute("UPDATE sites SET region = '310000'")
    await (await gateway.talk()).ask("你好")
    assert engine.heard[0]["metadata"]["region"] == "310000"


async def test_a_card_joins_its_text_and_buttons_become_choices(
    gateway: Gateway, engine: StandInEngine
) -> None:
    engine.says = with_card
    talk = await gateway.talk()
    await talk.send(text="问")
    _, first, second = await talk.until(3)
    assert (first["text"], first["card"]) == ("可以。", CARD)
    assert second["card"] == {
        "type": "choices",
        "choices": [{"title": "是", "payload": "/affirm"}],
    }


async def test_a_choice_that_was_offered_goes_to_the_engine_as_it_is(
    gateway: Gateway, engine: StandInEngine
) -> None:
    engine.says = with_card
    talk = await gateway.talk()
    await talk.send(text="问")
    await talk.until(3)
    for payload, title in (('/choose{"item": "Q017"}', "今年缴费基数"), ("/affirm", "是")):
        sent = await talk.send(choice=payload)
        assert sent.status_code == 202
        [shown, *_] = await talk.events(sent.json()["seq"] - 1)
        assert (shown["from"], shown["text"]) == ("citizen", title)
        await talk.until(sent.json()["seq"] + 2)
        assert engine.texts[-1] == payload


@pytest.mark.parametrize("choice", ["/affirm", "/restart", '/choose{"item": "Q017"}', ""])
async def test_a_choice_that_was_never_offered_is_refused(
    gateway: Gateway, engine: StandInEngine, choice: str
) -> None:
    engine.says = with_card
    other = await gateway.talk()
    await other.ask("问")
    talk = await gateway.talk()
    heard = len(engine.heard)
    refused = await talk.send(choice=choice)
    assert (refused.status_code, refused.json()["error"]) == (422, "unknown_choice")
    assert await talk.events() == []
    assert len(engine.heard) == heard


@pytest.mark.parametrize("words", ["/restart", "  /signed_in", "\u200b/faq", "\x00/faq"])
async def test_a_citizens_words_are_never_a_command(
    gateway: Gateway, engine: StandInEngine, words: str
) -> None:
    await (await gateway.talk()).ask(words)
    assert engine.texts[0].startswith("／")


async def test_the_same_client_id_gives_the_same_answer_and_is_asked_once(
    gateway: Gateway, engine: StandInEngine
) -> None:
    talk = await gateway.talk()
    client_id = str(uuid.uuid4())
    sends = [talk.send(client_id=client_id, text="你好") for _ in range(20)]
    answers = await asyncio.gather(*sends)
    assert {answer.status_code for answer in answers} == {202}
    assert {answer.json()["seq"] for answer in answers} == {1}
    await talk.until(2)
    refused = await talk.send(client_id=client_id, text="别的")
    assert (refused.status_code, refused.json()["error"]) == (409, "another_body")
    assert len(await talk.events()) == 2
    assert engine.texts == ["你好"]


async def test_many_messages_at_once_are_answered_in_their_order(
    gateway: Gateway, engine: StandInEngine
) -> None:
    talk = await gateway.talk()
    await asyncio.gather(*(talk.send(text=f"问{n}") for n in range(30)))
    found = await talk.until(60)
    assert [event["seq"] for event in found] == list(range(1, 61))
    asked = [event["text"] for event in found if event["from"] == "citizen"]
    assert [event["text"] for event in found if event["from"] == "bot"] == [
        f"答：{words}" for words in asked
    ]
    assert engine.texts == asked


async def test_numbers_of_a_person_stay_in_the_vault(
    gateway: Gateway, engine: StandInEngine, database_url: str
) -> None:
    talk = await gateway.talk()
    await talk.ask(f"我是{ID}，手机１３８ １２３４ ５６７８，还有〔身份证号9〕")
    await talk.ask("另一个手机13912345678")
    assert engine.texts == [
        "我是〔身份证号1〕，手机〔手机号1〕，还有（身份证号）",
        "另一个手机〔手机号2〕",
    ]
    with psycopg.connect(database_url) as db:
        sealed = {
            name: unseal(read_key(VAULT_KEY), value, sealed_values.place(uuid.UUID(talk.id), name))
            for name, value in db.execute("SELECT placeholder, sealed FROM sealed_values")
        }
        everything = str(db.execute("SELECT m, e FROM messages m, events e").fetchall())
    assert sealed == {
        "〔身份证号1〕": ID,
        "〔手机号1〕": "13812345678",
        "〔手机号2〕": "13912345678",
    }
    assert ID not in everything
    assert "5678" not in everything


@pytest.mark.parametrize(
    "written",
    ["138/1234/5678", "一三八一二三四五六七八", "1381 2345 678", "手机13812 345678"],
)
async def test_a_number_in_an_odd_spelling_reaches_nobody(
    gateway: Gateway, engine: StandInEngine, database_url: str, written: str
) -> None:
    talk = await gateway.talk()
    await talk.ask(f"我的{written}")
    assert engine.texts == [f"我的{'手机' if '手机' in written else ''}〔手机号1〕"]
    with psycopg.connect(database_url) as db:
        everything = str(db.execute("SELECT m, e FROM messages m, events e").fetchall())
        (sealed,) = db.execute("SELECT sealed FROM sealed_values").fetchone() or (b"",)
    place = sealed_values.place(uuid.UUID(talk.id), "〔手机号1〕")
    assert unseal(read_key(VAULT_KEY), sealed, place) == "13812345678"
    assert written.removeprefix("手机") not in everything


async def test_a_number_with_a_slip_is_sealed_by_the_word_beside_it(
    gateway: Gateway, engine: StandInEngine, database_url: str
) -> None:
    talk = await gateway.talk()
    await talk.ask("银行卡6222021234567890123，身份证11010119900307777，流水号20261124093000001234")
    assert engine.texts == ["银行卡〔卡号1〕，身份证〔身份证号1〕，流水号20261124093000001234"]
    with psycopg.connect(database_url) as db:
        everything = str(db.execute("SELECT m, e FROM messages m, events e").fetchall())
    assert "6222021234567890123" not in everything
    assert "11010119900307777" not in everything


@pytest.mark.parametrize("name", ["窦月", "卫红", "水澄", "买买提·艾力"])
async def test_a_rare_name_beside_an_identity_number_is_sealed_with_it(
    gateway: Gateway, engine: StandInEngine, database_url: str, name: str
) -> None:
    talk = await gateway.talk()
    await talk.ask(f"帮我查{name}{ID}")
    assert engine.texts == ["帮我查〔姓名1〕〔身份证号1〕"]
    with psycopg.connect(database_url) as db:
        assert name not in str(db.execute("SELECT m, e FROM messages m, events e").fetchall())


async def test_a_repeat_with_numbers_seals_nothing_twice(
    gateway: Gateway, database_url: str
) -> None:
    talk = await gateway.talk()
    message = {"client_id": str(uuid.uuid4()), "text": f"我是{ID}"}
    answers = [await talk.send(**message) for _ in range(3)]
    assert [answer.json() for answer in answers] == [{"seq": 1}] * 3
    with psycopg.connect(database_url) as db:
        assert db.execute("SELECT count(*) FROM sealed_values").fetchone() == (1,)


async def test_feedback_is_kept_masked_and_the_latest_counts(
    gateway: Gateway, engine: StandInEngine, database_url: str
) -> None:
    engine.says = with_card
    talk = await gateway.talk()
    await talk.ask("问")
    path = f"{talk.path}/events/2/feedback"
    for word in ({"helpful": True}, {"helpful": False, "comment": "打13812345678\x00没人接"}):
        given = await talk.http.post(path, json=word, headers=talk.headers)
        assert (given.status_code, given.content) == (204, b"")
    with psycopg.connect(database_url) as db:
        kept = db.execute("SELECT seq, helpful, comment FROM feedback").fetchall()
    assert kept == [(2, False, "打〔手机号〕没人接")]


@pytest.mark.parametrize(
    ("seq", "error"), [(1, "not_an_answer"), (3, "not_an_answer"), (9, "no_event")]
)
async def test_only_an_answer_takes_feedback(
    gateway: Gateway, engine: StandInEngine, database_url: str, seq: int, error: str
) -> None:
    engine.says = with_card
    talk = await gateway.talk()
    await talk.ask("问")
    path = f"{talk.path}/events/{seq}/feedback"
    refused = await talk.http.post(path, json={"helpful": True}, headers=talk.headers)
    assert refused.json()["error"] == error
    with psycopg.connect(database_url) as db:
        assert db.execute("SELECT count(*) FROM feedback").fetchone() == (0,)

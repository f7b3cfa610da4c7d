"""Filled forms: checked against the card that was shown, sealed, never told to the engine."""

from __future__ import annotations

import json
import uuid
from typing import Any
from uuid import UUID

import psycopg
import pytest

from records.files import filled_forms
from tests.conftest import Gateway, Talk
from tests.stand_ins.engine import StandInEngine

PAYLOAD = '/exchange_step{"step": "fill:x"}'
FORM = {
    "type": "form",
    "title": "申请",
    "submit": {"title": "下一步", "payload": PAYLOAD},
    "fields": [
        {"name": "employer", "label": "单位", "kind": "text"},
        {"name": "code", "label": "代码", "kind": "text", "required": False},
        {"name": "from", "label": "开始", "kind": "date"},
        {"name": "month", "label": "月", "kind": "month", "required": False},
        {"name": "many", "label": "数", "kind": "number", "required": False},
        {
            "name": "where",
            "label": "国家",
            "kind": "choice",
            "choices": [{"title": "德国", "value": "DE"}],
        },
    ],
}
GOOD = {"employer": "示例公司 13812345678", "from": "2027-01-01", "where": "DE"}


@pytest.fixture
async def talk(gateway: Gateway, engine: StandInEngine) -> Talk:
    """A conversation in which the form was shown."""
    engine.says = lambda heard: [
        {"recipient_id": heard["sender"], "text": "请填表", "custom": {"card": FORM}}
    ]
    opened = await gateway.talk()
    await opened.ask("我要办事")
    engine.heard.clear()
    return opened


async def fill(talk: Talk, fields: dict[str, Any], **more: Any) -> int:
    return (await talk.send(choice=PAYLOAD, fields=fields, **more)).status_code


async def kept(gateway: Gateway, talk: Talk) -> dict[str, str] | None:
    async with gateway.database() as db:
        return await filled_forms.latest(db, gateway.settings.key, UUID(talk.id), PAYLOAD)


async def test_the_fields_wait_sealed_and_the_engine_hears_the_payload_alone(
    gateway: Gateway, engine: StandInEngine, talk: Talk, database_url: str
) -> None:
    assert await fill(talk, GOOD) == 202
    events = await talk.until(4)
    assert events[2]["text"] == "下一步"
    assert [heard["message"] for heard in engine.heard] == [PAYLOAD]
    assert "13812345678" not in json.dumps(engine.heard)
    assert await kept(gateway, talk) == GOOD
    with psycopg.connect(database_url) as db:
        for table in ("messages", "events", "filled_forms"):
            for row in db.execute(f"SELECT * FROM {table}").fetchall():  # noqa: S608
                assert "13812345678" not in str(row)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, "employer"),
        ({**GOOD, "other": "x"}, None),
        ({**GOOD, "where": "FR"}, "where"),
        ({**GOOD, "from": "2027-13-01"}, "from"),
        ({**GOOD, "from": "20270101"}, "from"),
        ({**GOOD, "from": ""}, "from"),
        ({**GOOD, "employer": "   "}, "employer"),
        ({**GOOD, "employer": "x" * 201}, "employer"),
        ({**GOOD, "employer": "a\u0000b"}, "employer"),
        ({**GOOD, "employer": "a\u202eb"}, "employer"),
        ({**GOOD, "month": "2027-13"}, "month"),
        ({**GOOD, "month": "2027"}, "month"),
        ({**GOOD, "month": "202705"}, "month"),
        ({**GOOD, "month": "2027年5月1日"}, "month"),
        ({**GOOD, "month": "1860-05"}, "month"),
        ({**GOOD, "many": "1e9"}, "many"),
        ({**GOOD, "many": "1,5"}, "many"),
        ({**GOOD, "many": "不知道"}, "many"),
        ({**GOOD, "many": "15年6"}, "many"),
    ],
)
async def test_what_the_form_did_not_ask_for_is_refused(
    gateway: Gateway,
    engine: StandInEngine,
    talk: Talk,
    fields: dict[str, str],
    wrong: str | None,
) -> None:
    refused = await talk.send(choice=PAYLOAD, fields=fields)
    assert (refused.status_code, refused.json()["error"]) == (422, "bad_field")
    assert refused.json().get("field") == wrong
    assert engine.heard == []
    assert await kept(gateway, talk) is None
    assert len(await talk.events()) == 2


@pytest.mark.parametrize(
    ("written", "taken"),
    [("50,000", "50000"), ("１，２３４，５６７.5", "1234567.5"), ("15年", "15年")]
    + [("15年6个月", "15年6个月"), ("8000 元", "8000 元"), ("80％", "80%")],
)
async def test_a_number_may_have_its_commas_and_its_unit(
    gateway: Gateway, talk: Talk, written: str, taken: str
) -> None:
    assert await fill(talk, {**GOOD, "many": written}) == 202
    assert await kept(gateway, talk) == {**GOOD, "many": taken}


@pytest.mark.parametrize(
    "written",
    ["1970-05", "1970-5", "1970年5月", "１９７０年０５月", "1970 年 5 月", "1970.5", "1970/05"],
)
async def test_a_month_may_be_written_as_people_do(
    gateway: Gateway, talk: Talk, written: str
) -> None:
    assert await fill(talk, {**GOOD, "month": written}) == 202
    assert await kept(gateway, talk) == {**GOOD, "month": "1970-05"}


async def test_a_form_that_was_not_shown_here_is_no_choice(
    gateway: Gateway, engine: StandInEngine, talk: Talk
) -> None:
    other = await gateway.talk()
    refused = await other.send(choice=PAYLOAD, fields=GOOD)
    assert (refused.status_code, refused.json()["error"]) == (422, "unknown_choice")
    bare = await talk.send(choice=PAYLOAD)
    assert (bare.status_code, bare.json()["error"]) == (422, "unknown_choice")
    words = await talk.send(text="x", fields=GOOD)
    assert words.status_code == 422
    assert engine.heard == []


async def test_the_same_delivery_counts_once_and_other_fields_are_a_conflict(
    gateway: Gateway, talk: Talk
) -> None:
    client = str(uuid.uuid4())
    assert await fill(talk, GOOD, client_id=client) == 202
    assert await fill(talk, GOOD, client_id=client) == 202
    assert await fill(talk, {**GOOD, "code": "1"}, client_id=client) == 409
    assert await kept(gateway, talk) == GOOD
    assert await fill(talk, {**GOOD, "code": "2"}) == 202
    assert await kept(gateway, talk) == {**GOOD, "code": "2"}

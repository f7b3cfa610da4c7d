"""Matters between agencies from the form to the answer, with a node of the other side."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from actions.courier.desk import Desk
from actions.courier.sending import send_next
from actions.exchange.cards import fill_payload
from actions.exchange.rules import is_unified_code
from actions.talk.parts import Parts
from records.exchange import cases
from records.exchange.cases import Case
from tests.actions.papers.conftest import Person, SignInAs
from tests.actions.papers.node import RunningNode, go_round
from tests.actions.stage import Clock, Said, Stage
from tests.sandbox.running import RunningRegistry

COVERAGE, TRANSFER = "coverage_certificate", "pension_transfer"
CODE = "91310000MA1K00009" + next(
    one for one in "0123456789ABCDEFGHJKLMNPQRTUWXY" if is_unified_code("91310000MA1K00009" + one)
)
POSTING = {
    "country": "DE",
    "category": "posted",
    "region": "310000",
    "employer": "上海示例机械有限公司",
    "employer_code": CODE,
    "employer_abroad": "Beispiel GmbH",
    "from": "2027-01-01",
    "to": "2028-12-31",
}
MOVE = {
    "insurance": "pension",
    "from_region": "440000",
    "to_region": "310000",
    "enrolled_since": "2019-02-01",
}


async def drafted(person: Person, kind: str, **fields: str) -> Said:
    person.stage.clock.now += timedelta(seconds=1)
    return await person.fill(fill_payload(kind), **fields)


async def sent(person: Person, kind: str = TRANSFER, **fields: str) -> Case:
    """A case that was confirmed."""
    await drafted(person, kind, **(fields or (MOVE if kind == TRANSFER else POSTING)))
    said = await person.step(f"confirm:{(await the_case(person)).id}")
    assert said.responses == ["utter_exchange_queued"], said.text
    return await the_case(person)


async def the_case(person: Person) -> Case:
    async with person.parts.database.connect() as db:
        found = await cases.of_citizen(db, person.parts.vault_key, person.who)
    assert found
    return found[0]


async def acts(person: Person) -> list[str]:
    case = await the_case(person)
    async with person.parts.database.connect() as db:
        return [one.act for one in await cases.history(db, case.id)]


async def told(person: Person) -> list[str]:
    """The system's lines in the conversation."""
    async with person.parts.database.connect() as db:
        rows = await db.execute(
            text("SELECT text FROM events WHERE conversation = :id ORDER BY seq"),
            {"id": UUID(person.stage.conversation)},
        )
        return [row.text for row in rows]


async def test_a_transfer_goes_all_the_way(
    stage: Stage, sign_in_as: SignInAs, desk: Desk, node: RunningNode
) -> None:
    person = await sign_in_as("douyue")
    asked = await stage.play("action_apply_pension_transfer", "apply_pension_transfer")
    assert asked.responses == ["utter_transfer_form"]
    assert [one["name"] for one in asked.card("form")["fields"]] == list(MOVE)
    review = await drafted(person, TRANSFER, **MOVE)
    assert review.responses == ["utter_exchange_review"]
    shown = dict(review.card("table")["rows"])
    assert shown["从哪里转出"] == "广东省"
    assert shown["身份证号"][1:-1] == "*" * 16
    assert person.id_number not in str(review)
    assert (await the_case(person)).state == "draft"
    case = await sent(person)
    assert case.state == "queued"
    await go_round(desk)
    await go_round(desk)
    case = await the_case(person)
    assert case.state == "answered"
    assert case.due_on == date(2026, 12, 15)  # fifteen working days after 2026-11-24
    assert await acts(person) == [
        *("begin", "confirm", "validate", "queue"),
        *("transmit", "receive", "start", "answer"),
    ]
    status = await stage.play("action_exchange_status", "exchange_status")
    assert status.responses == ["utter_exchange_answered"]
    assert "38个月（3年2个月），个人账户21376.40元" in status.text
    lines = await told(person)
    assert len(lines) == 4
    for line, part in zip(lines, ("已经发出", "已经收件", "正在办理", "办好了"), strict=True):
        assert part in line
    titles = [one["title"] for one in status.card("choices")["choices"]]
    assert titles == ["知道了，结束", "看办理过程"]
    history = await person.step(f"show:{case.id}")
    assert [row[1] for row in history.card("table")["rows"]][-1] == "对方答复"
    assert (await person.step(f"close:{case.id}")).responses == ["utter_exchange_closed"]
    assert (await the_case(person)).state == "closed"
    assert node.kinds() == ["PensionTransferRequest"]


async def test_a_certificate_of_coverage_goes_all_the_way(
    stage: Stage, sign_in_as: SignInAs, desk: Desk, node: RunningNode
) -> None:
    person = await sign_in_as("wangfang")
    asked = await stage.play("action_apply_coverage_certificate", "apply_coverage_certificate")
    countries = asked.card("form")["fields"][0]["choices"]
    assert {"DE", "JP"} <= {one["value"] for one in countries}
    assert not {"FR", "KG"} & {one["value"] for one in countries}
    case = await sent(person, COVERAGE)
    assert case.partner == "DE"
    await go_round(desk)
    await go_round(desk)
    status = await stage.play("action_exchange_status", "exchange_status")
    assert "对方认可2027年1月1日至2028年12月31日在中国参保" in status.text
    assert node.kinds() == ["CoverageRequest"]


@pytest.mark.parametrize(
    ("login", "kind", "changed", "sentence"),
    [
        ("wangfang", COVERAGE, {"country": "FR"}, "法国的社保协定还没有生效"),
        ("wangfang", COVERAGE, {"employer_code": CODE[:-1] + "0"}, "统一社会信用代码不对"),
        ("wangfang", COVERAGE, {"employer_code": ""}, "要填国内单位名称"),
        ("wangfang", COVERAGE, {"to": "2026-12-31"}, "结束日期早于开始日期"),
        ("wangfang", COVERAGE, {"from": "2026-01-01"}, "开始日期太早"),
        ("liqiang", COVERAGE, {}, "没有查到您在上海市正在参加"),
        ("douyue", TRANSFER, {"from_region": "310000"}, "同一个地方"),
        ("wangfang", TRANSFER, {}, "没有查到您在广东省有可以转的缴费"),
        ("shuicheng", TRANSFER, {}, "没有查到您在上海市正在参保"),
        ("qinfeng", TRANSFER, {}, "正在办，不能重复提交"),
        ("zhaoguilan", TRANSFER, {"from_region": "510000"}, "已经在领养老金"),
    ],
)
async def test_a_rule_that_does_not_hold_is_told_and_nothing_is_kept(
    sign_in_as: SignInAs,
    parts: Parts,
    login: str,
    kind: str,
    changed: dict[str, str],
    sentence: str,
) -> None:
    person = await sign_in_as(login)
    fields = {**(POSTING if kind == COVERAGE else MOVE), **changed}
    said = await drafted(person, kind, **{name: one for name, one in fields.items() if one})
    assert sentence in said.text
    assert said.responses[-1] == "utter_exchange_fill_again"
    assert {one["name"]: one.get("value") for one in said.card("form")["fields"]}
    async with parts.database.connect() as db:
        assert await cases.of_citizen(db, parts.vault_key, person.who) == []


async def test_a_question_of_the_other_side_is_answered_in_the_chat(
    stage: Stage, sign_in_as: SignInAs, desk: Desk, node: RunningNode
) -> None:
    node.order(outcome="ask", code="employer_unclear")
    person = await sign_in_as("wangfang")
    await sent(person, COVERAGE)
    await go_round(desk)
    case = await the_case(person)
    assert (case.state, case.reason) == ("needs_clarification", "employer_unclear")
    status = await stage.play("action_exchange_status", "exchange_status")
    assert "单位信息不清楚" in status.text
    form = await person.step(f"clarify:{case.id}")
    payload = form.card("form")["submit"]["payload"]
    done = await person.fill(payload, clarification="单位去年改过名，营业执照没有变。")
    assert done.responses == ["utter_exchange_clarified"]
    await go_round(desk)
    await go_round(desk)
    assert (await the_case(person)).state == "answered"
    assert node.kinds() == ["CoverageRequest", "Clarification"]


async def test_a_rejection_is_told_with_its_reason(
    stage: Stage, sign_in_as: SignInAs, desk: Desk, node: RunningNode
) -> None:
    node.order(outcome="reject", code="no_contributions")
    person = await sign_in_as("douyue")
    await sent(person)
    await go_round(desk)
    assert (await the_case(person)).state == "rejected"
    assert "没有可转移的缴费记录" in (await told(person))[-1]


async def test_the_other_side_is_reminded_when_its_time_is_over(
    stage: Stage, sign_in_as: SignInAs, desk: Desk, node: RunningNode, clock: Clock
) -> None:
    node.order(outcome="silent")
    person = await sign_in_as("douyue")
    await sent(person)
    await go_round(desk)
    clock.now += timedelta(days=21)  # the fifteenth working day itself
    await go_round(desk)
    assert "Reminder" not in node.kinds()
    clock.now += timedelta(days=1)
    await go_round(desk)
    await go_round(desk)
    assert node.kinds() == ["PensionTransferRequest", "Reminder"]
    assert "已经替您催办" in " ".join(await told(person))
    case = await the_case(person)
    assert case.due_on is not None
    assert case.due_on > date(2026, 12, 30)
    assert case.state == "in_progress"


async def test_a_withdrawal_before_sending_leaves_nothing_and_after_it_is_told(
    stage: Stage, sign_in_as: SignInAs, desk: Desk, node: RunningNode
) -> None:
    person = await sign_in_as("douyue")
    case = await sent(person)
    assert (await person.step(f"withdraw:{case.id}")).responses == ["utter_exchange_withdrawn"]
    await go_round(desk)
    assert node.kinds() == []
    node.order(outcome="silent")
    case = await sent(person)
    await go_round(desk)
    await person.step(f"withdraw:{case.id}")
    await go_round(desk)
    assert node.kinds() == ["PensionTransferRequest", "Withdrawal"]
    assert (await the_case(person)).state == "closed"


async def test_a_step_of_another_state_or_citizen_does_nothing(
    stage: Stage, sign_in_as: SignInAs, parts: Parts, desk: Desk
) -> None:
    person = await sign_in_as("douyue")
    case = await sent(person)
    for step in ("confirm", "close", "clarify", "retry", "discard", "change", "answer", "x"):
        said = await person.step(f"{step}:{case.id}")
        assert said.responses == ["utter_exchange_no_such_case"], step
    for step in ("", "confirm", "confirm:x", "fill:x", "fill:clarify:x", "fill:pension_transfer"):
        assert (await person.step(step)).responses == ["utter_exchange_no_such_case"], step
    assert (await the_case(person)).state == "queued"
    async with parts.database.begin() as db:
        await db.execute(text("UPDATE exchange_cases SET citizen = 'citizen:another'"))
    for step in ("withdraw", "show"):
        assert (await person.step(f"{step}:{case.id}")).responses == ["utter_exchange_no_such_case"]


@pytest.mark.parametrize(
    "sign_in", [None, {"level": "loa2"}, {"ago": 6 * 60}], ids=["nobody", "low", "stale"]
)
async def test_without_a_fresh_and_sure_sign_in_nothing_is_drafted_or_sent(
    stage: Stage,
    parts: Parts,
    sandbox: RunningRegistry,
    sign_in_as: SignInAs,
    sign_in: dict[str, Any] | None,
) -> None:
    if sign_in is not None:
        await sign_in_as("wangfang", **sign_in)
    for action in ("action_apply_coverage_certificate", "action_apply_pension_transfer"):
        said = await stage.play(action, "x")
        assert said.responses[0] in (
            "utter_sign_in_first",
            "utter_sign_in_higher",
            "utter_sign_in_again",
        )
    for step in (f"fill:{COVERAGE}", "confirm:0b0e1d9c-3a52-4f0e-9d6a-0a1f6b6f0001"):
        said = await stage.play("action_exchange_step", "x", entities={"step": step})
        assert said.responses[0].startswith("utter_sign_in")
    assert sandbox.heard() == []
    async with parts.database.connect() as db:
        assert (await db.execute(text("SELECT count(*) FROM exchange_cases"))).scalar() == 0


async def test_what_cannot_be_delivered_is_tried_again_then_given_up_and_revived(
    stage: Stage, sign_in_as: SignInAs, desk: Desk, node: RunningNode, clock: Clock
) -> None:
    node.order(mode="down")
    person = await sign_in_as("douyue")
    await sent(person)
    for _ in range(60):
        while await send_next(desk):
            pass
        clock.now += timedelta(minutes=6)
        if (await the_case(person)).reason:
            break
    case = await the_case(person)
    assert (case.state, case.reason) == ("queued", "undeliverable")
    person = await sign_in_as("douyue")
    status = await stage.play("action_exchange_status", "exchange_status")
    titles = [one["title"] for one in status.card("choices")["choices"]]
    assert titles[0] == "重新发送"
    node.order(mode="up")
    assert (await person.step(f"retry:{case.id}")).responses == ["utter_exchange_retried"]
    await go_round(desk)
    await go_round(desk)
    assert (await the_case(person)).state == "answered"


@pytest.mark.parametrize("mode", ["mute", "liar"])
async def test_without_a_true_receipt_it_does_not_count_as_sent_and_is_not_doubled(
    sign_in_as: SignInAs, desk: Desk, node: RunningNode, clock: Clock, mode: str
) -> None:
    node.order(mode=mode)
    person = await sign_in_as("douyue")
    await sent(person)
    await send_next(desk)
    assert (await the_case(person)).state == "queued"
    assert node.kinds() == ["PensionTransferRequest"]
    node.order(mode="up")
    clock.now += timedelta(minutes=5)
    await send_next(desk)
    assert (await the_case(person)).state == "transmitted"
    assert node.kinds() == ["PensionTransferRequest"]


async def test_two_couriers_send_each_document_once(
    sign_in_as: SignInAs, parts: Parts, node: RunningNode, desk: Desk
) -> None:
    person = await sign_in_as("douyue")
    await sent(person)
    others = [node.desk(parts) for _ in range(3)]
    await asyncio.gather(*(go_round(one) for one in (desk, *others)))
    await go_round(desk)
    assert node.kinds() == ["PensionTransferRequest"]
    assert (await acts(person)).count("answer") == 1
    assert len(await told(person)) == 4

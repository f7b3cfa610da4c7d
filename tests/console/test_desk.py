"""The desk: somebody takes a request, answers in the citizen's chat, gives it back, ends it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from tests.conftest import Gateway, Talk
from tests.console.conftest import Console, Worker
from tests.console.waiting import database_url, public, rows, wish

__all__ = ["database_url", "public"]

SAID = "您的材料齐了，周一带身份证到窗口来就行。"
STEPS = ("take", "say", "draft", "give-back", "finish")


async def taken(worker: Worker, number: int) -> None:
    """Take it."""
    answer = await worker.post(f"/handovers/{number}/take")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/handovers/{number}")


def steps(console: Console) -> list[str]:
    """What the audit log has of the desk, in order, without who looked."""
    found = rows(
        console, "SELECT act FROM audit_entries WHERE object LIKE 'handover:%' ORDER BY seq"
    )
    return [act for (act,) in found if act != "see_handover"]


async def state(console: Console, citizen: Talk) -> Any:
    """All that a step could have changed."""
    held = rows(console, "SELECT id, taken_by, taken_at, spoken_at, closed_at FROM handovers")
    return held, [(one["from"], one["text"]) for one in await citizen.events()], steps(console)


async def test_a_person_takes_a_request_answers_and_ends_it(
    console: Console, public: Gateway
) -> None:
    citizen, number = await wish(console, public, "我的材料交了没有", waited=timedelta(seconds=90))
    async with console.worker("agent", name="应小答") as agent:
        assert f"/handovers/{number}/take" in (await agent.get("/handovers")).text
        await taken(agent, number)
        await taken(agent, number)  # again: nobody is told twice
        page = (await agent.get(f"/handovers/{number}")).text
        for shown in ("我的材料交了没有", "南城大厅", "上海", "网页", "没有登录", "群众要找人"):
            assert shown in page
        assert citizen.id not in page
        answer = await agent.post(f"/handovers/{number}/say", text=f" {SAID}\r\n")
        assert (answer.status_code, answer.headers["location"]) == (
            303,
            f"/handovers/{number}#reply",
        )
        assert "<p>" + SAID in (await agent.get(f"/handovers/{number}")).text
        ended = await agent.post(f"/handovers/{number}/finish")
        assert (ended.status_code, ended.headers["location"]) == (303, "/handovers")
        assert "没有人在等" in (await agent.get("/handovers")).text
    here, said, gone = (await citizen.events())[-3:]
    assert (here["from"], here["card"]) == ("system", {"type": "notice", "level": "person_here"})
    assert "工作人员来了" in here["text"]
    assert (said["from"], said["text"], said.get("card")) == ("agent", SAID, None)
    assert (gone["from"], gone["card"]) == ("system", {"type": "notice", "level": "person_gone"})
    assert f"编号{number}" in gone["text"]
    assert steps(console) == ["take_handover", "say_to_citizen", "finish_handover"]
    told = str(rows(console, "SELECT fields FROM audit_entries"))
    assert "材料" not in told
    assert "waited_seconds': 9" in told
    assert "talked_seconds" in told


async def test_given_back_it_waits_where_it_stood(console: Console, public: Gateway) -> None:
    citizen, number = await wish(console, public, "找人")
    async with console.worker("agent") as agent, console.worker("agent") as other:
        await taken(agent, number)
        assert (await agent.post(f"/handovers/{number}/give-back")).status_code == 303
        gone = (await citizen.events())[-1]
        assert gone["card"]["level"] == "person_gone"
        assert f"（编号{number}）还在排队" in gone["text"]
        await taken(other, number)
    assert (await citizen.events())[-1]["card"]["level"] == "person_here"
    assert steps(console) == ["take_handover", "give_back_handover", "take_handover"]


async def test_what_somebody_else_has_taken_is_theirs(console: Console, public: Gateway) -> None:
    citizen, number = await wish(console, public, "我家里的事")
    async with console.worker("agent", name="甲") as first, console.worker("agent") as other:
        await taken(first, number)
        before = await state(console, citizen)
        listed = (await other.get("/handovers")).text
        assert "甲在接" in listed
        assert f'href="/handovers/{number}"' not in listed
        for answer in (
            await other.get(f"/handovers/{number}"),
            await other.get(f"/handovers/{number}/suggested?seq=1"),
            *[
                await other.post(f"/handovers/{number}/{one}", text=SAID, item="Q001")
                for one in STEPS
            ],
        ):
            assert answer.status_code == 409
            assert "没有执行" in answer.text
            assert "我家里的事" not in answer.text
        newer = await other.get(f"/handovers/{number}/newer?after=0&state=waiting")
        assert newer.status_code == 286
        assert "别人在接" in newer.text
        assert "我家里的事" not in newer.text
    assert await state(console, citizen) == before


async def test_nothing_is_said_before_it_is_taken_or_after_it_ended(
    console: Console, public: Gateway
) -> None:
    citizen, number = await wish(console, public, "找人")
    async with console.worker("agent") as agent:
        before = await state(console, citizen)
        for step in ("say", "give-back", "finish"):
            answer = await agent.post(f"/handovers/{number}/{step}", text=SAID)
            assert (answer.status_code, "先在“转人工”里接过来" in answer.text) == (409, True)
        assert await state(console, citizen) == before
        await taken(agent, number)
        await agent.post(f"/handovers/{number}/finish")
        after = await state(console, citizen)
        for step in ("take", "say", "give-back", "finish"):
            answer = await agent.post(f"/handovers/{number}/{step}", text=SAID)
            assert (answer.status_code, "已经结束" in answer.text) == (409, True)
        async with console.worker("agent") as other:
            assert (await other.get(f"/handovers/{number}")).status_code == 409
    assert await state(console, citizen) == after


async def test_a_conversation_that_the_citizen_ended_is_gone(
    console: Console, public: Gateway
) -> None:
    citizen, number = await wish(console, public, "我先走了")
    async with console.worker("agent") as agent:
        await taken(agent, number)
        await citizen.http.delete(citizen.path, headers=citizen.headers)
        for step in STEPS:
            answer = await agent.post(f"/handovers/{number}/{step}", text=SAID)
            assert (answer.status_code, "群众已经离开" in answer.text) == (409, True), step
        newer = await agent.get(f"/handovers/{number}/newer?after=2&state=mine")
        assert (newer.status_code, "群众结束或者删除了会话" in newer.text) == (286, True)
    assert steps(console) == ["take_handover"]
    assert rows(console, "SELECT 1 FROM events") == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "没有写"),
        (" \r\n ", "没有写"),
        ("字" * 1001, "有1001个"),
        ("看\x07这", "看不见的控制字符"),
        ("看\0这", "看不见的控制字符"),
        ("到 https://gov.cn.example.com 填", "非政府网址"),
    ],
)
async def test_what_cannot_be_sent_is_refused_and_nothing_is_said(
    console: Console, public: Gateway, text: str, why: str
) -> None:
    citizen, number = await wish(console, public, "找人")
    async with console.worker("agent") as agent:
        await taken(agent, number)
        before = await state(console, citizen)
        answer = await agent.post(f"/handovers/{number}/say", text=text)
        assert (400 <= answer.status_code < 500, why in answer.text) == (True, True)
    assert await state(console, citizen) == before


async def test_who_leads_the_agents_takes_over_and_ends_in_their_place(
    console: Console, public: Gateway
) -> None:
    citizen, number = await wish(console, public, "找人")
    _, second = await wish(console, public, "也找人")
    async with console.worker("agent", name="甲") as agent, console.worker("supervisor") as leader:
        await taken(agent, number)
        await taken(agent, second)
        page = (await leader.get(f"/handovers/{number}")).text
        assert "替他交回排队" in page
        assert 'id="say"' not in page
        assert (await leader.post(f"/handovers/{number}/give-back")).status_code == 303
        await taken(leader, number)
        answer = await agent.post(f"/handovers/{number}/say", text=SAID)
        assert answer.status_code == 409
        assert (await leader.post(f"/handovers/{number}/say", text=SAID)).status_code == 303
        assert (await leader.post("/handovers/close", number=str(second))).status_code == 303
        of = rows(console, "SELECT act, fields ->> 'taken_by' FROM audit_entries ORDER BY seq")
    assert ("give_back_handover", agent.id) in of
    assert ("close_handover", agent.id) in of
    assert [one["from"] for one in await citizen.events()].count("agent") == 1


@pytest.mark.parametrize("role", ["editor", "reviewer", "publisher", "auditor", "administrator"])
async def test_others_neither_read_nor_say_anything(
    console: Console, public: Gateway, role: str
) -> None:
    citizen, number = await wish(console, public, "我的事")
    before = await state(console, citizen)
    async with console.worker(role) as worker:
        for place in ("", "/newer", "/suggested?seq=1"):
            answer = await worker.get(f"/handovers/{number}{place}")
            assert (answer.status_code, "我的事" in answer.text) == (403, False)
        for step in STEPS:
            answer = await worker.post(f"/handovers/{number}/{step}", text=SAID)
            assert answer.status_code == 403
    assert await state(console, citizen) == before


async def test_a_forged_form_does_nothing(console: Console, public: Gateway) -> None:
    citizen, number = await wish(console, public, "找人")
    async with console.worker("agent") as agent:
        await taken(agent, number)
        before = await state(console, citizen)
        for step in STEPS:
            for csrf in ("", "x" * 43):
                form = {"csrf": csrf, "text": SAID}
                answer = await agent.http.post(f"/handovers/{number}/{step}", data=form)
                assert answer.status_code == 403
    assert await state(console, citizen) == before


async def test_the_list_says_who_waits_in_its_title_and_changes_only_when_something_did(
    console: Console, public: Gateway
) -> None:
    _, first = await wish(console, public, "第一个")
    _, second = await wish(console, public, "第二个")
    htmx = {"hx-request": "true"}
    async with console.worker("agent") as agent, console.worker("auditor") as auditor:
        page = (await agent.get("/handovers")).text
        assert "<title>(2) 转人工" in page
        found = re.search(r'hx-get="(/handovers\?seen=\w+)"', page)
        assert found
        assert (await agent.get(found[1], headers=htmx)).status_code == 204
        await taken(agent, first)
        changed = (await agent.get(found[1], headers=htmx)).text
        assert "<title>(1) 转人工" in changed
        mine = changed.index("我在接的") < changed.index(f"第{first}号") < changed.index("在等的")
        assert mine < changed.index(f"接过来：第{second}号")
        seen = (await auditor.get("/handovers")).text
        assert "接过来" not in seen
        assert "在接" in seen
        assert "<strong>1</strong> 等人工" in (await agent.get("/")).text


async def test_who_also_writes_items_may_make_one_of_it(console: Console, public: Gateway) -> None:
    _, number = await wish(console, public, "卡掉河里怎么弄")
    async with console.worker("agent", "editor") as both:
        await taken(both, number)
        ended = await both.post(f"/handovers/{number}/finish")
        page = (await both.get(ended.headers["location"])).text
        link = re.search(r'href="(/items/new\?line=[^"]*)"', page)
        assert link
        assert "卡掉河里怎么弄</textarea>" in (await both.get(link[1])).text

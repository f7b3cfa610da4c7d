"""What is said at the desk: new lines, long talks, what is taken back, what Wenbao would answer."""

from __future__ import annotations

import asyncio
import re
import time
from uuid import UUID

import psycopg

from records import events
from records.events import Line
from tests.conftest import Gateway, Talk
from tests.console.conftest import Console
from tests.console.test_desk import SAID, state, taken
from tests.console.waiting import database_url, public, rows, wish
from tests.stand_ins.engine import StandInEngine

__all__ = ["database_url", "public"]


async def test_new_lines_come_by_themselves_and_a_record_is_never_among_them(
    console: Console, public: Gateway
) -> None:
    citizen, number = await wish(console, public, "找人")
    htmx = {"hx-request": "true"}
    async with console.worker("agent") as agent:
        await taken(agent, number)
        page = (await agent.get(f"/handovers/{number}")).text
        place = poller(page)
        assert (await agent.get(place, headers=htmx)).status_code == 204
        signed_in(console, citizen)
        async with public.database() as db:
            told = Line("账户里有30712.88元。", {"type": "record", "facts": []})
            await events.append(db, UUID(citizen.id), "bot", [told], console.clock())
            heard = [Line("我<b>补办社保卡怎么办</b>")]
            await events.append(db, UUID(citizen.id), "citizen", heard, console.clock())
        newer = await agent.get(place, headers=htmx)
        assert newer.status_code == 200
        assert "我&lt;b&gt;补办社保卡怎么办" in newer.text
        assert "30712" not in newer.text
        assert "这里不显示" in newer.text
        assert "/suggested?seq=" in newer.text
        assert (await agent.get(poller(newer.text), headers=htmx)).status_code == 204
        said = await agent.http.post(
            *(f"/handovers/{number}/say",),
            data={"csrf": agent.csrf, "text": SAID},
            headers=htmx,
        )
        assert (said.status_code, said.headers["hx-trigger"]) == (204, "said")
        assert SAID in (await agent.get(poller(newer.text), headers=htmx)).text
    looks = "SELECT count(*) FROM audit_entries WHERE act = 'see_handover'"
    assert rows(console, looks) == [(1,)]  # a page that asks again is one look


async def test_a_long_conversation_is_there_to_its_end(console: Console, public: Gateway) -> None:
    citizen, number = await wish(console, public, "开头")
    async with public.database() as db:
        said = [Line(f"第{one}句。") for one in range(450)]
        await events.append(db, UUID(citizen.id), "citizen", said, console.clock())
    async with console.worker("agent") as agent:
        page = (await agent.get(f"/handovers/{number}")).text
    assert [page.count(one) for one in ("<p>开头", "第0句。", "第449句。")] == [1, 1, 1]
    assert "after=452&" in poller(page)


async def test_what_the_citizen_took_back_leaves_the_desk(
    console: Console, public: Gateway
) -> None:
    citizen, number = await wish(console, public, "开头")
    htmx = {"hx-request": "true"}
    async with console.worker("agent") as agent:
        await taken(agent, number)
        signed_in(console, citizen)
        async with public.database() as db:
            said = [Line("我每月领3071元，对不对")]
            await events.append(db, UUID(citizen.id), "citizen", said, console.clock())
        page = (await agent.get(f"/handovers/{number}")).text
        assert "3071" in page
        async with public.database() as db:
            await events.hide_personal(db, UUID(citizen.id), "（已隐去）", console.clock())
        newer = (await agent.get(poller(page), headers=htmx)).text
        assert newer.count('<ol id="lines" class="plain" hx-swap-oob="true">') == 1
        assert ("开头" in newer, "（已隐去）" in newer, "3071" in newer) == (True, True, False)
        assert (await agent.get(poller(newer), headers=htmx)).status_code == 204


def signed_in(console: Console, citizen: Talk) -> None:
    """The citizen has come back from signing in."""
    with psycopg.connect(console.database_url) as db:
        db.execute(
            "INSERT INTO messages (conversation, delivery, fingerprint, text, choice, seq,"
            " received_at, answered_at) VALUES (%s, 'b', '', '', '/signed_in', 2, now(), now())",
            (citizen.id,),
        )


def poller(page: str) -> str:
    """Where the page asks for what is newer."""
    found = re.search(r'hx-get="([^"]*/newer[^"]*)"', page)
    assert found
    return found[1].replace("&amp;", "&")


async def test_what_wenbao_would_answer_goes_into_the_field_and_nowhere_else(
    console: Console, public: Gateway
) -> None:
    asked = "下限是多少钱呢"
    citizen, number = await wish(console, public, asked)
    console.workshop.said = [
        {"text": asked, "decision": "answer", "answers": [["Q003", 0.9]], "known": False}
    ]
    async with console.worker("agent") as agent:
        await taken(agent, number)
        before = await state(console, citizen)
        suggested = (await agent.get(f"/handovers/{number}/suggested?seq=1")).text
        assert 'value="Q003"' in suggested
        assert "上海的缴费基数下限是每月7460元" in suggested
        assert 'value="Q003"' in (await agent.get(f"/handovers/{number}?suggest=1")).text
        page = await agent.post(f"/handovers/{number}/draft", text="您好。", item="Q003")
        field = re.search(r'<textarea id="reply".*?</textarea>', page.text, re.DOTALL)
        assert field
        assert "您好。\n缴费基数可以在" in field[0]
        assert "7460元" in field[0]
        console.workshop.away = True
        assert (await agent.get(f"/handovers/{number}/suggested?seq=1")).status_code == 200
        for item in ("Q999", ""):
            answer = await agent.post(f"/handovers/{number}/draft", text="您好。", item=item)
            assert answer.status_code == 404
    assert await state(console, citizen) == before


async def test_the_chat_and_the_desk_are_one_until_the_citizen_ends_it(
    console: Console, public: Gateway, engine: StandInEngine
) -> None:
    htmx = {"hx-request": "true"}
    citizen, number = await wish(console, public, "我要找人")
    async with console.worker("agent") as agent:
        await taken(agent, number)
        await citizen.send(text="我想问养老金")
        page = (await agent.get(f"/handovers/{number}")).text
        assert "我想问养老金" in page
        waits = asyncio.create_task(citizen.events(4, wait=20))
        await asyncio.sleep(0.3)
        said = time.monotonic()
        await agent.post(f"/handovers/{number}/say", text=SAID)
        assert [one["text"] for one in await waits] == [SAID]
        assert time.monotonic() - said < 2.5
        await citizen.send(text="结束人工")
        await citizen.until(7)
        over = await agent.get(poller(page), headers=htmx)
        assert (over.status_code, "已结束" in over.text, SAID in over.text) == (286, True, True)
        before = await state(console, citizen)
        assert (await agent.post(f"/handovers/{number}/say", text=SAID)).status_code == 409
    assert await state(console, citizen) == before
    assert (await citizen.ask("养老金怎么领"))["text"] == "答：养老金怎么领"
    assert engine.texts == ["我要找人", "养老金怎么领"]

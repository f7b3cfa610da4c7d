"""Who waits for a person: listed with masked words, closed once, told so in the conversation."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import psycopg
import pytest

from records import handovers
from tests.conftest import Gateway, Talk
from tests.console.conftest import Console, until
from tests.console.talks import Said, talk
from tests.console.waiting import database_url, public, rows, wish

__all__ = ["database_url", "public"]

NUMBER = "11010519491231002X"
NOTED = "SELECT count(*) FROM audit_entries WHERE act = 'close_handover'"


async def test_who_waits_longest_stands_first_and_no_number_is_shown(
    console: Console, public: Gateway
) -> None:
    await wish(console, public, "刚来的")
    _, second = await wish(console, public)
    with psycopg.connect(console.database_url) as db:
        db.execute(
            "UPDATE handovers SET opened_at = now() - interval '125 minutes' WHERE id = %s",
            (second,),
        )
    citizen, _ = await wish(console, public, "一", "二", "三", f"我的号是{NUMBER}，养老金少了")
    async with console.worker("supervisor") as worker:
        page = (await worker.get("/handovers")).text
    assert "3个在等" in page
    assert page.index("2小时5分") < page.index("刚来的") < page.index("养老金少了")
    assert NUMBER not in page
    assert "<div>一</div>" not in page  # the last three say what it is about
    for shown in ("<div>三</div>", "群众要找人", "南城大厅", "上海", "网页"):
        assert shown in page
    assert citizen.id not in page
    assert rows(console, "SELECT act FROM audit_entries WHERE object = 'handovers'") == [
        ("see_handovers",)
    ]


async def test_closing_is_told_in_the_conversation_and_the_machine_answers_on(
    console: Console, public: Gateway
) -> None:
    citizen, number = await wish(console, public, "人工", waited=timedelta(minutes=10))
    async with console.worker("supervisor") as worker:
        assert f'value="{number}"' in (await worker.get("/handovers")).text
        closed = await worker.post("/handovers/close", number=str(number))
        assert (closed.status_code, closed.headers["location"]) == (303, "/handovers")
        assert "没有人在等" in (await worker.get("/handovers")).text
    told = (await citizen.until(3))[-1]
    assert (told["from"], f"编号{number}" in told["text"]) == ("system", True)
    assert (await citizen.ask("养老金怎么领"))["text"] == "答：养老金怎么领"
    async with public.database() as db:
        again = await handovers.request(db, UUID(citizen.id), "asked", None, console.clock())
    assert again.id > number
    waited = rows(
        console,
        "SELECT fields ->> 'waited_seconds' FROM audit_entries WHERE act = 'close_handover'",
    )
    assert 600 <= int(waited[0][0]) < 660


async def test_the_figures_count_how_long_people_waited(console: Console, public: Gateway) -> None:
    _, number = await wish(console, public, "人工", waited=timedelta(minutes=3))
    async with console.worker("supervisor") as worker:
        await worker.post("/handovers/close", number=str(number))
    talk(console.database_url, Said("人工", "human", days_ago=0.001))  # something to count
    console.clock.ahead = timedelta(hours=1, seconds=1)
    counted = "SELECT 1 FROM days WHERE person_median BETWEEN 180 AND 200"
    await until(lambda: rows(console, counted))
    async with console.worker("publisher") as worker:
        assert "3.0分钟" in (await worker.get("/insight")).text


async def test_what_is_not_open_is_refused_and_nothing_is_said(
    console: Console, public: Gateway
) -> None:
    citizen, number = await wish(console, public, "人工")
    gone, lost = await wish(console, public, "人工")
    await gone.http.delete(gone.path, headers=gone.headers)
    async with console.worker("supervisor") as worker:
        assert (await worker.post("/handovers/close", number=str(number))).status_code == 303
        for told in (str(number), str(lost), "0", "999999999", "x", "-1", ""):
            answer = await worker.post("/handovers/close", number=told)
            assert answer.status_code == 409, told
    assert [one["from"] for one in await citizen.events()].count("system") == 1
    assert rows(console, NOTED) == [(1,)]


@pytest.mark.parametrize(
    "role", ["editor", "reviewer", "publisher", "auditor", "administrator", "agent"]
)
async def test_others_close_nothing(console: Console, public: Gateway, role: str) -> None:
    citizen, number = await wish(console, public, "人工")
    async with console.worker(role) as worker:
        assert (await worker.post("/handovers/close", number=str(number))).status_code == 403
        assert "已经处理" not in (await worker.get("/handovers")).text
    assert await nothing_happened(console, citizen)


async def test_a_forged_form_closes_nothing(console: Console, public: Gateway) -> None:
    citizen, number = await wish(console, public, "人工")
    async with console.worker("supervisor") as worker:
        for csrf in ("", "x" * 43):
            form = {"csrf": csrf, "number": str(number)}
            answer = await worker.http.post("/handovers/close", data=form)
            assert answer.status_code == 403
    assert await nothing_happened(console, citizen)


async def nothing_happened(console: Console, citizen: Talk) -> bool:
    """Whether the request is still open, untold and unnoted."""
    still = rows(console, "SELECT count(*) FROM handovers WHERE closed_at IS NULL") == [(1,)]
    silent = "system" not in [one["from"] for one in await citizen.events()]
    return still and silent and rows(console, NOTED) == [(0,)]

"""Operations: sites and their embed code, notices, dead letters, retention, health."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from tests.conftest import Gateway, OpenGateway
from tests.console.conftest import Console
from tests.console.talks import Said, talk


def rows(console: Console, query: str, *values: Any) -> list[Any]:
    """What the database has."""
    with psycopg.connect(console.database_url) as db:
        return db.execute(query, values).fetchall()


def site(console: Console, key: str = "hall") -> None:
    """A site with a colour and hours that no form shows."""
    with psycopg.connect(console.database_url) as db:
        db.execute(
            "INSERT INTO sites (key, name, created_at, hours, theme, origins) VALUES (%s, '南城',"
            """ now(), '[{"days": [1], "from": "09:00", "to": "17:00"}]', '{"brand": "#0b5c6b"}',"""
            " '{https://hall.example}')",
            (key,),
        )


FORM = {
    "name": "北城大厅",
    "region": "310000",
    "greeting": "您好",
    "origins": "https://a.example\nhttps://b.example",
    "phone": "021-12333",
    "place": "一楼",
    "address": "",
}


async def test_a_site_has_its_embed_code_and_keeps_what_the_form_does_not_show(
    console: Console,
) -> None:
    site(console)
    async with console.worker("administrator") as worker:
        page = (await worker.get("/operations/sites/hall")).text
        assert "/w/v1/loader.js&#34; data-site=&#34;hall" in page or (
            '/w/v1/loader.js" data-site="hall"' in page
        )
        saved = await worker.post("/operations/sites/hall", **FORM)
        assert saved.status_code == 303
        for field, value, why in (
            ("origins", "javascript:x", "可以嵌入的网站要写成"),
            ("phone", "打电话", "电话要有3到20个字"),
            ("name", "", "名称要有1到60个字"),
        ):
            bad = await worker.post("/operations/sites/hall", **FORM | {field: value})
            assert (bad.status_code, why in bad.text) == (409, True)
            assert "validation error" not in bad.text
        assert (await worker.get("/operations/sites/none")).status_code == 404
    kept = rows(console, "SELECT name, region, origins, phone, place, hours, theme FROM sites")
    assert kept == [
        (
            *(
                "北城大厅",
                "310000",
                ["https://a.example", "https://b.example"],
                "021-12333",
                "一楼",
            ),
            [{"days": [1], "from": "09:00", "to": "17:00"}],
            {"brand": "#0b5c6b"},
        )
    ]
    assert rows(console, "SELECT count(*) FROM audit_entries WHERE object = 'site:hall'") == [(1,)]


async def test_a_new_site_is_registered_once(console: Console) -> None:
    async with console.worker("administrator") as worker:
        told = {"key": "east", "name": "东城"}
        assert (await worker.post("/operations/sites", **told)).status_code == 303
        twice = await worker.post("/operations/sites", **told | {"name": "别的"})
        assert (twice.status_code, "代号“east”已经给了网点“东城”" in twice.text) == (400, True)
        assert (await worker.post("/operations/sites", key="../x", name="x")).status_code == 409
    assert rows(console, "SELECT key, name FROM sites") == [("east", "东城")]


@pytest.fixture
def database_url(console: Console) -> str:
    """The console's, not emptied once more while it runs."""
    return console.database_url


@pytest.fixture
async def public(open_gateway: OpenGateway) -> AsyncIterator[Gateway]:
    """A gateway in front of the same database."""
    async with open_gateway() as gateway:
        yield gateway


async def test_a_notice_reaches_the_pages_of_the_sites_on_its_days(
    console: Console, public: Gateway
) -> None:
    site(console)
    site(console, "west")
    today = (console.clock() + timedelta(hours=8)).date()
    async with console.worker("administrator") as worker:
        notice = {"text": "今天系统维护", "level": "warning", "from": str(today), "to": str(today)}
        done = await worker.post("/operations/notices", site=["hall", "west"], **notice)
        assert done.status_code == 303
        assert "正在显示" in (await worker.get("/operations/sites")).text
        shown = (await public.http.get("/api/chat/sites/hall")).json()["notice"]
        assert shown == {"text": "今天系统维护", "level": "warning"}
        await worker.post("/operations/notices", site="west", text="")
        over = notice | {"from": "2020-01-02", "to": "2020-01-01"}
        for wrong, why in (
            (over, "结束日期早于开始日期"),
            (notice | {"text": "长" * 301}, "公告内容最多300个字"),
            (notice | {"from": "明天"}, "公告的开始日期要写成"),
        ):
            refused = await worker.post("/operations/notices", site="hall", **wrong)
            assert (refused.status_code, why in refused.text) == (409, True)
            assert "validation error" not in refused.text
        assert (await worker.post("/operations/notices", site="x", **notice)).status_code == 400
    kept = dict(rows(console, "SELECT key, notice IS NOT NULL FROM sites WHERE key <> 'demo'"))
    assert kept == {"hall": True, "west": False}


def dead_letter(console: Console) -> uuid.UUID:
    """A message that the messenger did not take."""
    conversation = talk(console.database_url, Said("在吗", "chat", (), None), channel="wechat")
    with psycopg.connect(console.database_url) as db:
        db.execute(
            "INSERT INTO channel_accounts (id, channel, name, site, sealed_secrets, updated_at)"
            " VALUES ('acc', 'wechat', '公众号', 'demo', 'x', now())"
        )
        db.execute(
            "INSERT INTO threads (conversation, account, external_index, sealed_external,"
            " opened_at) VALUES (%s, 'acc', '', '', now())",
            (conversation,),
        )
        db.execute(
            "INSERT INTO deliveries (conversation, seq, state, attempts, created_at, next_at,"
            " settled_at, cause) VALUES (%s, 2, 'dead', 48, now(), now(), now(), 'timeout')",
            (conversation,),
        )
    return conversation


@pytest.mark.parametrize("by", ["account", "conversation"])
async def test_what_no_messenger_took_is_shown_and_tried_again(console: Console, by: str) -> None:
    conversation = dead_letter(console)
    async with console.worker("administrator") as worker:
        page = (await worker.get("/operations/channels")).text
        for shown in ("公众号", "timeout", "48次", str(conversation)):
            assert shown in page
        assert (await worker.post("/operations/channels/replay")).status_code == 400
        wrong = await worker.post("/operations/channels/replay", conversation="x")
        assert wrong.status_code == 400
        told = {"account": "acc"} if by == "account" else {"conversation": str(conversation)}
        await worker.post("/operations/channels/replay", **told)
    assert rows(console, "SELECT state, attempts FROM deliveries") == [("waiting", 0)]
    assert rows(console, "SELECT count(*) FROM audit_entries WHERE act = 'replay'") == [(1,)]


async def test_retention_is_shown_beforehand_and_removes_nothing(console: Console) -> None:
    talk(console.database_url, Said("很久以前", days_ago=100))
    talk(console.database_url, Said("昨天"))
    async with console.worker("auditor") as auditor:
        page = (await auditor.get("/operations/retention")).text
    row = page[page.index("没有登录的会话</th>") :]
    assert row.startswith("没有登录的会话</th><td>90天</td><td>1</td>")
    assert rows(console, "SELECT count(*) FROM conversations") == [(2,)]


async def test_each_part_says_how_it_is(console: Console, public: Gateway) -> None:
    talk(console.database_url, Said("在吗", "chat", (), None, 0))
    settings = console.app.state.parts.settings
    console.app.state.parts.settings = settings.model_copy(update={"public_url": public.url})
    async with console.worker("administrator") as worker:
        page = (await worker.get("/operations/health")).text
        assert "<!doctype html>" in page  # also without scripts
        for part in ("公共网关", "引擎", "网关的Valkey", "工作台的数据库"):
            assert part in page
        assert page.count("没有回应") == 1  # the identity provider of these tests is away
        assert "v1" in page
        console.app.state.parts.settings = settings.model_copy(
            update={"public_url": "http://127.0.0.1:9"}
        )
        headers = {"hx-request": "true"}
        page = (await worker.http.get("/operations/health", headers=headers)).text
        assert "<!doctype html>" not in page
        assert page.count("没有回应") == 2


async def test_versions_of_the_index_are_compared_and_put_in_use(console: Console) -> None:
    async with console.worker("administrator") as worker:
        page = (await worker.get("/operations/versions")).text
        assert "正在用" in page
        assert "属于别的模型" in page
        compared = (await worker.get("/operations/versions/v2")).text
        assert "Q001 补办社保卡怎么办：卡叼跑了" in compared
        assert "Q002 停保怎么办：停了" in compared
        assert (await worker.post("/operations/versions/v2")).status_code == 303
    assert console.workshop.used == "v2"
    acts = rows(console, "SELECT object FROM audit_entries WHERE act = 'activate'")
    assert acts == [("index:v2",)]


async def test_a_version_that_breaks_something_is_not_put_in_use(console: Console) -> None:
    console.workshop.verdict = {"reasons": ["questions"]}
    async with console.worker("administrator") as worker:
        assert "没有通过检查" in (await worker.get("/operations/versions/v2")).text
        assert (await worker.post("/operations/versions/v2")).status_code == 409
        assert (await worker.post("/operations/versions/none")).status_code == 503
        assert (await worker.get("/operations/versions/..%2Fx")).status_code == 404
        console.workshop.away = True
        assert "没有回应" in (await worker.get("/operations/versions")).text
        assert (await worker.post("/operations/versions/v2")).status_code == 503
    assert console.workshop.used == "v1"

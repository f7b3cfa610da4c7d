"""Publishing through the gate: what it lets through is live, what it refuses changes nothing."""

from __future__ import annotations

import asyncio
import re
import uuid
from datetime import UTC, datetime, timedelta

import httpx
import psycopg

from tests.console.conftest import Console, Worker, until
from tests.console.test_publishing import LINES, NEW, approved, ended, publish

BROKEN = {"question": "停保要带什么", "expected": "Q002", "found": "Q001"}
REFUSED = {"reasons": ["questions"], "broken": [BROKEN], "right": 245}


async def begin(publisher: Worker, *items: str, path: str = "/publishing") -> httpx.Response:
    """Press the button."""
    begun = await publisher.post(path, entry=await publisher.ticked(*items))
    assert begun.status_code == 303, begun.text
    assert "/publishing/candidates/" in begun.headers["location"]
    return begun


async def test_a_new_wording_is_judged_as_it_would_be_live_and_then_published(
    console: Console,
) -> None:
    await approved(console, "Q001", wordings="丢了社保卡咋整\n" + LINES)
    async with console.worker("publisher") as publisher:
        begun = await begin(publisher, "Q001")
        assert await ended(publisher, begun) == "published"
        page = await publisher.get(begun.headers["location"])
    assert "246/248" in page.text
    assert "答案和问法都已生效" in page.text
    assert "丢了社保卡咋整" in console.workshop.seen[0]["nlu/faq/demo.yml"]
    assert set(console.workshop.seen[0]) >= {"knowledge/items/demo.yml", "knowledge/sources.yml"}
    assert "丢了社保卡咋整" in console.wordings()["faq/Q001"]
    assert not [one for one in (console.live / "candidates").iterdir() if one.name != "ahead"]


async def test_a_refused_candidate_names_the_question_and_leaves_everything_as_it_was(
    console: Console,
) -> None:
    await approved(console, "Q001", wordings="丢了社保卡咋整\n" + LINES)
    before = console.wordings()
    console.workshop.verdict = REFUSED
    async with console.worker("publisher") as publisher:
        begun = await begin(publisher, "Q001")
        assert await ended(publisher, begun) == "refused"
        page = await publisher.get(begun.headers["location"])
        item = await publisher.get("/items/Q001")
        waiting = await publisher.get("/publishing")
    assert "次检查</a>没有通过" in waiting.text
    assert 'value="Q001:2" checked' not in waiting.text
    assert "停保要带什么" in page.text
    assert "Q002 停保怎么办" in page.text
    assert 'class="state approved"' in item.text
    assert console.wordings() == before
    assert (console.live / "current").readlink().name == "000001"


async def test_what_a_reviewer_still_reads_is_judged_ahead_and_not_live(console: Console) -> None:
    before = console.wordings()
    async with console.worker("editor") as editor:
        await editor.edit("Q001", wordings="丢了社保卡咋整\n" + LINES)
        await editor.step("Q001", "submit")
    await until(lambda: "丢了社保卡咋整" in "".join(console.workshop.prepared))
    async with console.worker("publisher") as publisher:
        asked = await publisher.post("/publishing", entry=await publisher.ticked("Q001"))
    assert asked.status_code == 409
    assert (console.wordings(), console.workshop.checked) == (before, [])


async def test_all_that_is_approved_is_judged_ahead_together_and_once(console: Console) -> None:
    await approved(console, "Q001", wordings="丢了社保卡咋整\n" + LINES)
    other = "\n".join(f"停保{end}" for end in ("怎么办", "去哪办", "要多久", "要钱吗", "俺咋停"))
    await approved(console, "Q002", wordings=other)

    def together() -> list[str]:
        return [one for one in console.workshop.prepared if "咋整" in one and "俺咋停" in one]

    await until(together)
    await asyncio.sleep(1)
    assert len(together()) == 1
    await approved(console, "Q003", summary=NEW)  # words alone ask nothing of the indexer
    many = len(console.workshop.prepared)
    await asyncio.sleep(0.5)
    assert len(console.workshop.prepared) - many <= 1


async def test_the_indexer_is_told_of_each_publication(console: Console) -> None:
    await approved(console, "Q001", summary=NEW)
    before = console.workshop.looked
    async with console.worker("publisher") as publisher:
        await publisher.post("/publishing", entry=await publisher.ticked("Q001"))
    assert console.workshop.looked > before


async def test_words_alone_are_live_at_once_also_when_nobody_can_judge(console: Console) -> None:
    console.workshop.away = True
    await approved(console, "Q001", summary=NEW)
    async with console.worker("publisher") as publisher:
        done = await publisher.post("/publishing", entry=await publisher.ticked("Q001"))
        assert done.headers["location"] == "/publishing"
    assert console.items()["Q001"]["summary"] == NEW
    assert console.workshop.checked == []


async def test_without_the_indexer_no_wording_is_published(console: Console) -> None:
    console.workshop.away = True
    await approved(console, "Q001", wordings=LINES)
    async with console.worker("publisher") as publisher:
        begun = await begin(publisher, "Q001")
        assert await ended(publisher, begun) == "failed"
        assert "检查程序没有回应" in (await publisher.get(begun.headers["location"])).text
    assert (console.live / "current").readlink().name == "000001"


async def test_what_others_publish_meanwhile_is_judged_with_it(console: Console) -> None:
    await approved(console, "Q001", wordings=LINES)
    await approved(console, "Q002", summary=NEW.replace("补办社保卡", "停保"))

    async def other() -> None:
        await publish(console, "Q002")

    console.workshop.meanwhile = other
    await publish(console, "Q001")
    assert len(console.workshop.checked) == 2
    assert "停保可以在社保经办机构" in console.workshop.seen[1]["knowledge/items/demo.yml"]
    assert (console.live / "current").readlink().name == "000003"
    assert console.items()["Q002"]["summary"].startswith("停保可以")


async def test_a_version_that_comes_meanwhile_is_not_published_unjudged(console: Console) -> None:
    await approved(console, "Q001", wordings=LINES)

    async def other() -> None:
        await approved(console, "Q001", wordings="没人看过的问法\n" + LINES)

    console.workshop.meanwhile = other
    async with console.worker("publisher") as publisher:
        assert await ended(publisher, await begin(publisher, "Q001")) == "failed"
    assert "没人看过的问法" not in console.wordings()["faq/Q001"]


async def test_what_was_checked_goes_live_and_no_version_that_came_after(console: Console) -> None:
    await approved(console, "Q001", wordings=LINES)
    async with console.worker("publisher") as publisher:
        begun = await begin(publisher, "Q001", path="/publishing/check")
        assert await ended(publisher, begun) == "passed"
        page = (await publisher.get(begun.headers["location"])).text
        checked = re.findall(r'name="entry" value="([^"]+)"', page)
        assert checked == ["Q001:2"]
        await approved(console, "Q001", summary=NEW, wordings="没人查过的问法\n" + LINES)
        for path in ("/publishing", "/publishing/check"):
            refused = await publisher.post(path, entry=checked)
            assert (refused.status_code, "条目已变，请重新检查" in refused.text) == (409, True)
        assert (await publisher.post("/publishing", entry="Q001")).status_code == 400
    assert (console.live / "current").readlink().name == "000001"
    assert len(console.workshop.checked) == 1


async def test_words_alone_go_live_only_as_they_were_read(console: Console) -> None:
    await approved(console, "Q001", summary=NEW)
    async with console.worker("publisher") as publisher:
        read = await publisher.ticked("Q001")
        await approved(console, "Q001", summary=NEW.replace("不收费", "要收费"))
        assert (await publisher.post("/publishing", entry=read)).status_code == 409
    assert (console.live / "current").readlink().name == "000001"


async def test_a_check_asks_real_questions_again_and_publishes_nothing(console: Console) -> None:
    number = a_citizen_asked(console.database_url, "我的卡叫狗叼了，电话[手机号]")
    await approved(console, "Q001", wordings=LINES)
    change = {"decision": "reject", "item": ""}, {"decision": "answer", "item": "Q001"}
    console.workshop.verdict = {"shadow": [{"id": number, "before": change[0], "after": change[1]}]}
    async with console.worker("publisher") as publisher, console.worker("auditor") as auditor:
        begun = await begin(publisher, "Q001", path="/publishing/check")
        assert await ended(publisher, begun) == "passed"
        shadow = await publisher.get(begun.headers["location"] + "/shadow")
        audit = await auditor.get("/audit")
    asked = console.workshop.checked[0]["questions"]
    assert {"id": number, "text": "我的卡叫狗叼了，电话[手机号]"} in asked
    assert "我的卡叫狗叼了" in shadow.text
    assert "Q001 补办社保卡怎么办" in shadow.text
    assert "查看原话" in audit.text
    assert (console.live / "current").readlink().name == "000001"


async def test_the_words_of_an_erased_conversation_are_not_in_a_candidate(
    console: Console,
) -> None:
    number = a_citizen_asked(console.database_url, "会被删除的话")
    await approved(console, "Q001", wordings=LINES)
    told = {"decision": "reject", "item": ""}
    console.workshop.verdict = {"shadow": [{"id": number, "before": told, "after": told}]}
    async with console.worker("publisher") as publisher:
        begun = await begin(publisher, "Q001", path="/publishing/check")
        await ended(publisher, begun)
        with psycopg.connect(console.database_url, autocommit=True) as db:
            db.execute("DELETE FROM conversations")
            kept = db.execute("SELECT verdict::text FROM candidates").fetchall()
        shadow = await publisher.get(begun.headers["location"] + "/shadow")
    assert "会被删除的话" not in kept[0][0]
    assert "对话已删除" in shadow.text


async def test_a_scheduled_wording_that_the_gate_refuses_is_taken_off_the_schedule(
    console: Console,
) -> None:
    await approved(console, "Q001", wordings=LINES)
    console.workshop.verdict = REFUSED
    at = (console.clock() + timedelta(hours=9)).strftime("%Y-%m-%dT%H:%M")
    async with console.worker("publisher") as publisher:
        await publisher.step("Q001", "schedule", at=at)
        console.clock.ahead = timedelta(hours=2)
        await until(lambda: console.workshop.checked)
        await until(
            lambda: rows(console, "SELECT publish_at FROM entries WHERE id = 'Q001'")[0] is None
        )
        console.workshop.verdict = {}
    assert (console.live / "current").readlink().name == "000001"
    assert len(console.workshop.checked) == 1


async def test_a_scheduled_wording_waits_for_an_indexer_that_is_away(console: Console) -> None:
    await approved(console, "Q001", wordings=LINES)
    console.workshop.away = True
    at = (console.clock() + timedelta(hours=9)).strftime("%Y-%m-%dT%H:%M")
    async with console.worker("publisher") as publisher:
        await publisher.step("Q001", "schedule", at=at)
        console.clock.ahead = timedelta(hours=2)
        console.workshop.away = False
        await until(lambda: "社保卡丢了怎么办" in console.wordings()["faq/Q001"])


async def test_the_page_says_whether_what_is_live_is_understood(console: Console) -> None:
    async with console.worker("publisher") as publisher:
        assert "问法也已生效" in (await publisher.get("/publishing/understood")).text
        console.workshop.behind = 1
        pending = (await publisher.get("/publishing/understood")).text
        assert "正在生效" in pending
        assert 'hx-trigger="every 2s"' in pending
        console.workshop.away = True
        assert "没有回应" in (await publisher.get("/publishing/understood")).text


async def test_what_a_dead_process_left_over_is_shown_as_such(console: Console) -> None:
    with psycopg.connect(console.database_url, autocommit=True) as db:
        db.execute(
            "INSERT INTO candidates (want, staff, note, versions, sites, state, at, changed_at)"
            " VALUES ('publish', 's', '', '{}', '{}', 'checking', now() - interval '1 hour',"
            " now() - interval '1 hour')"
        )
    await until(lambda: rows(console, "SELECT state FROM candidates")[0] == "failed")


async def test_an_author_sees_what_the_model_makes_of_each_wording(console: Console) -> None:
    console.workshop.said = [
        {"text": "卡没了", "decision": "answer", "answers": [["Q001", 0.97]], "known": True},
        {"text": "不交了", "decision": "answer", "answers": [["Q002", 0.81]], "known": False},
        {"text": "卡的事", "decision": "clarify", "answers": [["Q001", 0.4]], "known": False},
    ]
    async with console.worker("editor") as editor:
        page = await editor.post("/items/Q001/said", wordings="卡没了\n不交了\n卡的事")
        assert page.text.count("<li>") == 3
        assert "Q002 停保怎么办 0.81" in " ".join(page.text.split())
        assert [how in page.text for how in ("state right", "state other", "state asks")] == [
            *(True, True, True)
        ]
        console.workshop.away = True
        assert "暂时查不到" in (await editor.post("/items/Q001/said", wordings="卡没了")).text


def a_citizen_asked(database: str, text: str) -> int:
    """A message as the gateway keeps it; its number."""
    conversation, now = uuid.uuid4(), datetime.now(UTC)
    with psycopg.connect(database, autocommit=True) as db:
        db.execute(
            "INSERT INTO sites (key, name, created_at) VALUES ('demo', 'demo', now())"
            " ON CONFLICT DO NOTHING"
        )
        db.execute(
            "INSERT INTO conversations (id, site, channel, token_hash, locale, created_at)"
            " VALUES (%s, 'demo', 'web', '', 'zh-CN', %s)",
            (conversation, now),
        )
        kept = db.execute(
            "INSERT INTO messages (conversation, delivery, fingerprint, seq, text, received_at)"
            " VALUES (%s, 'd', '', 1, %s, %s) RETURNING id",
            (conversation, text, now),
        ).fetchone()
    assert kept
    return int(kept[0])


def rows(console: Console, query: str) -> list[object]:
    """The first column."""
    with psycopg.connect(console.database_url) as db:
        return [row[0] for row in db.execute(query.encode()).fetchall()]

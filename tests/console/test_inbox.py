"""The inbox: what went wrong is grouped, explained, and settled into drafts, over HTTP."""

from __future__ import annotations

import re
from typing import Any

import psycopg

from tests.console.conftest import Console, Worker, until
from tests.console.talks import Said, talk

CARD = (("Q001", 0.7), ("Q002", 0.1))
OTHER = (("Q003", 0.6), ("Q002", 0.2))


def rows(console: Console, query: str, *values: Any) -> list[Any]:
    """What the database has."""
    with psycopg.connect(console.database_url) as db:
        return db.execute(query, values).fetchall()


def wait_for_groups(console: Console) -> Any:
    """Until nothing waits to be grouped."""
    waiting = "SELECT 1 FROM understandings WHERE cluster IS NULL AND trouble IS NOT NULL"
    return until(lambda: not rows(console, waiting))


async def group_of(console: Console, worker: Worker, words: str) -> str:
    """The group's page by words on the list."""
    await wait_for_groups(console)
    page = await worker.get("/inbox", params={"words": words})
    found = re.search(r'<a href="(/inbox/\d+)">', page.text)
    assert found, page.text
    return found[1]


async def test_questions_of_the_same_meaning_stand_in_one_group(console: Console) -> None:
    for line in ("社保卡掉沟里了去哪补一张", "社保卡掉水沟里了怎么补", "我的社保卡掉了去哪补"):
        talk(console.database_url, Said(line, answers=CARD))
    talk(console.database_url, Said("缴费基数按什么算的", "clarify", OTHER, "asked_back"))
    talk(console.database_url, Said("谢谢", "chat", (), None))
    await wait_for_groups(console)
    found = rows(console, "SELECT count(*) FROM understandings GROUP BY cluster ORDER BY 1")
    assert [many for (many,) in found] == [1, 1, 3]
    async with console.worker("reviewer") as reviewer:
        page = (await reviewer.get("/inbox")).text
        assert "共2组" in page
        assert "没答上3" in page
        assert "谢谢" not in page
        assert "缴费基数按什么算的" in (await reviewer.get("/inbox?trouble=asked_back")).text
        assert "共0组" in (await reviewer.get("/inbox?region=440000")).text
        assert "共2组" in (await reviewer.get("/inbox?region=310000")).text


async def test_a_question_that_comes_later_joins_its_group(console: Console) -> None:
    talk(console.database_url, Said("社保卡掉沟里了去哪补", answers=CARD))
    await wait_for_groups(console)
    talk(console.database_url, Said("社保卡掉河里了去哪补", answers=CARD))
    await wait_for_groups(console)
    assert rows(console, "SELECT count(*) FROM clusters") == [(1,)]


async def test_the_page_says_why_a_question_was_answered_as_it_was(console: Console) -> None:
    talk(console.database_url, Said("卡丢了<script>alert(1)</script>", answers=CARD))
    async with console.worker("auditor") as auditor:
        page = await auditor.get(await group_of(console, auditor, "卡丢了"))
    for told in ("补办社保卡怎么办", "0.700", "停保怎么办", "0.100", "v1", "字词和句意", "上海"):
        assert told in page.text
    assert "<script>alert" not in page.text
    assert "并入条目" not in page.text  # an auditor changes nothing
    seen = rows(console, "SELECT count(*) FROM audit_entries WHERE act = 'see_question'")
    assert seen[0][0] >= 1


async def test_a_group_becomes_new_wordings_of_an_item_which_go_through_review(
    console: Console,
) -> None:
    talk(console.database_url, Said("卡掉沟里了怎么整", answers=CARD))
    talk(console.database_url, Said("卡掉沟里了怎么整〔手机号1〕", answers=CARD))
    async with console.worker("editor") as editor:
        path = await group_of(console, editor, "掉沟里")
        page = await editor.get(path)
        proposed = re.search(r'name="wordings" rows="6">\n(.*?)</textarea>', page.text, re.DOTALL)
        assert proposed
        assert proposed[1] == "卡掉沟里了怎么整"  # the masked one is nobody else's wording
        told = await editor.post(f"{path}/assign", entry="Q001", wordings=proposed[1])
        assert told.headers["location"] == "/items/Q001"
        item = await editor.get("/items/Q001")
    assert "卡掉沟里了怎么整" in item.text
    assert 'class="state draft"' in item.text
    assert rows(console, "SELECT state, entry FROM clusters") == [("settled", "Q001")]
    acts = {act for (act,) in rows(console, "SELECT act FROM audit_entries")}
    assert {"save", "assign"} <= acts


async def test_words_of_another_item_are_refused_and_nothing_changes(console: Console) -> None:
    talk(console.database_url, Said("停保在哪办", answers=CARD))
    async with console.worker("editor") as editor:
        path = await group_of(console, editor, "停保")
        told = await editor.post(f"{path}/assign", entry="Q001", wordings="停保在哪办？")
        assert told.status_code == 409
        assert "Q002" in told.text
        for entry in ("Q999", "F-base_floor-110000-2026-07-01"):
            told = await editor.post(f"{path}/assign", entry=entry, wordings="x")
            assert (told.status_code, f"请检查编号：{entry.upper()}" in told.text) == (404, True)
    assert rows(console, "SELECT state FROM clusters") == [("open",)]
    assert rows(console, "SELECT max(head) FROM entries") == [(1,)]


async def test_predictions_are_accepted_in_bulk(console: Console) -> None:
    talk(console.database_url, Said("卡掉沟里了咋整", answers=CARD))
    talk(console.database_url, Said("基数每年几月份调", answers=OTHER))
    await wait_for_groups(console)
    ids = [one for (one,) in rows(console, "SELECT id FROM clusters")]
    async with console.worker("editor") as editor:
        done = await editor.post("/inbox/accept", cluster=[str(one) for one in ids])
        assert done.status_code == 303
        for item, line in (("Q001", "卡掉沟里了咋整"), ("Q003", "基数每年几月份调")):
            assert line in (await editor.get(f"/items/{item}")).text
    assert {state for (state,) in rows(console, "SELECT state FROM clusters")} == {"settled"}


async def test_an_item_that_scored_low_puts_no_questions_together(console: Console) -> None:
    talk(console.database_url, Said("退休金啥时候发", "answer", (("Q001", 0.887),), "unsure"))
    talk(console.database_url, Said("隔壁老王爱打牌", answers=(("Q001", 0.106),)))
    talk(console.database_url, Said("今晚看球赛不", answers=(("Q001", 0.109),)))
    await wait_for_groups(console)
    assert rows(console, "SELECT count(*) FROM clusters") == [(3,)]


async def test_no_cry_no_command_and_no_guess_becomes_a_wording(console: Console) -> None:
    for line, intent, score in (
        ("补卡办不下来我不想活了", "distress", 0.9),
        ("/补卡办不下来", "faq", 0.9),
        ("／补卡办不下来怎么弄", "faq", 0.9),
        ("补卡办不下来了呢", "faq", 0.59),
        ("补卡老是办不下来", "faq", 0.6),
    ):
        answers = (("Q001", score),)
        talk(console.database_url, Said(line, answers=answers, intent=intent))
    await wait_for_groups(console)
    with psycopg.connect(console.database_url, autocommit=True) as db:
        db.execute("UPDATE understandings SET cluster = (SELECT min(id) FROM clusters)")
    async with console.worker("editor") as editor:
        path = await group_of(console, editor, "补卡")
        page = await editor.get(path)
        told = re.findall(r'name="wordings" rows="\d">\n(.*?)</textarea>', page.text, re.DOTALL)
        assert told[0] == "补卡老是办不下来"
        assert sorted(told[1].split()) == ["补卡办不下来了呢", "补卡老是办不下来"]
        done = await editor.post("/inbox/accept", cluster=path.split("/")[-1])
        assert done.status_code == 303
        item = (await editor.get("/items/Q001")).text
    assert "补卡老是办不下来" in item
    assert "补卡办不下来" not in item


async def test_a_group_with_nothing_sure_is_not_accepted(console: Console) -> None:
    talk(console.database_url, Said("隔壁老王爱打牌", answers=(("Q001", 0.106),)))
    talk(console.database_url, Said("卡掉沟里了咋整", answers=CARD))
    await wait_for_groups(console)
    ids = [str(one) for (one,) in rows(console, "SELECT id FROM clusters")]
    async with console.worker("editor") as editor:
        refused = await editor.post("/inbox/accept", cluster=ids)
    assert (refused.status_code, "隔壁老王爱打牌" in refused.text) == (409, True)
    assert rows(console, "SELECT DISTINCT state FROM clusters") == [("open",)]
    assert rows(console, "SELECT max(head) FROM entries") == [(1,)]


async def test_a_dismissed_group_stays_so_when_more_comes_and_can_be_taken_up_again(
    console: Console,
) -> None:
    talk(console.database_url, Said("今天天气怎么样", answers=()))
    await wait_for_groups(console)
    async with console.worker("editor") as editor:
        (one,) = rows(console, "SELECT id FROM clusters")[0]
        await editor.post("/inbox/dismiss", cluster=str(one))
        talk(console.database_url, Said("今天天气怎么样呀", answers=(), days_ago=0))
        await wait_for_groups(console)
        assert "共0组" in (await editor.get("/inbox")).text
        assert "今天天气" in (await editor.get("/inbox?state=dismissed")).text
        await editor.post("/inbox/reopen", cluster=str(one))
        assert "今天天气" in (await editor.get("/inbox")).text


async def test_a_new_item_begins_with_the_words_of_a_group(console: Console) -> None:
    talk(console.database_url, Said("外星人能参保吗", answers=()))
    async with console.worker("editor") as editor:
        path = await group_of(console, editor, "外星人")
        form = {"title": "外星人参保", "area": "社会保险", "wordings": "外星人能参保吗"}
        assert (await editor.post(f"{path}/begin", family="nowhere", **form)).status_code == 400
        told = await editor.post(f"{path}/begin", family="demo", **form)
        assert told.headers["location"] == "/items/Q501"
        assert "外星人能参保吗" in (await editor.get("/items/Q501")).text
    assert rows(console, "SELECT state, entry FROM clusters") == [("settled", "Q501")]


async def test_a_group_goes_with_the_last_of_its_conversations(console: Console) -> None:
    conversation = talk(console.database_url, Said("忘了我"))
    await wait_for_groups(console)
    with psycopg.connect(console.database_url) as db:
        db.execute("DELETE FROM conversations WHERE id = %s", (conversation,))
    async with console.worker("editor") as editor:
        assert "共0组" in (await editor.get("/inbox")).text
        (one,) = rows(console, "SELECT id FROM clusters")[0]
        assert (await editor.get(f"/inbox/{one}")).status_code == 404
        for bad in ("0x1", "99999999999999999", "-1"):
            assert (await editor.get(f"/inbox/{bad}")).status_code == 404
        assert (await editor.post("/inbox/dismiss", cluster="x")).status_code == 400

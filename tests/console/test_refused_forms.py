"""A form that lacks something says which field and what has to stand there, and does nothing."""

from __future__ import annotations

import ast
from typing import Any

import psycopg
import pytest

from console.writing import Writing
from tests.console.conftest import Console
from tests.console.folder import ROOT
from tests.console.talks import Said, talk
from tests.console.test_inbox import group_of

NEW = {"title": "灵活就业", "family": "demo", "area": "社会保险"}
FIGURE = {"name": "base_floor", "label": "缴费基数下限", "region": "110000", "value": "7300"}
FIGURE |= {"display": "每月7300元", "effective_from": "2026-07-01", "confidence": "high"}
FIGURE |= {"effective_to": "2027-06-30", "source": "BJ_2026_BASE"}
EVERYBODY = ("editor", "reviewer", "publisher", "administrator")
TIME = "/entries/Q001/schedule"
CASES: list[tuple[str, dict[str, Any], str]] = [
    ("/items/new", NEW | {"title": " "}, "标题没有填"),
    ("/items/new", NEW | {"family": "../x"}, "请从列表里选“所在文件”"),
    ("/items/submit", {}, "请先勾选要提交的草稿"),
    ("/items/submit", {"draft": "Q001"}, "选中的内容和现在的不一样"),
    ("/entries/Q001/comment", {"text": " "}, "意见没有填"),
    (TIME, {"head": "1", "at": "明天"}, "定时的时间读不出来"),
    ("/figures", FIGURE, "这个地区从2026-07-01起的“缴费基数下限”已经有了"),
    ("/publishing", {}, "请先勾选要发布或检查的条目"),
    ("/publishing/check", {}, "请先勾选要发布或检查的条目"),
    ("/publishing/pilot", {"entry": "Q001:1"}, "请先勾选要试点的网点"),
    ("/exchange/import", {}, "请先选一个文件"),
    ("/operations/notices", {"text": "维护"}, "请先勾选要发公告的网点"),
    ("/operations/notices", {"text": "维护", "site": "none"}, "请返回刷新页面，重新选"),
    ("/operations/channels/replay", {}, "请返回刷新页面，重新选"),
    ("/quality/label", {"message": "1"}, "请选一个条目"),
    ("/quality/label", {"message": "1", "item": "q999"}, "没有编号是“Q999”的条目"),
    ("/inbox/dismiss", {}, "请先勾选要处理的组"),
    ("/inbox/accept", {"cluster": [str(one) for one in range(101)]}, "一次1到100组"),
]


def written(console: Console) -> list[Any]:
    """All that a form could have changed."""
    counted = "SELECT (SELECT count(*) FROM audit_entries WHERE act <> 'see_question'),"
    counted += " (SELECT count(*) FROM entry_versions), (SELECT count(*) FROM entry_comments),"
    counted += " (SELECT count(*) FROM candidates), (SELECT count(*) FROM imports),"
    counted += " (SELECT count(*) FROM clusters WHERE state <> 'open'),"
    counted += " (SELECT count(*) FROM sites WHERE notice IS NOT NULL)"
    with psycopg.connect(console.database_url) as db:
        return db.execute(counted.encode()).fetchall()


@pytest.mark.parametrize(("path", "form", "why"), CASES)
async def test_a_form_that_lacks_something_says_what(
    console: Console, path: str, form: dict[str, Any], why: str
) -> None:
    before = written(console)
    async with console.worker(*EVERYBODY) as worker:
        refused = await worker.post(path, **form)
    assert (refused.status_code, why in refused.text) == (400, True), refused.text
    assert written(console) == before


async def test_a_figure_names_the_field_that_is_missing(console: Console) -> None:
    before = written(console)
    async with console.worker("editor") as worker:
        refused = await worker.post("/figures", **FIGURE | {"source": "", "confidence": "low"})
    assert refused.status_code == 409
    assert "政策依据：没有填" in refused.text
    assert "把握程度：没有填" in refused.text
    assert "参数：" not in refused.text
    assert written(console) == before


async def test_a_new_item_names_all_that_is_missing(console: Console) -> None:
    async with console.worker("editor") as editor:
        await editor.post("/items/new", **NEW)
        page = (await editor.get("/items/Q501")).text
        for field in ("答案（前150字说清）", "适用范围", "生效日期", "责任岗位", "复核期限"):
            assert page.count(f"<strong>{field}</strong>：没有填") == 1, field


async def test_a_file_of_another_kind_is_told_which_kinds_there_are(console: Console) -> None:
    before = written(console)
    async with console.worker("editor") as worker:
        file = {"file": ("notes.docx", b"x")}
        refused = await worker.http.post("/exchange/import", data={"csrf": worker.csrf}, files=file)
    assert (refused.status_code, "文件名要以.xlsx" in refused.text) == (400, True)
    assert written(console) == before


async def test_a_group_of_questions_says_it_too(console: Console) -> None:
    talk(console.database_url, Said("外星人能参保吗", answers=()))
    async with console.worker("editor") as editor:
        path = await group_of(console, editor, "外星人")
        before, number = written(console), path.removeprefix("/inbox/")
        for to, form, why in (
            ("/inbox/accept", {"cluster": number}, "“外星人能参保吗”这一组系统没有想到条目"),
            (f"{path}/assign", {"entry": ""}, "请先选一个条目"),
            (f"{path}/assign", {"entry": "Q001", "wordings": "长" * 201}, "最多200个字"),
            (f"{path}/assign", {"entry": "Q001", "wordings": "问\n" * 21}, "一次最多20个"),
            (f"{path}/begin", NEW | {"title": ""}, "标题没有填"),
            (f"{path}/begin", NEW | {"family": "nowhere"}, "请从列表里选"),
        ):
            refused = await editor.post(to, **form)
            assert (refused.status_code, why in refused.text) == (400, True), refused.text
        assert written(console) == before


async def test_what_the_check_finds_names_its_field(console: Console) -> None:
    async with console.worker("editor") as editor:
        await editor.edit("Q001", summary="太短", owner="")
        for path, form in (
            ("/entries/Q001/submit", {"head": "2"}),
            ("/items/submit", {"draft": "Q001:2"}),
        ):
            refused = await editor.post(path, **form)
            assert refused.status_code == 409
            assert "答案（前150字说清）：没有填，或者不合规定的写法。10到150个字" in refused.text
            assert "责任岗位：没有填" in refused.text
        assert 'class="state draft"' in (await editor.get("/items/Q001")).text


def test_every_refusal_has_its_own_words() -> None:
    wanted = Writing(ROOT / "web/console").words["wanted"]
    said = set()
    for file in sorted((ROOT / "console").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Raise):
                raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
                assert getattr(raised, "id", "") != "Refusal", (file.name, node.lineno)
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Wanted":
                said |= {
                    one.value
                    for one in ast.walk(node.args[0])
                    if isinstance(one, ast.Constant) and isinstance(one.value, str)
                }
    assert said == wanted.keys()

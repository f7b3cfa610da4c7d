"""Headers, hosts, sizes, and what is typed as script or as file path."""

from __future__ import annotations

import httpx
import psycopg
import pytest

from tests.console.conftest import Console

SCRIPTS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "javascript:alert(1)",
    "{{ 1234567*3 }}{% for x in [] %}",
    "</textarea><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "<a href=javascript:alert(1)>x</a>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\u202ecod.exe<iframe srcdoc='<script>alert(1)</script>'>",
)


async def test_every_page_has_a_strict_policy_and_is_not_kept(console: Console) -> None:
    async with console.worker("editor") as editor:
        for path in ("/", "/items", "/sign-in", "/nothing"):
            headers = (await editor.get(path)).headers
            policy = headers["content-security-policy"]
            assert "unsafe" not in policy
            assert "frame-ancestors 'none'" in policy
            assert headers["cache-control"] == "no-store"
            assert headers["x-content-type-options"] == "nosniff"


async def test_pages_have_nothing_inline(console: Console) -> None:
    async with console.worker("editor", "publisher", "auditor") as worker:
        for path in ("/", "/items", "/items/Q003", "/figures", "/publishing", "/audit"):
            page = (await worker.get(path)).text
            assert "<style" not in page
            assert " style=" not in page
            assert " on" + "click" not in page
            assert page.count("<script") == 1


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "", "127.0.0.1:1@evil"])
async def test_another_host_is_refused(console: Console, host: str) -> None:
    async with httpx.AsyncClient(base_url=console.url, trust_env=False) as http:
        assert (await http.get("/sign-in", headers={"host": host})).status_code == 400


@pytest.mark.parametrize(
    "path", ["/sign-in", "/items", "/items/Q001", "/publishing", "/audit", "/healthz", "/assets"]
)
async def test_a_slash_too_many_sends_nobody_to_plain_http(console: Console, path: str) -> None:
    async with console.worker("editor", "publisher", "auditor") as worker:
        for answer in (await worker.get(path + "/"), await worker.post(path + "/")):
            assert answer.status_code in (400, 404)
            assert "location" not in answer.headers


@pytest.mark.parametrize("path", ["/healthz", "/sign-in"])
async def test_monitors_may_ask_by_head(console: Console, path: str) -> None:
    async with httpx.AsyncClient(base_url=console.url, trust_env=False) as http:
        answer, told = await http.get(path), await http.head(path)
    assert (told.status_code, told.content) == (200, b"")
    assert told.headers["content-length"] == answer.headers["content-length"]


async def test_a_body_that_is_too_large_is_refused(console: Console) -> None:
    async with console.worker("editor") as editor:
        answer = await editor.post("/items/Q001", detail="长" * 400_000)
    assert answer.status_code == 413


@pytest.mark.parametrize("script", SCRIPTS)
async def test_what_is_typed_is_shown_and_never_run(console: Console, script: str) -> None:
    async with console.worker("editor", "auditor", name=script) as editor:
        await editor.edit("Q001", title=script, summary=script, wordings=script, note=script)
        await editor.post("/entries/Q001/comment", text=script)
        paths = ("/", "/items", "/items/Q001", "/items/Q001/history", "/items/Q001/history/1/2")
        for path in paths:
            page = (await editor.get(path, params={"words": script})).text
            for tag in ("<script>", "<img", "<svg", "<iframe", "<a href=javascript", "3703701"):
                assert tag not in page, (path, tag)


async def test_every_change_is_in_the_audit_log_which_shows_tampering(console: Console) -> None:
    async with console.worker("editor") as editor, console.worker("auditor") as auditor:
        await editor.edit("Q001", title="新标题")
        await editor.post("/entries/Q001/comment", text="请看")
        await editor.step("Q001", "submit")
        page = (await auditor.get("/audit")).text
        for act in ("保存", "写意见", "提交审核"):
            assert f"<td>{act}</td>" in page
        assert "记录链完整" in (await auditor.post("/audit/verify")).text
        with psycopg.connect(console.database_url, autocommit=True) as db:
            db.execute("ALTER TABLE audit_entries DISABLE TRIGGER USER")
            db.execute(
                "UPDATE audit_entries SET actor = 'staff:other' WHERE log = 'staff' AND seq = 2"
            )
            db.execute("ALTER TABLE audit_entries ENABLE TRIGGER USER")
        assert "被改动" in (await auditor.post("/audit/verify")).text


async def test_nobody_can_change_the_audit_log(console: Console) -> None:
    async with console.worker("editor") as editor:
        await editor.edit("Q001", title="新标题")
    with psycopg.connect(console.database_url, autocommit=True) as db:
        for statement in ("UPDATE audit_entries SET act = 'x'", "DELETE FROM audit_entries"):
            with pytest.raises(psycopg.Error):
                db.execute(statement)


async def test_help_while_typing_names_neighbours_and_what_is_wrong(console: Console) -> None:
    async with console.worker("editor") as editor:
        shown = await editor.post(
            "/items/Q001/look",
            title="补卡",
            summary="每月300元。" + "这是一句很长很长的话" * 5,
            wordings="停保怎么办\n停保到底怎么办呀",
            sources="LAW_SI",
        )
    assert "别的条目重复的问法" in shown.text
    assert "/items/Q002" in shown.text
    assert "建议拆短" in shown.text
    assert "没有写明条款" in shown.text
    assert "问法要有5到300个" in shown.text

"""What staff read is Chinese: each name of ours that can reach a page has a word."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from console.knowledge.differences import Piece, fields_changed
from console.writing import Writing
from records import retention
from records.privacy.settings import Times
from tests.console.conftest import Console
from tests.console.folder import ROOT
from tests.console.test_publishing import approved

WORDS: dict[str, dict[str, Any]] = Writing(ROOT / "web/console").words


def noted() -> Iterator[tuple[str, ast.Call]]:
    """Every call in the console that adds to the audit log: `note(db, [who,] act, what, …)`."""
    for file in sorted((ROOT / "console").rglob("*.py")):
        for call in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "attr", "") in (
                "note",
                "watch",
            ):
                yield file.name, call


def written(node: ast.expr) -> str:
    """What stands in a text, up to the first thing that is put in."""
    if isinstance(node, ast.JoinedStr):
        node = node.values[0]
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def test_all_that_the_audit_log_tells_has_a_word() -> None:
    seen = 0
    for name, call in noted():
        act, what = (written(one) for one in call.args[-2:])
        fields = {one.arg for one in call.keywords if one.arg} - {"always"}
        assert not act or act in WORDS["acts"], (name, act)
        kind = what.partition(":")[0]
        assert not kind or "." in what or kind in WORDS["objects"], (name, what)
        assert fields <= WORDS["audit_fields"].keys(), (name, fields)
        seen += 1
    assert seen > 25


def test_every_file_of_items_has_a_word() -> None:
    families = {file.stem for file in (ROOT / "data/knowledge/items").glob("*.yml")}
    assert families <= WORDS["families"].keys()


def test_every_rule_of_retention_has_a_word() -> None:
    names = {rule.name for rule in retention.rules(Times())}
    assert names <= WORDS["rules"].keys()


def test_every_intent_and_every_channel_has_a_word() -> None:
    intents: set[str] = set()
    for file in (ROOT / "domain.yml", *sorted((ROOT / "data/domain").glob("*.yml"))):
        listed = yaml.safe_load(file.read_text("utf-8")).get("intents", [])
        intents |= {one if isinstance(one, str) else next(iter(one)) for one in listed}
    assert intents - WORDS["intents"].keys() == set()
    named = {file.parent.name for file in (ROOT / "channels/messengers").glob("*/channel.py")}
    assert {"web", "wecom-kf", *named} - {"frame"} - WORDS["channels"].keys() == set()


@pytest.mark.parametrize("path", ["/audit", "/"])
async def test_the_log_and_the_first_page_say_it_in_words(console: Console, path: str) -> None:
    await approved(console, "Q001", summary="补办社保卡当场办结，也可以网上申请，不收费。")
    figure = "F-base_floor-110000-2026-07-01"
    told = {"label": "缴费基数下限", "value": "7300", "display": "每月7300元"}
    told |= {"effective_to": "2027-06-30", "source": "BJ_2026_BASE", "confidence": "high"}
    async with console.worker("editor") as editor:
        head = await editor.head(figure)
        assert (await editor.post(f"/figures/{figure}", head=head, **told)).status_code == 303
    async with console.worker("auditor", "supervisor") as worker:
        shown = (await worker.get(path)).text
    if path == "/audit":
        assert "版本：2" in shown
        assert "version" not in shown
    else:
        assert f'<a href="/figures/{figure}">北京 缴费基数下限</a>' in shown
        assert "收件箱待处理" in shown
        assert "等人工" in shown


def test_a_list_is_compared_line_by_line() -> None:
    (changed,) = fields_changed({"wordings": ["甲乙", "丙丁"]}, {"wordings": ["甲己", "丙丁"]})
    assert changed.pieces == (
        Piece("gone", "甲乙\n"),
        Piece("come", "甲己\n"),
        Piece("same", "丙丁\n"),
    )

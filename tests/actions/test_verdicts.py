"""A line's short verdict is said to who asked whether, and to nobody else."""

from __future__ import annotations

from typing import Any

import pytest

from actions.knowledge.shelf import read_knowledge
from tests.actions.stage import ROOT, Stage
from tests.actions.test_more import after

VERDICTS = read_knowledge(ROOT / "data/knowledge").phrases.verdicts
EARLY = "能。离该退的日子在3年以内，就可以先退。"
YEARS = "行。年限刚够也可以。"
AWAY = "能。人在外地的，也在手机上办。"


@pytest.mark.parametrize(
    ("asked", "verdict"),
    [
        ("我能不能早点退", True),
        ("58了能退不", True),
        ("能先退吗", True),
        ("可以提前退么？", True),
        ("最早什么时候能退？", False),
        ("医保在湖南，咋办", False),
        ("那影响养老金吗", False),
        ("", False),
    ],
)
def test_a_verdict_answers_its_own_question(asked: str, verdict: bool) -> None:
    assert VERDICTS.spoken([EARLY], asked) == [EARLY if verdict else VERDICTS.bare(EARLY)]


def test_only_the_first_line_keeps_its_verdict() -> None:
    assert VERDICTS.spoken([EARLY, YEARS], "能早退不") == [EARLY, "年限刚够也可以。"]
    assert VERDICTS.bare("不影响。照样领。") == "照样领。"
    assert VERDICTS.bare("要停。移居到国外的，就不发了。") == "移居到国外的，就不发了。"


@pytest.mark.parametrize("line", ["能。", "能领到。", "没有单位的也能交。", "不对。那是另一回事。"])
def test_what_is_no_verdict_before_something_else_stays(line: str) -> None:
    assert VERDICTS.bare(line) == line


async def test_a_line_that_was_said_without_its_verdict_counts_as_said(stage: Stage) -> None:
    first = (await stage.play("action_answer_question", answers=["Q202"])).card("answer")
    asked: dict[str, Any] = {"answers": ["Q202"], "lines": [AWAY], "in_full": "认证怎么做"}
    text = "人在外地咋弄"
    said = await stage.play("action_answer_question", events=after(first, text), text=text, **asked)
    assert said.card("answer")["summary"] == VERDICTS.bare(AWAY)
    events = after(said.card("answer"), text)
    again = await stage.play("action_answer_question", events=events, text=text, **asked)
    assert again.responses == ["utter_point_again"]
    whether = await stage.play(
        "action_answer_question", events=after(first, ""), text="在外地能认证不", **asked
    )
    assert whether.card("answer")["summary"] == AWAY

"""Who tells something is offered what it belongs to, and nobody is reminded of worse."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.actions.stage import ROOT, Said, Stage

EXPECTING = {"Q161": 0.67, "Q164": 0.12, "Q131": 0.05, "Q166": 0.1, "Q163": 0.05}


@pytest.fixture
def shelf_folder(tmp_path: Path) -> Path:
    """The real knowledge with the real items."""
    folder = tmp_path / "knowledge"
    shutil.copytree(ROOT / "data/knowledge", folder, ignore=shutil.ignore_patterns("schemas"))
    return folder


def offered(said: Said) -> list[str]:
    payloads = [one["payload"] for one in said.card("choices")["choices"]]
    assert payloads[-1] == "/human"
    return [one[len('/choose{"item": "') : -2] for one in payloads[:-1]]


async def tell(stage: Stage, text: str, if_ours: dict[str, float], **turn: Any) -> Said:
    turn = {"text": text, "told": True, "if_ours": if_ours, **turn}
    return await stage.play("action_say_not_covered", "out_of_scope", **turn)


async def test_the_topics_of_a_sure_area_are_offered(stage: Stage) -> None:
    said = await tell(stage, "我老婆下个月就要生了", EXPECTING)
    assert said.responses == ["utter_told_of"]
    assert offered(said) == ["Q161", "Q166", "Q163"]


async def test_who_told_of_it_is_offered_it(stage: Stage) -> None:
    before = [{"event": "user", "text": "孩子没保住"}]
    said = await tell(stage, "我怀孕三个月的时候", EXPECTING, events=before)
    assert "Q164" in offered(said)


async def test_no_area_is_offered_for_something_vague(stage: Stage) -> None:
    vague = {"Q161": 0.5, "Q122": 0.3}
    said = await tell(stage, "厂子要搬去越南了", vague)
    assert said.responses == ["utter_told"]
    assert offered(said) == []


async def test_nobody_is_reminded_by_what_only_sounds_likeliest(stage: Stage) -> None:
    asked: dict[str, Any] = {"answers": ["Q164", "Q163", "Q161"], "told": True}
    said = await stage.play("action_ask_back", "unclear", text="我怀孕8周了", **asked)
    assert said.responses == ["utter_told_of"]
    assert offered(said) == ["Q163", "Q161"]
    assert "unclear_turns" not in said.slots


@pytest.mark.parametrize(
    ("text", "answers", "kept"),
    [
        ("怀孕了能休多久", ["Q163", "Q164", "Q160"], ["Q163", "Q160"]),
        ("小产能休多久", ["Q163", "Q164", "Q160"], ["Q163", "Q164", "Q160"]),
        ("在家躺着能休多久", ["Q164", "Q163", "Q160"], ["Q164", "Q163", "Q160"]),
        ("我爸瘫在床上三年了咋办", ["Q048", "Q221", "Q175", "Q153"], ["Q048", "Q175", "Q153"]),
        ("我爸上个月走了", ["Q048", "Q221", "Q175", "Q153"], ["Q048", "Q221", "Q175"]),
    ],
)
async def test_what_is_delicate_is_offered_to_who_spoke_of_it(
    stage: Stage, text: str, answers: list[str], kept: list[str]
) -> None:
    said = await stage.play("action_ask_back", "unclear", text=text, answers=answers)
    assert offered(said) == kept

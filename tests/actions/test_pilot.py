"""What some sites know first: they get the pilot's answer, all others the live one."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from actions.knowledge import pilot
from tests.actions.stage import Stage

ANSWER = "action_answer_question"
OLD, NEW = "五险就是养老、医疗、工伤、失业、生育这五种保险。", "五险是五种保险，试点的说法。"


@pytest.fixture(autouse=True)
def looks_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not once a second."""
    monkeypatch.setattr(pilot, "LOOK_SECONDS", 0.0)


@pytest.fixture
def begun(shelf_folder: Path) -> Path:
    """A pilot in the north, as the console writes it."""
    place = shelf_folder.parent / "pilots/7"
    shutil.copytree(shelf_folder, place / "knowledge")
    items = place / "knowledge/items/ours.yml"
    items.write_text(items.read_text("utf-8").replace(OLD, NEW), "utf-8")
    (place / "publication.json").write_text(json.dumps({"number": 7, "sites": ["north"]}))
    link = shelf_folder.parent / "pilot"
    link.symlink_to("pilots/7")
    return link


async def test_a_pilot_is_told_at_its_sites_alone_and_until_it_ends(
    stage: Stage, begun: Path
) -> None:
    assert NEW in (await stage.play(ANSWER, answers=["Q001"], site="north")).text
    assert OLD in (await stage.play(ANSWER, answers=["Q001"], site="south")).text
    end(begun)
    assert OLD in (await stage.play(ANSWER, answers=["Q001"], site="north")).text


async def test_a_broken_pilot_is_left_aside(stage: Stage, begun: Path) -> None:
    (begun / "knowledge/sources.yml").write_text("sources: [", "utf-8")
    assert OLD in (await stage.play(ANSWER, answers=["Q001"], site="north")).text


def end(link: Path) -> None:
    """As the console ends a pilot."""
    link.unlink()

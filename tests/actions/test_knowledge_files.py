"""The check of data/knowledge finds each kind of mistake, and the real files answer."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from actions.knowledge.shelf import read_knowledge
from actions.talk import cards
from actions.talk.errors import Unanswerable
from scripts import check_asked, check_follow_ups
from scripts.check_knowledge import ALL_IDS, find_problems, main, read
from tests.actions.stage import ROOT

OURS = Path(__file__).resolve().parent / "items.yml"
ENGLISH = {"title": "Five kinds", "summary": "There are five insurances.", "detail": "Ask."}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A repository with our items and sixteen wordings for each."""
    shutil.copytree(
        ROOT / "data/knowledge", tmp_path / "data/knowledge", ignore=shutil.ignore_patterns("items")
    )
    (tmp_path / "data/knowledge/items").mkdir()
    (tmp_path / "data/nlu/faq").mkdir(parents=True)
    items = yaml.safe_load(OURS.read_text("utf-8"))["items"]
    items[0]["related"] = ["Q016"]
    write_items(tmp_path, items)
    return tmp_path


def items_of(tree: Path) -> list[dict[str, Any]]:
    written = (tree / "data/knowledge/items/ours.yml").read_text("utf-8")
    found: list[dict[str, Any]] = yaml.safe_load(written)["items"]
    return found


def write_items(tree: Path, items: list[dict[str, Any]], wordings: int = 16) -> None:
    file = tree / "data/knowledge/items/ours.yml"
    file.write_text(yaml.safe_dump({"items": items}, allow_unicode=True), "utf-8")
    intents = [
        {
            "intent": f"faq/{item['id']}",
            "examples": "".join(f"- {item['id']}的问法{n}\n" for n in range(wordings)),
        }
        for item in items
    ]
    written = yaml.safe_dump({"version": "3.1", "nlu": intents}, allow_unicode=True)
    (tree / "data/nlu/faq/ours.yml").write_text(written, "utf-8")


def problems(tree: Path) -> list[str]:
    """What is found, but for the ids that our few items do not have."""
    collection = read(tree)
    found = [*collection.problems, *find_problems(collection)]
    return [str(one) for one in found if "is missing" not in one.sentence]


def test_a_whole_group_has_no_problem(tree: Path) -> None:
    assert problems(tree) == []
    assert main(["--only", "ours"], tree) == 0


def test_every_id_that_is_gone_is_named(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([], tree) == 1
    assert capsys.readouterr().out.count("is missing") == len(ALL_IDS) - 13


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("summary", "长" * 151, "too long"),
        ("summary", "请看 www.example.com 上的说明，写得很清楚", "no government address"),
        ("detail", "下限{base_floor}", "holds a placeholder"),
        ("sources", [{"source": "NONE"}], "unknown source NONE"),
        ("related", ["Q001"], "which is not another item"),
        ("facts", ["RET-12"], "too unsure"),
        ("confidence", "low", "'low' is not one of"),
        ("effective_to", "2001-01-01", "ends before it begins"),
        ("effective_from", "bald", "is not a 'date'"),
        ("local", "{region}{base_floor}", "'parameters' is a dependency"),
        ("english", {"title": "Five kinds", "summary": "Five insurances."}, "'detail' is a requ"),
        ("english", {**ENGLISH, "summary": "long " * 61}, "Q001.english.summary"),
        ("english", {**ENGLISH, "detail": "See www.example.com"}, "no government address"),
        ("english", {**ENGLISH, "detail": "From {base_floor}"}, "`english.detail` holds a"),
        ("id", "Q999", "not in the list of ids"),
        ("tone", "kind", "Additional properties"),
    ],
)
def test_a_mistake_in_an_item_is_found(tree: Path, field: str, value: Any, complaint: str) -> None:
    items = items_of(tree)
    items[0][field] = value
    write_items(tree, items)
    assert [one for one in problems(tree) if complaint in one and "items/ours.yml" in one]


def test_placeholders_and_parameters_must_agree(tree: Path) -> None:
    items = items_of(tree)
    items[1]["parameters"] = ["base_floor"]
    write_items(tree, items)
    assert "`local` uses" in problems(tree)[0]


def test_an_answer_that_hangs_on_the_place_is_not_told_in_english(tree: Path) -> None:
    items = items_of(tree)
    items[1]["english"] = ENGLISH
    write_items(tree, items)
    assert problems(tree) == ["data/knowledge/items/ours.yml: Q016.scope: 'national' was expected"]


def test_an_id_must_not_stand_twice(tree: Path) -> None:
    items = items_of(tree)
    write_items(tree, [*items, items[0]])
    assert [one for one in problems(tree) if "stands in" in one]


def test_too_few_and_shared_wordings_are_found(tree: Path) -> None:
    items = items_of(tree)
    write_items(tree, items, wordings=3)
    file = tree / "data/nlu/faq/ours.yml"
    file.write_text(file.read_text("utf-8").replace("Q016的问法1", "Q001的问法1？"), "utf-8")
    found = "\n".join(problems(tree))
    assert "has 3 different wordings, 16 are needed" in found
    assert "shares “Q001的问法1？” with Q001" in found


def test_a_file_that_is_no_yaml_is_a_problem(tree: Path) -> None:
    (tree / "data/knowledge/items/ours.yml").write_text("items: [", "utf-8")
    assert "cannot be read" in problems(tree)[0]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("source: SH_2026_BASE", "source: NONE", "unknown source NONE"),
        ('region: "310000"', 'region: "999999"', "unknown region"),
        ("confidence: high", "confidence: low", "is not one of"),
        ("effective_to: 2026-06-30", "effective_to: null\n  more: 1", "Additional properties"),
        ("rsj.sh.gov.cn", "rsj.example.com", "no government address"),
    ],
)
def test_a_mistake_in_a_figure_is_found(tree: Path, old: str, new: str, complaint: str) -> None:
    file = tree / "data/knowledge/parameters.yml"
    file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")
    assert [one for one in problems(tree) if complaint in one]


def test_two_values_for_one_day_are_found(tree: Path) -> None:
    file = tree / "data/knowledge/parameters.yml"
    written = yaml.safe_load(file.read_text("utf-8"))
    twice = {**written["parameters"][0], "effective_from": date(2027, 6, 30)}
    written["parameters"].append(twice)
    file.write_text(yaml.safe_dump(written, allow_unicode=True), "utf-8")
    assert [one for one in problems(tree) if "two values for the same day" in one]


def test_a_name_belongs_to_one_region(tree: Path) -> None:
    file = tree / "data/knowledge/regions.yml"
    file.write_text(file.read_text("utf-8").replace("滨海新区", "浦东"), "utf-8")
    assert [one for one in problems(tree) if "浦东 is a name of 120000, too" in one]


def test_the_real_files_besides_the_items_are_whole() -> None:
    assert [
        one for one in read(ROOT).problems if "/items/" not in one.file and "/nlu/" not in one.file
    ] == []


def test_there_are_34_regions_three_of_which_have_a_registry() -> None:
    regions = read_knowledge(ROOT / "data/knowledge").regions
    assert len(regions) == 34
    assert {one.code for one in regions.values() if one.registry} == {"310000", "440000", "510000"}


def test_every_real_item_answers_for_every_region_today() -> None:
    knowledge = read_knowledge(ROOT / "data/knowledge")
    today = datetime(2026, 11, 24, tzinfo=UTC).date()
    for item in knowledge.items.values():
        for region in (None, *knowledge.regions.values()):
            try:
                given = knowledge.answer_for(item.id, region, today)
            except Unanswerable:
                continue
            card = cards.answer(given, knowledge)
            assert card["sources"]
            assert "{" not in card["summary"]


def test_what_is_said_next_names_items_and_lines_that_are_there(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check_follow_ups.main() == 0
    folder = tree / "data/follow_ups"
    folder.mkdir()
    ids = [item["id"] for item in items_of(tree)]
    line = items_of(tree)[0]["summary"][:6]
    said = [{"item": ids[0], "lines": {line: ["甲"], "改掉的一句。": ["乙"]}}]
    said += [{"item": one, "lines": {}} for one in (*ids[1:-1], "Q999")]
    pairs = [{"item": ids[0], "want": ["Q998"]}]
    talks = [{"writer": "a", "talk": [{"said": "甲", "kind": "first", "want": [ids[0], "Q995"]}]}]
    files = {"said": said, "fitting": [], "pairs": pairs, "talks": talks}
    for name, rows in files.items():
        written = "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)
        (folder / f"{name}.jsonl").write_text(written, "utf-8")
    (folder / "next.yml").write_text(f"{ids[0]}: [Q997]", "utf-8")
    (folder / "schemes.yml").write_text("resident: [Q994]", "utf-8")
    own = {"stands_for": {"look_up_card": "Q996"}, "how": [ids[1]]}
    (folder / "own.yml").write_text(yaml.safe_dump(own), "utf-8")
    assert check_follow_ups.main(tree) == 1
    assert capsys.readouterr().out.splitlines() == [
        f"data/follow_ups/said.jsonl: {ids[0]}: “改掉的一句。” stands there no more",
        "data/follow_ups/said.jsonl: Q999: is no item",
        "data/follow_ups/pairs.jsonl: Q998: is no item",
        "data/follow_ups/talks.jsonl: Q995: is no item",
        "data/follow_ups/next.yml: Q997: is no item",
        "data/follow_ups/own.yml: Q996: is no item",
        "data/follow_ups/schemes.yml: Q994: is no item",
        f"data/follow_ups/said.jsonl: {ids[-1]}: nothing is said of it",
    ]


def test_what_was_asked_names_items_and_has_no_line_twice(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check_asked.main() == 0
    assert capsys.readouterr().out == ""
    (first, *_), *_ = read(tree).groups[0].wordings.values()
    lines = ["Q001 Q002\t厂里不给交社保咋办", "Q999\t甲乙丙", "Q001 Q001\t丁戊己", "\t庚辛壬"]
    lines += [f"Q001\t{first}", "Q002\t厂里不给交社保，咋办？", "Q001\t打13800138000找我", "Q001\t"]
    (tree / check_asked.FILE).write_text("\n".join(lines) + "\n", "utf-8")
    (tree / check_asked.SURENESS).write_text('{"questions": 9}', "utf-8")
    assert check_asked.main(tree) == 1
    found = [line.split(": ", 2)[1:] for line in capsys.readouterr().out.splitlines()]
    item = next(iter(read(tree).groups[0].wordings))
    assert found == [
        ["questions", "found by 9 questions, now 8: `make sureness`"],
        ["2", "Q999 is no item"],
        ["3", "names no, too many or the same items (Q001 Q001)"],
        ["4", "names no, too many or the same items ()"],
        ["5", f"“{first}” stands under {item} already"],
        ["6", "“厂里不给交社保，咋办？” stands under line 1 already"],
        ["7", "has somebody's number in it"],
        ["8", "“” is no question"],
    ]

"""The same training data for both sides: some FAQ items with 14 wordings each, and small talk."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import yaml

from scripts.stack import ROOT

# Stock Rasa needs ten minutes for so many, and three times that on a slow machine.
ITEMS, WORDINGS = int(os.environ.get("BENCH_ITEMS", "96")), 14


def wordings() -> dict[str, list[str]]:
    """Intent → its first wordings, for the first items that have enough of them."""
    found: dict[str, list[str]] = {}
    for file in sorted((ROOT / "data/nlu/faq").glob("*.yml")):
        for block in yaml.safe_load(file.read_text(encoding="utf-8"))["nlu"]:
            lines = [line.strip()[2:].strip() for line in block["examples"].splitlines()]
            lines = [line for line in lines if line][:WORDINGS]
            if len(lines) == WORDINGS:
                found[block["intent"]] = lines
    return dict(sorted(found.items())[:ITEMS])


def lay_out_stock(folder: Path) -> None:
    """A project for stock Rasa: its pipeline, our wordings, an answer for each item."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "data").mkdir(parents=True)
    shutil.copyfile(ROOT / "bench/stock/config.yml", folder / "config.yml")
    chosen = wordings()
    _write(folder / "data/nlu.yml", {"nlu": _blocks(chosen) + _small_talk()})
    _write(folder / "data/rules.yml", {"rules": _rules()})
    responses: dict[str, Any] = {f"utter_{item}": [{"text": item}] for item in chosen}
    talk = ["greet", "goodbye", "thank", "human", "look_up_contributions", "out_of_scope"]
    responses |= {f"utter_{name}": [{"text": name}] for name in [*talk, "unclear"]}
    _write(folder / "domain.yml", {"intents": [*talk, "faq"], "responses": responses})
    (folder / "credentials.yml").write_text("rest:\n", encoding="utf-8")


def lay_out_ours(folder: Path) -> None:
    """Our own project with the same items and wordings."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copytree(ROOT / "data", folder / "data")
    shutil.rmtree(folder / "data/nlu/faq")
    _write(folder / "data/nlu/faq.yml", {"nlu": _blocks(wordings())})
    for name in ("config.yml", "domain.yml"):
        shutil.copyfile(ROOT / name, folder / name)
    (folder / "models").mkdir()
    # Vectors of wordings are kept between trainings, as they are outside of a benchmark.
    kept = ROOT / ".data/vectors"
    if kept.exists():
        shutil.copytree(kept, folder / ".data/vectors")


def _blocks(chosen: dict[str, list[str]]) -> list[dict[str, str]]:
    return [{"intent": intent, "examples": _listed(lines)} for intent, lines in chosen.items()]


def _small_talk() -> list[dict[str, str]]:
    kept = {"greet", "goodbye", "thank", "human", "look_up_contributions", "out_of_scope"}
    blocks = []
    for name in ("dialogue", "out_of_scope"):
        text = (ROOT / f"data/nlu/{name}.yml").read_text(encoding="utf-8")
        blocks += [block for block in yaml.safe_load(text)["nlu"] if block["intent"] in kept]
    return blocks


def _rules() -> list[dict[str, Any]]:
    talk = ["greet", "goodbye", "thank", "human", "look_up_contributions", "out_of_scope", "faq"]
    rules = [
        {"rule": name, "steps": [{"intent": name}, {"action": f"utter_{name}"}]} for name in talk
    ]
    steps = [{"intent": "nlu_fallback"}, {"action": "utter_unclear"}]
    return [*rules, {"rule": "fallback", "steps": steps}]


def _listed(lines: list[str]) -> str:
    return "".join(f"- {line}\n" for line in lines)


def _write(file: Path, content: dict[str, Any]) -> None:
    text = yaml.safe_dump({"version": "3.1", **content}, allow_unicode=True, width=1000)
    file.write_text(text, encoding="utf-8")

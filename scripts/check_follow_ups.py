"""Checks data/follow_ups: every item is one of ours, and every line still stands in its item.

Prints each problem as ``file: item: sentence`` and exits with 1 if there is any. Whoever changes a
step or a point changes it in `said.jsonl` and `fitting.jsonl`, too: else what people say under it
would get all of the item.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from scripts.check_knowledge import ROOT, Problem

FOLDER = "data/follow_ups"


def main(root: Path = ROOT) -> int:
    """Look at every file."""
    found = list(problems(root))
    for problem in found:
        print(problem)
    return 1 if found else 0


def problems(root: Path) -> Iterator[Problem]:
    """Everything that is wrong."""
    items = {
        item["id"]: item
        for file in sorted((root / "data/knowledge/items").glob("*.yml"))
        for item in yaml.safe_load(file.read_text("utf-8"))["items"]
    }
    yield from _of_lines(root, items)
    for row in _rows(root, "pairs.jsonl"):
        yield from _unknown("pairs.jsonl", [row["item"], *row["want"]], items)
    for row in _rows(root, "talks.jsonl"):
        yield from _unknown(
            "talks.jsonl", [one for said in row["talk"] for one in said["want"]], items
        )
    named_in = {"next.yml": _next(root), "own.yml": _own(root), "schemes.yml": _schemes(root)}
    for file, named in named_in.items():
        yield from _unknown(file, named, items)
    for item in items.keys() - {row["item"] for row in _rows(root, "said.jsonl")}:
        yield Problem(f"{FOLDER}/said.jsonl", item, "nothing is said of it")


def _of_lines(root: Path, items: dict[str, Any]) -> Iterator[Problem]:
    for file in ("said.jsonl", "fitting.jsonl"):
        for row in _rows(root, file):
            yield from _unknown(file, [row["item"]], items)
            texts = _texts(items.get(row["item"], {}))
            for line in row["lines"]:
                if line not in texts:
                    sentence = f"“{line}” stands there no more"
                    yield Problem(f"{FOLDER}/{file}", row["item"], sentence)


def _texts(item: dict[str, Any]) -> str:
    points = item.get("points") or []
    return "\n".join([item.get("summary") or "", item.get("detail") or "", *points])


def _unknown(file: str, named: list[str], items: dict[str, Any]) -> Iterator[Problem]:
    for item in sorted(set(named) - items.keys()):
        yield Problem(f"{FOLDER}/{file}", item, "is no item")


def _rows(root: Path, file: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (root / FOLDER / file).read_text("utf-8").splitlines()]


def _next(root: Path) -> list[str]:
    told = yaml.safe_load((root / FOLDER / "next.yml").read_text("utf-8"))
    return [*told, *(one for others in told.values() for one in others)]


def _own(root: Path) -> list[str]:
    told = yaml.safe_load((root / FOLDER / "own.yml").read_text("utf-8"))
    return [*told["stands_for"].values(), *told["how"]]


def _schemes(root: Path) -> list[str]:
    file = root / FOLDER / "schemes.yml"
    told = yaml.safe_load(file.read_text("utf-8")) if file.exists() else {}
    return [item for items in told.values() for item in items]


if __name__ == "__main__":
    sys.exit(main())

"""`python -m bot.evaluation.dialects`: how much of what is said in dialect is understood.

Each row of `bench/dialects.jsonl` is a question as somebody in that part of the country types it,
and the same in standard Chinese. Nobody who wrote the table saw them. Three columns stand beside
each other: in dialect as it is read, in dialect without the table, and in standard Chinese.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import bot.serving.without_tensorflow  # noqa: F401  first of all: it decides what Rasa imports
from bot import normalizer
from bot.dialects import by_said
from bot.evaluation.measures import Judged, Share

Parse = Callable[[str], dict[str, Any]]
REGIONS = {
    "southwest and Hunan": ("四川", "重庆", "贵州", "云南", "武汉", "长沙"),
    "Cantonese": ("粤语(简体)", "粤语(繁体)"),
    "Min and Hakka": ("闽南", "客家", "潮汕"),
    "the north": ("东北", "山东", "河南", "河北", "天津", "陕西", "山西", "甘肃", "北京"),
    "Wu": ("上海", "苏州", "宁波", "杭州"),
    "Jianghuai and Gan": ("安徽", "江西", "江苏北部", "南京"),
}


def main() -> int:
    """Measure, print the table."""
    from bot.understand import parser

    options = _options()
    rows = [json.loads(line) for line in options.file.read_text(encoding="utf-8").splitlines()]
    parse = parser(options.model)
    ways = {"in dialect": _judged(rows, "said", parse), "standard": _judged(rows, "plain", parse)}
    without = normalizer.dialects
    normalizer.dialects = lambda: by_said(())  # type: ignore[assignment]
    normalizer.normalize.cache_clear()
    ways["without the table"] = _judged(rows, "said", parse)
    normalizer.dialects = without
    sys.stdout.write("\n".join(_page(rows, ways)) + "\n")
    return 0


def _judged(rows: Iterable[dict[str, Any]], text: str, parse: Parse) -> list[Judged]:
    return [_one(row, parse(row[text])) for row in rows]


def _one(row: dict[str, Any], found: dict[str, Any]) -> Judged:
    ranked = tuple(one["id"] for one in found.get("answers") or ())
    decision = found.get("decision", "reject")
    return Judged(row["said"], "faq", (row["item"],), True, decision, ranked, 0.0, 0.0)


def _page(rows: list[dict[str, Any]], ways: dict[str, list[Judged]]) -> Iterator[str]:
    yield "| region | read as | questions | top-1 | answered | wrong among these |"
    yield "| --- | --- | ---: | ---: | ---: | ---: |"
    for region, dialects in {**REGIONS, "all": ()}.items():
        for way, judged in ways.items():
            here = [
                one
                for row, one in zip(rows, judged, strict=True)
                if not dialects or row["dialect"] in dialects
            ]
            yield f"| {region} | {way} | {len(here)} | {_shares(here)} |"


def _shares(judged: list[Judged]) -> str:
    answered = [one for one in judged if one.decision == "answer"]
    shares = (
        Share(sum(one.right(1) for one in judged), len(judged)),
        Share(len(answered), len(judged)),
        Share(sum(not one.right(1) for one in answered), len(answered)),
    )
    return " | ".join(f"{100 * one.value:.0f} %" for one in shares)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure the understanding of dialects.")
    parser.add_argument("--model", type=Path, default=Path("models/wenbao.tar.gz"))
    parser.add_argument("--file", type=Path, default=Path("bench/dialects.jsonl"))
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

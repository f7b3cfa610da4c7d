"""A small live folder: three items in one family, two figures, real sources and schemas."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
WORDS = ("怎么办", "在哪办", "要多久", "要什么材料", "能网上办吗")


def item(number: int, topic: str, **other: Any) -> dict[str, Any]:
    """An item with nothing wrong."""
    return {
        "id": f"Q{number:03d}",
        "area": "社会保险",
        "title": f"{topic}怎么办",
        "scope": "national",
        "summary": f"{topic}可以在社保经办机构办，也可以网上办，当场办结。",
        "detail": "1. 带身份证。\n2. 到窗口办。",
        "facts": ["PEN-06"],
        "sources": [{"source": "LAW_SI", "article": "十六"}],
        "effective_from": "2020-01-01",
        "effective_to": None,
        "related": ["Q002" if number == 1 else "Q001"],
        "office": "social_insurance",
        "owner": "参保政策岗",
        "review_by": "2028-06-30",
        "confidence": "high",
        **other,
    }


def wordings(topic: str) -> list[str]:
    """Five ways to ask for it."""
    return [topic + ending for ending in WORDS]


ITEMS = [
    (
        item(1, "补办社保卡", points=["能代办，家里人带双方身份证。", "不收钱，当场就能拿。"]),
        wordings("补办社保卡"),
    ),
    (item(2, "停保"), wordings("停保")),
    (
        item(
            *(3, "缴费基数"),
            scope="regional",
            local="{region}的缴费基数下限是{base_floor}。",
            parameters=["base_floor"],
        ),
        wordings("缴费基数"),
    ),
]


def figure(region: str, display: str, year: int = 2026) -> dict[str, Any]:
    """A figure with nothing wrong."""
    return {
        "name": "base_floor",
        "label": "缴费基数下限",
        "region": region,
        "value": int("".join(one for one in display if one.isdecimal())),
        "display": display,
        "effective_from": f"{year}-07-01",
        "effective_to": f"{year + 1}-06-30",
        "source": "BJ_2026_BASE",
        "confidence": "high",
    }


FIGURES = [figure("110000", "每月7270元"), figure("310000", "每月7460元")]


def build(root: Path, items: list[tuple[dict[str, Any], list[str]]] | None = None) -> Path:
    """A live folder at its first snapshot."""
    place = root / "snapshots/000000"
    (place / "knowledge/items").mkdir(parents=True)
    (place / "nlu/faq").mkdir(parents=True)
    shutil.copytree(ROOT / "data/knowledge/schemas", place / "knowledge/schemas")
    for name in ("sources", "regions"):
        shutil.copy(ROOT / f"data/knowledge/{name}.yml", place / "knowledge")
    told = items if items is not None else ITEMS
    _write(place / "knowledge/items/demo.yml", {"items": [one for one, _ in told]})
    intents = [
        {"intent": f"faq/{one['id']}", "examples": "".join(f"- {line}\n" for line in lines)}
        for one, lines in told
    ]
    _write(place / "nlu/faq/demo.yml", {"version": "3.1", "nlu": intents})
    _write(place / "knowledge/parameters.yml", {"parameters": FIGURES})
    (root / "current").symlink_to("snapshots/000000")
    return root


def _write(file: Path, told: Any) -> None:
    file.write_text(yaml.dump(told, allow_unicode=True, sort_keys=False), encoding="utf-8")

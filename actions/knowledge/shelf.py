"""Reads `data/knowledge` from disk, and again when a file there changes."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from actions.knowledge.answers import English, Item, Knowledge, Region
from actions.knowledge.figures import Parameter
from actions.knowledge.phrases import Phrases
from actions.knowledge.pilot import Pilot
from actions.knowledge.retirement_rules import Category, Month, Rules
from actions.knowledge.sources import Citation, Source

log = logging.getLogger(__name__)

# How often the files are looked at while questions come in.
LOOK_SECONDS = 1.0
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass
class Shelf:
    """The knowledge in memory; a broken change keeps what was there before."""

    folder: Path
    pilot: Pilot | None = None
    _knowledge: Knowledge = field(init=False)
    _seen: dict[Path, int] = field(init=False)
    _looked: float = field(init=False, default=0.0)
    _reading: asyncio.Lock = field(init=False, default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        self._seen = _stamps(self.folder)
        self._knowledge = read_knowledge(self.folder)

    async def now(self) -> Knowledge:
        """The knowledge as the files have it, at most a second old; a pilot's at its sites."""
        piloted = await self.pilot.now() if self.pilot else None
        if piloted is not None:
            return piloted
        if time.monotonic() - self._looked < LOOK_SECONDS:
            return self._knowledge
        async with self._reading:
            self._looked = time.monotonic()
            stamps = _stamps(self.folder)
            if stamps != self._seen:
                self._seen = stamps
                await self._read_again()
        return self._knowledge

    async def _read_again(self) -> None:
        try:
            self._knowledge = await asyncio.to_thread(read_knowledge, self.folder)
        except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError) as problem:
            log.error("knowledge is broken, the old one stays: %s", type(problem).__name__)
        else:
            log.info("knowledge read again")


def read_knowledge(folder: Path) -> Knowledge:
    """Read every file; raises what is wrong with one."""
    sources = {
        one["id"]: Source(
            one["id"], one["title"], one.get("document"), one.get("issued"), one.get("url")
        )
        for one in _read(folder / "sources.yml")["sources"]
    }
    items = [
        _item(one, sources)
        for path in sorted((folder / "items").glob("*.yml"))
        for one in _read(path)["items"]
    ]
    retirement = _read(folder / "retirement.yml")
    return Knowledge(
        items={item.id: item for item in items},
        regions={
            str(one["code"]): _region(one) for one in _read(folder / "regions.yml")["regions"]
        },
        parameters=tuple(_parameters(_read(folder / "parameters.yml")["parameters"], sources)),
        rules=_rules(retirement),
        rule_citations=_citations(retirement["sources"], sources),
        phrases=Phrases(
            {
                name: words
                for file in ("phrases", "record", "calculators")
                for name, words in _read(folder / f"{file}.yml").items()
            }
        ),
    )


def _stamps(folder: Path) -> dict[Path, int]:
    paths = [*folder.glob("*.yml"), *(folder / "items").glob("*.yml")]
    return {path: path.stat().st_mtime_ns for path in sorted(paths)}


def _read(path: Path) -> Any:
    return _parsed(path.read_text(encoding="utf-8"))


@lru_cache(maxsize=64)
def _parsed(text: str) -> Any:
    """Kept, for when one file changes all are read again; nobody changes what is in it."""
    return yaml.load(text, Loader=_Loader)  # noqa: S506 - safe loader


def _region(written: Mapping[str, Any]) -> Region:
    return Region(
        code=str(written["code"]),
        name=written["name"],
        short=written["short"],
        registry=written.get("registry", False),
        outside=written.get("outside", False),
    )


def _item(written: Mapping[str, Any], sources: Mapping[str, Source]) -> Item:
    return Item(
        id=written["id"],
        area=written["area"],
        title=written["title"],
        regional=written["scope"] == "regional",
        summary=written["summary"].strip(),
        detail=(written.get("detail") or "").strip() or None,
        local=(written.get("local") or "").strip() or None,
        parameters=tuple(written.get("parameters") or ()),
        calculator=written.get("calculator"),
        citations=_citations(written["sources"], sources),
        effective_from=_day(written["effective_from"]),
        effective_to=_day(written["effective_to"]) if written.get("effective_to") else None,
        related=tuple(written.get("related") or ()),
        office=written["office"],
        points=tuple(one.strip() for one in written.get("points") or ()),
        english=_english(written.get("english")),
    )


def _english(written: Mapping[str, str] | None) -> English | None:
    if written is None:
        return None
    return English(written["title"].strip(), written["summary"].strip(), written["detail"].strip())


def _citations(
    written: Iterable[Mapping[str, Any]], sources: Mapping[str, Source]
) -> tuple[Citation, ...]:
    return tuple(
        Citation(sources[one["source"]], str(one["article"]) if one.get("article") else None)
        for one in written
    )


def _parameters(
    written: Iterable[Mapping[str, Any]], sources: Mapping[str, Source]
) -> Iterable[Parameter]:
    for one in written:
        yield Parameter(
            name=one["name"],
            region=str(one["region"]),
            display=one["display"],
            effective_from=_day(one["effective_from"]),
            effective_to=_day(one["effective_to"]) if one["effective_to"] else None,
            source=sources[one["source"]] if one["source"] else None,
            value=one.get("value"),
            confidence=one.get("confidence", "high"),
        )


def _rules(written: Mapping[str, Any]) -> Rules:
    needed = written["minimum_contribution"]
    return Rules(
        categories={
            name: Category(
                row["base_age"],
                Month.read(row["first_birth"]),
                row["step_months"],
                row["cap_months"],
            )
            for name, row in written["categories"].items()
        },
        flexible_months=written["flexible_months"],
        last_low_year=needed["until"]["year"],
        low_months=needed["until"]["months"],
        step_months=needed["step_months"],
        high_months=needed["from"]["months"],
    )


def _day(written: date | str) -> date:
    return written if isinstance(written, date) else date.fromisoformat(written)

"""Regions by code or name, from `data/knowledge/regions.yml` (GB/T 2260)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from channels.knowledge.written import written

# Cities stand in the file by their short names; people write them with 市 (city), too.
CITY = "市"


@dataclass(frozen=True)
class Regions:
    """Every way to write a region, and its code."""

    code_of: dict[str, str]

    def code(self, written: str) -> str | None:
        """The six-digit code behind a code, a full or a short name; None when unknown."""
        name = written.strip()
        return self.code_of.get(name) or self.code_of.get(name.removesuffix(CITY))


def read_regions(folder: Path) -> Regions:
    """Read the file in the knowledge folder; a code beats a name, a full name a short one."""
    listed = written(folder / "regions.yml")["regions"]
    code_of: dict[str, str] = {}
    for names in (_aliases, _short, _full, _code):
        for region in listed:
            for name in names(region):
                code_of[name] = str(region["code"])
    return Regions(code_of)


def _aliases(region: dict[str, object]) -> list[str]:
    aliases = region.get("aliases")
    return [str(alias) for alias in aliases] if isinstance(aliases, list) else []


def _short(region: dict[str, object]) -> list[str]:
    return [str(region["short"])] if region.get("short") else []


def _full(region: dict[str, object]) -> list[str]:
    return [str(region["name"])]


def _code(region: dict[str, object]) -> list[str]:
    return [str(region["code"])]

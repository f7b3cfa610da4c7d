"""The words of `data/exchange`: sentences, labels, and the agreements with other countries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).resolve().parents[2] / "data/exchange"


@dataclass(frozen=True)
class Agreement:
    """A bilateral agreement, as far as a source confirms it."""

    code: str
    country: str
    in_force: bool
    source: str
    longest_months: int | None = None


@cache
def words() -> Mapping[str, Any]:
    """Everything that is said."""
    read: dict[str, Any] = yaml.safe_load((FOLDER / "words.yml").read_text(encoding="utf-8"))
    return read


def word(group: str, name: str) -> str:
    """One word of a group."""
    return str(words()[group][name])


@cache
def agreements() -> Mapping[str, Agreement]:
    """The agreements by country code."""
    told = yaml.safe_load((FOLDER / "agreements.yml").read_text(encoding="utf-8"))
    return {
        one["code"]: Agreement(
            one["code"],
            one["country"],
            one["in_force"],
            one["source"],
            one.get("longest_months"),
        )
        for one in told["agreements"]
    }

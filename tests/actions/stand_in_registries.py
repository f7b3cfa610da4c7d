"""Registries that say what a test wants, and remember what they heard."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from actions.registries.client import Answers, Contribution, Found


@dataclass
class StandInRegistries:
    """Three back offices."""

    months: list[Contribution] = field(default_factory=list)
    silent: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    heard: list[tuple[str, str, tuple[str, ...]]] = field(default_factory=list)
    entries: dict[str, list[Any]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    meanwhile: Callable[[], Awaitable[None]] | None = None  # happens while they look

    async def contributions(
        self,
        id_number: str,
        insurance: str,
        regions: Sequence[str],
        *,
        first: str | None = None,
        last: str | None = None,
    ) -> Answers:
        """Answer as set up."""
        self.heard.append((id_number, insurance, tuple(regions)))
        if self.meanwhile is not None:
            await self.meanwhile()
        away = self.silent | self.unknown
        return Answers(
            tuple(
                one
                for one in self.months
                if one.region not in away
                and one.insurance == insurance
                and (first or one.month) <= one.month <= (last or one.month)
            ),
            tuple(sorted(self.silent)),
            tuple(sorted(self.unknown)),
        )

    def __getattr__(self, question: str) -> Any:
        """Every other question, answered from `entries`."""
        if question.startswith("_"):
            raise AttributeError(question)

        async def answer(id_number: str, regions: Sequence[str], *rest: Any) -> Found[Any]:
            self.asked.append(question)
            if self.meanwhile is not None:
                await self.meanwhile()
            away = self.silent | self.unknown
            known = tuple(one for one in self.entries.get(question, []) if one.region not in away)
            return Found(known, tuple(sorted(self.silent)), tuple(sorted(self.unknown)))

        return answer

    async def close(self) -> None:
        """Nothing to close."""


def paid(region: str, first: str, many: int, status: str = "paid") -> list[Contribution]:
    """So many months in a row."""
    year, month = map(int, first.split("-"))
    return [
        Contribution(
            month=f"{year + (month - 1 + n) // 12}-{(month - 1 + n) % 12 + 1:02d}",
            region=region,
            insurance="pension",
            employer="甲公司",
            base=Decimal("8000.00"),
            personal=Decimal("640.00"),
            employer_part=Decimal("1280.00"),
            status=status,
            counted=status == "paid",
        )
        for n in range(many)
    ]

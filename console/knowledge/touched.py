"""Which answers a changed figure touches: each before and after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from console.knowledge.content import FIGURE, FIGURES_FAMILY, ITEM
from console.knowledge.differences import Piece, pieces
from console.knowledge.known import Known, local_text
from records.staff import entries
from records.staff.entries import Content


@dataclass(frozen=True)
class Touched:
    """An answer that reads differently."""

    item: str
    title: str
    pieces: tuple[Piece, ...]


async def touched(
    db: AsyncConnection, known: Known, before: Content | None, after: Content, today: date
) -> list[Touched]:
    """The live items that name the figure, in its region, at its time."""
    figures = [one for _, one in (await entries.live(db, FIGURE)).get(FIGURES_FAMILY, [])]
    region = after["region"]
    day = max(today.isoformat(), after["effective_from"])
    others = [one for one in figures if one != before and one["region"] == region]
    old, new = (
        _displays([*others, *([before] if before else [])], day),
        _displays([*others, after], day),
    )
    short = str(known.regions.get(region, {}).get("short", region))
    found: list[Touched] = []
    for family in (await entries.live(db, ITEM)).values():
        for item, told in family:
            if after["name"] not in (told.get("parameters") or []):
                continue
            was, becomes = local_text(told, old, short), local_text(told, new, short)
            if was is None and becomes is None:
                continue  # other figures of its sentence are missing here: it is not said at all
            change = tuple(pieces(was or "", becomes or ""))
            found.append(Touched(item, told["title"], change))
    return found


def _displays(figures: list[Content], day: str) -> dict[str, str]:
    return {
        one["name"]: one["display"]
        for one in figures
        if one["effective_from"] <= day <= (one.get("effective_to") or "9999")
    }

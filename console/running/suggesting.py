"""What Wenbao would answer: short answers that whoever speaks with a citizen can begin with."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from console.doors import CHINA, Desk
from console.judging.about import about
from console.knowledge import content
from console.knowledge.preview import preview
from records.staff import entries
from records.staff.entries import Content

MOST = 3
LONGEST = 200


@dataclass(frozen=True)
class Suggestion:
    """An item that the words may be about, and what it says in short."""

    item: str
    title: str
    answer: str


async def suggestions(desk: Desk, words: str, region: str | None) -> list[Suggestion]:
    """What is in force now, the likeliest first."""
    titles = await about(desk, words[:LONGEST])
    async with desk.parts.database.connect() as db:
        answers = {item: await short_answer(desk, db, item, region) for item in titles}
    found = [Suggestion(item, titles[item], told) for item, told in answers.items() if told]
    return found[:MOST]


async def short_answer(desk: Desk, db: AsyncConnection, item: str, region: str | None) -> str:
    """What citizens of the region get first; empty where nothing is in force."""
    kept = await entries.get(db, item)
    if kept.kind != content.ITEM or not kept.live:
        return ""
    told = (await entries.version(db, item, kept.live)).content
    today = desk.now.astimezone(CHINA).date().isoformat()
    if told.get("retired") or not told["effective_from"] <= today <= (
        told.get("effective_to") or "9999"
    ):
        return ""
    return str(told["summary"]) + await _local(desk, db, told, region or "")


async def _local(desk: Desk, db: AsyncConnection, told: Content, region: str) -> str:
    if not told.get("local") or not region:
        return ""
    known, today = desk.parts.library.now(), desk.now.astimezone(CHINA).date()
    figures = (await entries.live(db, content.FIGURE)).get(content.FIGURES_FAMILY, [])
    local = {
        one.region: one.text for one in preview(told, known, [f for _, f in figures], today).local
    }
    for code in (region, f"{region[:4]}00", f"{region[:2]}0000"):
        if text := local.get(str(known.regions.get(code, {}).get("short", code))):
            return text
    return ""

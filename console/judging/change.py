"""What a publication changes: whether the understanding has to follow, and the files of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from console.knowledge import publication
from console.knowledge.content import FIGURE, FIGURES_FAMILY, ITEM
from records.staff import entries
from records.staff.entries import Content, Entry

# What the understanding is made of; everything else is live without it.
_UNDERSTOOD = ("wordings", "title", "related")

Coming = list[tuple[Entry, Content]]


async def coming(db: AsyncConnection, versions: Mapping[str, int]) -> Coming:
    """The entries with the content that is to go live."""
    found: Coming = []
    for entry, number in sorted(versions.items()):
        kept = await entries.get(db, entry)
        found.append((kept, (await entries.version(db, entry, number)).content))
    return found


async def touches_understanding(db: AsyncConnection, change: Coming) -> bool:
    """Whether any question could be understood otherwise."""
    for kept, content in change:
        if kept.kind != ITEM:
            continue
        if kept.live is None:
            return True
        before = (await entries.version(db, kept.id, kept.live)).content
        if any(_said(before, name) != _said(content, name) for name in _UNDERSTOOD):
            return True
    return False


async def files(db: AsyncConnection, change: Coming) -> dict[str, str]:
    """The files (path → text) as they would be."""
    families = sorted({kept.family for kept, _ in change})
    after = {kind: await entries.live(db, kind, families) for kind in (ITEM, FIGURE)}
    for kept, content in change:
        family = FIGURES_FAMILY if kept.kind == FIGURE else kept.family
        others = [one for one in after[kept.kind].get(family, []) if one[0] != kept.id]
        after[kept.kind][family] = sorted([*others, (kept.id, content)])
    return publication.texts(after[ITEM], after[FIGURE], families)


def _said(content: Content, name: str) -> Any:
    said = content.get(name) or ()
    return sorted(said) if isinstance(said, list) else said

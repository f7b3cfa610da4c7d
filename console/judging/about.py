"""Which items words are about: by the understanding in use, and by wordings like them."""

from __future__ import annotations

from console.doors import Desk
from console.judging.workshop import WorkshopAway
from records.staff import entries


async def about(desk: Desk, words: str) -> dict[str, str]:
    """Items that a citizen's words may be about, the likeliest first: titles by id."""
    try:
        said = await desk.parts.workshop.say([words])
    except WorkshopAway:
        said = []  # what is worded like it is found without
    async with desk.parts.database.connect() as db:
        index = await desk.parts.wordings.index(db)
        found = [item for one in said for item, _ in one.answers]
        found += [one.item for one in index.near(words, "")]
        titles = await entries.titles(db, found)
    return {item: titles[item] for item in dict.fromkeys(found) if item in titles}

"""Brings the database up to date and registers the demo site."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from records import engines, migrations
from records.database import open_database
from records.places import sites
from records.places.register import read_file

DEMO = Path(__file__).resolve().parent.parent / "sandbox/centre/site.yml"


async def prepare(
    database_url: str, centre: str | None = None, engine: tuple[str, str] | None = None
) -> None:
    """Migrate, and make sure that the site `demo` exists and that the page at `centre` has it.

    `engine` is the address and the model of an engine that this start brought up: whatever
    conversations were moved over to before is gone.
    """
    migrations.upgrade(database_url)
    database = open_database(database_url)
    try:
        async with database.begin() as db:
            demo = await sites.find(db, "demo") or read_file(DEMO)[0]
            lasting = [origin for origin in demo.origins if "//localhost:" not in origin]
            origins = (*lasting, centre) if centre else tuple(lasting)
            await sites.put(db, replace(demo, origins=origins), datetime.now(UTC))
            if engine is not None:
                await engines.move_over(db, *engine, datetime.now(UTC))
    finally:
        await database.dispose()

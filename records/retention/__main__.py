"""Removes what was kept long enough: `python -m records.retention [--preview]`. Run it daily."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime

from records.database import open_database
from records.privacy.settings import Settings, read_settings
from records.retention import Due, preview, remove


async def retain(settings: Settings, only_preview: bool) -> list[Due]:
    """Do it, or only look."""
    database = open_database(settings.database_url.get_secret_value(), pool_size=1)
    now = datetime.now(UTC)
    try:
        if not only_preview:
            return await remove(database, settings, now)
        async with database.connect() as db:
            return await preview(db, settings, now)
    finally:
        await database.dispose()


def main() -> int:
    """Read the command line."""
    if sys.argv[1:] not in ([], ["--preview"]):
        sys.stderr.write("usage: python -m records.retention [--preview]\n")
        return 2
    only_preview = "--preview" in sys.argv
    for one in asyncio.run(retain(read_settings(), only_preview)):
        oldest = f", oldest {one.oldest.isoformat()}" if one.oldest else ""
        verb = "would go" if only_preview else "gone"
        sys.stdout.write(f"{one.rule}: {one.rows} {verb}{oldest}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

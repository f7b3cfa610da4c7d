"""Registers sites from a file: `python -m records.places.register DATABASE_URL SITES.yml`."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

import yaml

from records.database import open_database
from records.places import sites
from records.places.shapes import NotASite, read_site
from records.places.sites import Site


async def register_all(url: str, found: list[Site]) -> None:
    """Keep all of them, or none."""
    database = open_database(url)
    try:
        async with database.begin() as db:
            for site in found:
                await sites.put(db, site, datetime.now(UTC))
    finally:
        await database.dispose()


def read_file(file: Path) -> list[Site]:
    """The sites of a file: a list under `sites`."""
    written = yaml.safe_load(file.read_text(encoding="utf-8"))
    if not isinstance(written, dict) or not isinstance(written.get("sites"), list):
        raise NotASite("a list under `sites` is missing")
    return [read_site(one) for one in written["sites"]]


def main() -> int:
    """Say what was registered, or what is wrong."""
    if len(sys.argv) != 3:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    try:
        found = read_file(Path(sys.argv[2]))
    except (OSError, yaml.YAMLError, NotASite) as problem:
        sys.stderr.write(f"nothing was registered: {problem}\n")
        return 1
    asyncio.run(register_all(sys.argv[1], found))
    sys.stdout.write("registered: " + ", ".join(site.key for site in found) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

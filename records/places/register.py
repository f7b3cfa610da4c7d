"""Registers sites from a file: `python -m records.places.register [URL] SITES.yml`.

Without an address the database is that of DATABASE_URL.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import yaml
from sqlalchemy.exc import SQLAlchemyError

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
    found = [read_site(one) for one in written["sites"]]
    twice = [key for key, many in Counter(site.key for site in found).items() if many > 1]
    if twice:
        raise NotASite(f"more than once: {', '.join(twice)}")
    return found


def main() -> int:
    """Say what was registered, or what is wrong."""
    *given, file = sys.argv[1:] or [""]
    # As an argument its password stands in the list of processes.
    url = given[0] if given else os.environ.get("DATABASE_URL", "")
    if not file or not url or len(given) > 1:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    try:
        found = read_file(Path(file))
        asyncio.run(register_all(url, found))
    except (OSError, ValueError, yaml.YAMLError) as problem:  # YAML knows no 30 February, either
        sys.stderr.write(f"nothing was registered: {problem}\n")
        return 1
    except SQLAlchemyError as problem:
        # Not what it says: there the address stands, with the password.
        sys.stderr.write(f"nothing was registered: no database ({type(problem).__name__})\n")
        return 1
    sys.stdout.write("registered: " + ", ".join(site.key for site in found) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
